package io.leat.rules.detect;

import io.leat.event.LogPosition;
import io.leat.rules.Condition;
import io.leat.rules.Condition.Outcome;
import io.leat.rules.detect.Steps.Step;
import io.leat.schema.Column;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Judges by a {@link DetectorKind.Sequence}.
 *
 * <p>Remembers of a key the events of the last {@code lateness} that play a part, at most {@value
 * #MOST_STEPS}, about 5 bytes each; of those before it one first that may still count; of at most
 * {@value #MOST_FIRSTS} firsts the values to tell, and 50 bytes besides. With {@code late: correct}
 * it is the newest {@value #MOST_STEPS} of any age. Where more come, an event from before them
 * begins and completes nothing, but breaks and ends; and of firsts in the middle of a row one or
 * the other counts no more. So what is left out is never a cause to fire.
 */
final class SequenceDetector extends StreamDetector {
  static final int KIND = 7;
  private static final int VERSION = 1;
  private static final int MOST_STEPS = 64;
  private static final int MOST_FIRSTS = 16;
  private static final long NOT_YET = Long.MIN_VALUE;

  private final DetectorKind.Sequence sequence;
  private final ReportedColumns reported;
  private final boolean isAbsence;
  private final boolean isCorrecting;
  private final long within;
  private final long lateness;
  private final int[] definition;
  private final Steps steps;

  /** Events before this time begin nothing and complete nothing. */
  private long from;

  /** Between these times Leat was away: what came then is not known. */
  private long awayFrom;

  private long awayTo;

  /** When the episode is over by accepting time, milliseconds; {@link #NEVER} for not at all. */
  private long clearAt;

  /** The time of the episode's first event, and what is told of it. */
  private long firstAt;

  private Map<String, Object> told = Map.of();

  SequenceDetector(
      String blueprint, DetectorSpec spec, DetectorKind.Sequence sequence, List<Column> columns) {
    super(blueprint, spec, KIND, VERSION);
    this.sequence = sequence;
    this.isAbsence = sequence.then() == null;
    this.isCorrecting = spec.late() == DetectorSpec.Late.CORRECT;
    this.within = micros(sequence.within());
    this.lateness = micros(spec.lateness());
    this.reported = ReportedColumns.of(columns, sequence.first());
    this.steps = new Steps(sequence.first().columnNames());
    this.definition =
        new int[] {
          hash(sequence.first()),
          hash(sequence.then()),
          hash(sequence.without()),
          hash(sequence.clear())
        };
  }

  /** Two bytes that tell a condition from what it was before. */
  private static int hash(@Nullable Condition condition) {
    int hash = condition == null ? 0 : condition.expression().hashCode();
    return (hash ^ hash >>> 16) & 0xFFFF;
  }

  @Override
  void clear() {
    steps.clear();
    from = NOT_YET;
    awayFrom = NOT_YET;
    awayTo = NOT_YET;
    forgetEpisode();
  }

  private void forgetEpisode() {
    clearAt = NEVER;
    firstAt = NOT_YET;
    told = Map.of();
  }

  @Override
  void wasAway(long since, long to) {
    boolean isOneAbsence = awayTo != NOT_YET && steps.size() > 0 && steps.get(0).time < awayTo;
    awayFrom = isOneAbsence ? awayFrom : since;
    awayTo = to;
  }

  @Override
  void judge(Observation event, long time, Output output) {
    int roles = roles(event);
    if (isFiring() && (roles & Steps.WITHOUT) != 0 && breaks(time)) {
      end(event.key(), time, event.position(), output);
    }
    if (time < from) {
      roles &= Steps.WITHOUT | Steps.CLEAR;
    }
    if (roles != 0) {
      boolean isFirst = (roles & Steps.FIRST) != 0;
      steps.add(time, event.position(), roles, isFirst ? reported.values(event.row()) : Map.of());
      settle(event.key(), event.clock(), output);
    }
    forget();
  }

  private int roles(Observation event) {
    return role(sequence.first(), Steps.FIRST, event)
        | role(sequence.then(), Steps.THEN, event)
        | role(sequence.without(), Steps.WITHOUT, event)
        | role(sequence.clear(), Steps.CLEAR, event);
  }

  private static int role(@Nullable Condition condition, int role, Observation event) {
    return condition != null && condition.evaluate(event.row()) == Outcome.TRUE ? role : 0;
  }

  /** Whether an event of this time, had it come before the episode was told, had broken it. */
  private boolean breaks(long time) {
    return time >= firstAt && (isAbsence ? time <= startedAt() : time < startedAt());
  }

  /** Tells all that follows from the steps, in their order. */
  private void settle(String key, long clock, Output output) {
    boolean isMore = true;
    while (isMore) {
      isMore = isFiring() ? endByStep(key, output) : beginByStep(key, clock, output);
    }
  }

  private boolean endByStep(String key, Output output) {
    for (int i = 0; i < steps.size(); i++) {
      Step step = steps.get(i);
      boolean isBehind = isAbsence ? step.time > startedAt() : step.time >= startedAt();
      if (step.is(Steps.CLEAR) && isBehind) {
        steps.removeFirst(i);
        end(key, step.time, position(step), output);
        return true;
      }
    }
    return false;
  }

  /** The episode is over with an event, and what was before that counts no more. */
  private void end(String key, long time, LogPosition position, Output output) {
    resolve(key, time, told, List.of(position), output);
    steps.removeFirst(steps.before(time));
    from = Math.max(from, time);
    forgetEpisode();
  }

  private boolean beginByStep(String key, long clock, Output output) {
    if (isAbsence) {
      dropBroken();
      return false;
    }
    Step first = null;
    for (int i = 0; i < steps.size(); i++) {
      Step step = steps.get(i);
      if (first != null && step.is(Steps.THEN) && isKnown(first, step)) {
        begin(key, first, position(step), step.time, clock, output);
        steps.removeFirst(i + 1);
        from = Math.max(from, step.time);
        return true;
      }
      first = step.is(Steps.WITHOUT) ? null : first;
      first = step.is(Steps.FIRST) ? step : first;
    }
    return false;
  }

  /** Whether the time between both is short enough, and nothing unknown can have been in it. */
  private boolean isKnown(Step first, Step then) {
    boolean isAcross = first.time < awayTo && then.time > awayFrom;
    return then.time - first.time <= within && (sequence.without() == null || !isAcross);
  }

  private void begin(
      String key, Step first, LogPosition start, long at, long clock, Output output) {
    told = first.values();
    firstAt = first.time;
    clearAt = sequence.clear() == null ? clock + sequence.clearAfter().toMillis() : NEVER;
    LogPosition beginning = position(first);
    List<LogPosition> evidence =
        beginning.equals(start) ? List.of(start) : List.of(beginning, start);
    fire(key, start, at, at, told, evidence, output);
  }

  private LogPosition position(Step step) {
    return step.position(topic(), progress.partition());
  }

  /** The firsts behind which in time something came that should not are none. */
  private void dropBroken() {
    long next = NEVER;
    for (int i = steps.size() - 1; i >= 0; i--) {
      Step step = steps.get(i);
      if (step.is(Steps.FIRST) && next <= deadline(step)) {
        steps.drop(step, Steps.FIRST);
      }
      next = step.is(Steps.WITHOUT) ? step.time : next;
    }
    steps.removeIdle();
  }

  /** Up to which time something that should not come breaks what began with the step. */
  private long deadline(Step first) {
    boolean isAcross = first.time < awayTo && first.time + within > awayFrom;
    return (isAcross ? awayTo : first.time) + within;
  }

  /** The oldest that may begin a sequence; -1 when there is none. */
  private int oldestFirst() {
    for (int i = 0; i < steps.size(); i++) {
      if (steps.get(i).is(Steps.FIRST)) {
        return i;
      }
    }
    return -1;
  }

  @Override
  long due() {
    if (isFiring()) {
      return clearAt;
    }
    int first = isAbsence ? oldestFirst() : -1;
    return first < 0 ? NEVER : progress.clockAt(deadline(steps.get(first)) + lateness);
  }

  @Override
  void pass(String key, long clock, Output output) {
    for (long now = due(); now <= clock; now = due()) {
      if (isFiring()) {
        long at = Math.max(startedAt(), progress.timeAt(now));
        end(key, at, last(), output);
      } else {
        int index = oldestFirst();
        Step first = steps.get(index);
        begin(key, first, position(first), deadline(first), now, output);
        steps.removeFirst(index + 1);
        from = Math.max(from, first.time);
      }
      settle(key, now, output);
    }
    forget();
  }

  /** Removes what cannot matter any more, and what is too much. */
  private void forget() {
    long until = isCorrecting ? NOT_YET : progress.newest() - lateness;
    if (!isFiring() && isAbsence && oldestFirst() >= 0) {
      until = Math.min(until, deadline(steps.get(oldestFirst())) + 1);
    }
    fold(steps.before(until));
    steps.thinOutFirsts(MOST_FIRSTS);
    if (steps.size() > MOST_STEPS) {
      fold(steps.size() - MOST_STEPS + 1);
    }
  }

  /** Whether nothing that is on time can complete what began with it. */
  private boolean isOutOfReach(Step first) {
    return !isAbsence && !isCorrecting && first.time + within < progress.newest() - lateness;
  }

  /** Removes the first so many, but for the one of them that may still begin a sequence. */
  private void fold(int number) {
    if (number == 0) {
      return;
    }
    Step kept = null;
    for (int i = 0; i < number && !isFiring(); i++) {
      Step step = steps.get(i);
      boolean isBroken = !isAbsence && step.is(Steps.WITHOUT);
      kept = isBroken ? null : kept;
      if (step.is(Steps.FIRST) && (kept == null || !isAbsence)) {
        kept = step;
      }
    }
    if (kept != null && isOutOfReach(kept)) {
      kept = null;
    }
    from = Math.max(from, steps.get(number - 1).time);
    for (int i = number - 1; i >= 0; i--) {
      if (steps.get(i) == kept) {
        steps.drop(kept, ~Steps.FIRST);
      } else {
        steps.remove(i);
      }
    }
  }

  @Override
  void read(StateReader in) {
    long newest = progress.newest();
    int changed = 0;
    for (int i = 0; i < definition.length; i++) {
      int hash = in.take() << 8 | in.take();
      changed |= hash == definition[i] ? 0 : 1 << i;
    }
    from = in.near(newest);
    awayFrom = in.near(newest);
    awayTo = in.near(newest);
    clearAt = in.near(progress.clock());
    if (isFiring()) {
      firstAt = in.near(newest);
      told = steps.readValues(in);
    }
    steps.read(in, newest);
    if (changed != 0) {
      change(changed);
    }
    if (sequence.clear() != null || !isFiring()) {
      clearAt = NEVER;
    } else if (clearAt == NOT_YET) {
      clearAt = progress.clock() + sequence.clearAfter().toMillis();
    }
  }

  /** Of events that another definition judged, what still means the same is kept. */
  private void change(int roles) {
    if ((roles & Steps.WITHOUT) != 0) {
      steps.dropBroken();
      from = Math.max(from, progress.newest());
    }
    if ((roles & Steps.FIRST) != 0) {
      told = Map.of();
    }
    steps.drop(roles);
  }

  @Override
  void write(StateWriter out) {
    long newest = progress.newest();
    for (int hash : definition) {
      out.put(hash >> 8);
      out.put(hash);
    }
    out.near(from, newest);
    out.near(awayFrom, newest);
    out.near(awayTo, newest);
    out.near(clearAt == NEVER ? NOT_YET : clearAt, progress.clock());
    if (isFiring()) {
      out.near(firstAt, newest);
      steps.write(told, out);
    }
    steps.write(out, newest);
  }
}
