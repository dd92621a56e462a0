package io.leat.rules.detect;

import io.leat.event.LogPosition;
import io.leat.rules.Condition;
import io.leat.rules.Condition.Outcome;
import io.leat.rules.alert.Alert;
import io.leat.schema.Column;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Judges by a {@link DetectorKind.Threshold}.
 *
 * <p>Remembers of a key the matching events from which {@code count} can still be reached, at most
 * {@code (count - 1) * (2 + lateness / within)} (with {@code late: correct} {@code 2 * count}), and
 * the last {@code untilCount} of an all-clear, about 8 bytes each, and 40 bytes besides.
 */
final class ThresholdDetector extends StreamDetector {
  static final int KIND = 2;
  private static final int VERSION = 1;
  private static final long NOT_YET = Long.MIN_VALUE;

  private final DetectorKind.Threshold threshold;
  private final ReportedColumns reported;
  private final long within;
  private final long reach;
  private final int mostMatches;

  /** Matching events that may still be among {@code count}. */
  private final Marks matches = new Marks();

  /** The newest events for which {@code until} held, behind the last that broke the row. */
  private final Marks clearing = new Marks();

  /** The newest time at which an event broke the row. */
  private long brokenAt;

  /** The newest time at which {@code until} had held often enough. */
  private long clearedAt;

  /** When the last episode was over: what matched before does not count again. */
  private long resolvedAt;

  ThresholdDetector(
      String blueprint, DetectorSpec spec, DetectorKind.Threshold threshold, List<Column> columns) {
    super(blueprint, spec, KIND, VERSION);
    this.threshold = threshold;
    this.within = micros(threshold.within());
    boolean isCorrecting = spec.late() == DetectorSpec.Late.CORRECT;
    this.reach = isCorrecting ? NEVER : within + micros(spec.lateness());
    this.mostMatches = isCorrecting ? 2 * threshold.count() : Integer.MAX_VALUE;
    this.reported = ReportedColumns.of(columns, threshold.when(), threshold.until());
  }

  @Override
  void clear() {
    matches.clear();
    clearing.clear();
    brokenAt = NOT_YET;
    clearedAt = NOT_YET;
    resolvedAt = NOT_YET;
  }

  @Override
  void judge(Observation event, long time, Output output) {
    Outcome when = threshold.when().evaluate(event.row());
    Outcome until = until(when, threshold.until(), event);
    boolean isMatch = when == Outcome.TRUE;
    if (isMatch || until == Outcome.FALSE) {
      brokenAt = Math.max(brokenAt, time);
      clearing.removeUpTo(time);
    } else if (until == Outcome.TRUE && time >= brokenAt) {
      clearing.add(time, event.position());
      clearing.removeFirst(Math.max(0, clearing.size() - threshold.untilCount()));
    }
    if (clearing.size() >= threshold.untilCount()) {
      clearedAt = Math.max(clearedAt, clearing.time(clearing.size() - 1));
    }
    if (isFiring()) {
      if (clearing.size() >= threshold.untilCount()) {
        over(event, output);
      }
    } else if (isMatch && time >= resolvedAt) {
      match(event, time, output);
    }
  }

  private static Outcome until(Outcome when, @Nullable Condition until, Observation event) {
    if (until != null) {
      return until.evaluate(event.row());
    }
    return switch (when) {
      case TRUE -> Outcome.FALSE;
      case FALSE -> Outcome.TRUE;
      case UNKNOWN -> Outcome.UNKNOWN;
    };
  }

  private void match(Observation event, long time, Output output) {
    int index = matches.add(time, event.position());
    int count = threshold.count();
    int from = Math.max(0, index - count + 1);
    while (from <= index && from + count <= matches.size()) {
      if (matches.time(from + count - 1) - matches.time(from) <= within) {
        begin(event, from, output);
        return;
      }
      from++;
    }
    forget(time);
  }

  private void begin(Observation event, int from, Output output) {
    int to = from + threshold.count();
    long startedAt = matches.time(to - 1);
    Map<String, Object> values = reported.values(event.row());
    if (threshold.count() > 1) {
      values.putIfAbsent("count", (long) threshold.count());
    }
    List<LogPosition> evidence =
        matches.positions(topic(), progress.partition(), from, to, Alert.MOST_EVIDENCE);
    fire(event.key(), event.position(), startedAt, startedAt, values, evidence, output);
    if (clearedAt > startedAt) {
      over(event, output);
    } else {
      matches.clear();
    }
  }

  /** Nothing fires, and what matched until then counts no more. */
  private void over(Observation event, Output output) {
    resolvedAt = clearedAt;
    matches.removeUpTo(resolvedAt);
    List<LogPosition> evidence =
        clearing.positions(
            topic(), progress.partition(), 0, clearing.size(), Alert.MOST_EVIDENCE - 1);
    resolve(event.key(), resolvedAt, reported.values(event.row()), evidence, output);
  }

  /** Removes what cannot be among {@code count} any more. */
  private void forget(long time) {
    if (reach != NEVER) {
      matches.removeUpTo(progress.newest() - reach - 1);
    }
    while (matches.size() > mostMatches) {
      boolean isFirstFarther = time - matches.time(0) >= matches.time(matches.size() - 1) - time;
      matches.remove(isFirstFarther ? 0 : matches.size() - 1);
    }
  }

  @Override
  long due() {
    return NEVER;
  }

  @Override
  void pass(String key, long clock, Output output) {}

  @Override
  void read(StateReader in) {
    long newest = progress.newest();
    matches.read(in, newest);
    clearing.read(in, newest);
    clearing.removeFirst(Math.max(0, clearing.size() - threshold.untilCount()));
    brokenAt = in.near(newest);
    clearedAt = in.near(newest);
    resolvedAt = in.near(newest);
  }

  @Override
  void write(StateWriter out) {
    long newest = progress.newest();
    matches.write(out, newest);
    clearing.write(out, newest);
    out.near(brokenAt, newest);
    out.near(clearedAt, newest);
    out.near(resolvedAt, newest);
  }
}
