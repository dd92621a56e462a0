package io.leat.rules.detect;

import io.leat.event.LogPosition;
import io.leat.rules.Condition.Outcome;
import io.leat.rules.alert.Alert;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Judges by a {@link DetectorKind.Rate}, with counts of {@value #PARTS} parts of the window.
 *
 * <p>Remembers of a key at most {@code PARTS * (1 + lateness / within) + 2} counts of some 4 bytes
 * ({@code lateness} at most {@code within}), only those that are not zero, where the newest events
 * stand that can be evidence, at most {@value Alert#MOST_EVIDENCE} and no more than a bound lets
 * count, of some 5 bytes, and 50 bytes; a detector of all together 8 bytes more for each partition.
 *
 * <p>State of version 1 has no evidence.
 */
final class RateDetector extends StreamDetector {
  static final int KIND = 3;
  private static final int VERSION = 2;
  private static final int WITH_EVIDENCE = 2;
  private static final int PARTS = 64;
  private static final int NOTHING = 0;
  private static final int MORE = 1;
  private static final int LESS = 2;

  private final DetectorKind.Rate rate;
  private final long width;
  private final long lateness;

  /** Parts that lie in the window whatever the newest event's place in its part. */
  private final long least = PARTS;

  /** Parts that the window lies in, whatever that place. */
  private final long most;

  private final Buckets buckets = new Buckets();

  /** The newest events that were counted, at most so many. */
  private final Positions counted = new Positions();

  private final int mostCounted;

  /** The bound that is crossed. */
  private int crossed;

  /** From when on too few can be told, by event time: what came in the window before is known. */
  private long knownFrom;

  RateDetector(String blueprint, DetectorSpec spec, DetectorKind.Rate rate) {
    super(blueprint, spec, KIND, VERSION);
    this.rate = rate;
    long within = micros(rate.within());
    this.width = Math.max(1, within / PARTS);
    this.most = -Math.floorDiv(-within, width) + 1;
    this.lateness = rate.lessThan() == null ? 0 : Math.min(within, micros(spec.lateness()));
    long above = rate.moreThan() == null ? 0 : rate.moreThan() + 1;
    long below = rate.lessThan() == null ? 0 : rate.lessThan() - 1;
    this.mostCounted = (int) Math.min(Alert.MOST_EVIDENCE, Math.max(above, below));
  }

  @Override
  void clear() {
    buckets.clear();
    counted.clear();
    crossed = NOTHING;
    knownFrom = Long.MIN_VALUE;
  }

  private long bucket(long time) {
    return Math.floorDiv(time, width);
  }

  @Override
  void wasAway(long from, long to) {
    knownFrom = Math.max(knownFrom, to + micros(rate.within()));
  }

  @Override
  void judge(Observation event, long time, Output output) {
    if (knownFrom == Long.MIN_VALUE) {
      knownFrom = time + micros(rate.within());
    }
    long last = bucket(progress.newest());
    long first = last - most - lateness / width - 1;
    boolean isCounted = rate.when() == null || rate.when().evaluate(event.row()) == Outcome.TRUE;
    if (isCounted && bucket(time) >= first) {
      buckets.add(bucket(time), 1);
      counted.add(bucket(time), event.position(), mostCounted);
    }
    buckets.removeBefore(first);
    counted.removeBefore(first);
    judge(event.key(), progress.newest(), output);
    Long bound = rate.moreThan();
    if (bound != null && crossed == NOTHING && isCounted) {
      long count = buckets.sum(last, least);
      if (count > bound) {
        crossed = MORE;
        fire(
            event.key(),
            event.position(),
            progress.newest(),
            progress.newest(),
            values(count),
            evidence(last, least, event.position()),
            output);
      }
    }
  }

  /** Whether an episode is over, at a time that is not before the newest event's. */
  private void judge(String key, long time, Output output) {
    long last = bucket(time);
    Long more = rate.moreThan();
    Long less = rate.lessThan();
    boolean isOver =
        switch (crossed) {
          case MORE -> more == null || buckets.sum(last, least) <= more;
          case LESS -> less == null || buckets.sum(last, most) >= less;
          default -> false;
        };
    if (isOver) {
      long count = buckets.sum(last, crossed == MORE ? least : most);
      crossed = NOTHING;
      knownFrom = Math.max(knownFrom, time);
      resolve(key, time, values(count), List.of(last()), output);
    }
  }

  /** The first time at which too few events are in the window, which all on time are in by then. */
  private long tooFewAt(long bound) {
    long from = Math.max(knownFrom, progress.newest() - lateness);
    long at = buckets.firstWithAtMost(bound - 1, bucket(from), most);
    return Math.max(from, at * width);
  }

  /** The first time at which the window, without further events, keeps the bound again. */
  private long calmAt(long bound) {
    long at = buckets.firstWithAtMost(bound, bucket(progress.newest()), least);
    return Math.max(progress.newest(), at * width);
  }

  @Override
  long due() {
    Long more = rate.moreThan();
    Long less = rate.lessThan();
    if (crossed == MORE) {
      return progress.clockAt(more == null ? progress.newest() : calmAt(more));
    }
    if (crossed == NOTHING && less != null && less > 0 && knownFrom != Long.MIN_VALUE) {
      return progress.clockAt(tooFewAt(less) + lateness);
    }
    return NEVER;
  }

  @Override
  void pass(String key, long clock, Output output) {
    Long more = rate.moreThan();
    if (crossed == MORE) {
      judge(key, more == null ? progress.newest() : calmAt(more), output);
    }
    Long less = rate.lessThan();
    if (crossed == NOTHING && less != null && clock >= due()) {
      long at = tooFewAt(less);
      crossed = LESS;
      long count = buckets.sum(bucket(at), most);
      fire(key, last(), at, at, values(count), evidence(bucket(at), most, last()), output);
    }
  }

  /** The newest events that are counted in a window, and the one with which it was judged. */
  private List<LogPosition> evidence(long last, long number, LogPosition decisive) {
    return with(decisive, counted.in(topic(), last, number));
  }

  private Map<String, Object> values(long count) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put(DetectorKind.COUNT, count);
    values.put(DetectorKind.WITHIN, rate.within().toString());
    if (rate.moreThan() != null) {
      values.put(DetectorKind.MORE_THAN, rate.moreThan());
    }
    if (rate.lessThan() != null) {
      values.put(DetectorKind.LESS_THAN, rate.lessThan());
    }
    return values;
  }

  @Override
  void read(StateReader in) {
    crossed = in.take();
    knownFrom = in.near(progress.newest());
    long oldWidth = in.number();
    buckets.read(in, oldWidth, width);
    if (in.version() >= WITH_EVIDENCE) {
      counted.read(in, Math.floorDiv(progress.newest(), oldWidth), oldWidth, width);
    }
    if (oldWidth != width) {
      knownFrom = Math.max(knownFrom, progress.newest() + micros(rate.within()));
    }
  }

  @Override
  void write(StateWriter out) {
    out.put(crossed);
    out.near(knownFrom, progress.newest());
    out.number(width);
    buckets.write(out);
    counted.write(out, bucket(progress.newest()));
  }
}
