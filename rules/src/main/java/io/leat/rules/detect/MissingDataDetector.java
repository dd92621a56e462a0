package io.leat.rules.detect;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Judges by a {@link DetectorKind.MissingData}, with a bit for each half of {@code every}.
 *
 * <p>Remembers of a key the windows that are not judged yet, at most 3 and those that {@code
 * lateness} is long (more than {@value #MOST_LATENESS} count as so many), of at most {@value
 * #MOST_PARTS} bits each, and 60 bytes. An hour of minutes has 120 bits.
 */
final class MissingDataDetector extends StreamDetector {
  static final int KIND = 6;
  private static final int VERSION = 1;
  private static final int MOST_PARTS = 10_000;
  private static final int MOST_LATENESS = 6;
  private static final long NONE = Long.MIN_VALUE;

  private final DetectorKind.MissingData missing;
  private final long over;
  private final long lateness;
  private final int parts;
  private final int expected;

  /** A window that readings came in: which one, and in which of its parts. */
  private record Window(long index, BitSet seen) {}

  private final Deque<Window> windows = new ArrayDeque<>();

  /** The next window to judge; {@link #NONE} when no reading came yet. */
  private long next;

  /** Between these times Leat was away: nothing is expected of them. */
  private long awayFrom;

  private long awayTo;

  MissingDataDetector(String blueprint, DetectorSpec spec, DetectorKind.MissingData missing) {
    super(blueprint, spec, KIND, VERSION);
    this.missing = missing;
    this.over = Math.max(1, micros(missing.over()));
    this.lateness = Math.min(micros(spec.lateness()), MOST_LATENESS * over);
    long readings = Math.max(1, over / Math.max(1, micros(missing.every())));
    this.parts = (int) Math.min(MOST_PARTS, 2 * readings);
    this.expected = (int) Math.min(parts, readings);
  }

  @Override
  void clear() {
    windows.clear();
    next = NONE;
    awayFrom = NONE;
    awayTo = NONE;
  }

  @Override
  void wasAway(long from, long to) {
    boolean isOver = awayTo == NONE || next == NONE || awayTo <= next * over;
    awayFrom = isOver ? from : Math.min(awayFrom, from);
    awayTo = to;
  }

  @Override
  void judge(Observation event, long time, Output output) {
    long index = Math.floorDiv(time, over);
    if (next == NONE) {
      next = time == index * over ? index : index + 1;
    }
    if (index >= next) {
      window(index).seen().set((int) ((time - index * over) * parts / over));
    }
  }

  private Window window(long index) {
    for (Window window : windows) {
      if (window.index() == index) {
        return window;
      }
    }
    Window window = new Window(index, new BitSet(parts));
    windows.add(window);
    return window;
  }

  @Override
  long due() {
    return next == NONE ? NEVER : progress.clockAt((next + 1) * over + lateness);
  }

  @Override
  void pass(String key, long clock, Output output) {
    long before = Math.floorDiv(progress.timeAt(clock) - lateness, over);
    while (next < before) {
      judge(key, next, take(next), output);
      next = Math.max(next + 1, Math.min(before, unchangedUntil(next + 1)));
    }
  }

  /** The first window, from one on, that could show anything else than the one before it. */
  private long unchangedUntil(long from) {
    long filled = windows.stream().mapToLong(Window::index).min().orElse(Long.MAX_VALUE);
    if (isFiring()) {
      return filled;
    }
    boolean isAway = awayTo != NONE && from * over >= awayFrom;
    return isAway ? Math.min(filled, Math.floorDiv(awayTo, over)) : from;
  }

  private BitSet take(long index) {
    BitSet seen = new BitSet();
    for (Iterator<Window> all = windows.iterator(); all.hasNext(); ) {
      Window window = all.next();
      if (window.index() <= index) {
        all.remove();
        if (window.index() == index) {
          seen = window.seen();
        }
      }
    }
    return seen;
  }

  private void judge(String key, long index, BitSet seen, Output output) {
    long start = index * over;
    long end = start + over;
    long away = awayTo == NONE ? 0 : Math.min(end, awayTo) - Math.max(start, awayFrom);
    double share = 1 - Math.max(0, away) / (double) over;
    int wanted = (int) Math.ceil(expected * share * missing.atLeast() - 1e-9);
    int received = Math.min(expected, seen.cardinality());
    if (received < wanted && share > 0.5 && !isFiring()) {
      fire(key, last(), start, end, values(start, end, share, received), List.of(last()), output);
    } else if (received >= wanted && share > 0.5 && isFiring()) {
      resolve(key, end, values(start, end, share, received), List.of(last()), output);
    }
  }

  private Map<String, Object> values(long start, long end, double share, int received) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put(DetectorKind.RECEIVED, (long) received);
    values.put(DetectorKind.EXPECTED, Math.round(expected * share));
    values.put(DetectorKind.FROM, text(start));
    values.put(DetectorKind.TO, text(end));
    return values;
  }

  private static String text(long time) {
    return Instant.EPOCH.plus(time, ChronoUnit.MICROS).toString();
  }

  @Override
  void read(StateReader in) {
    boolean isSameOver = in.number() == over;
    boolean isSameParts = in.number() == parts;
    long judged = in.near(progress.newest());
    awayFrom = in.near(progress.newest());
    awayTo = in.near(progress.newest());
    int number = in.count();
    for (int i = 0; i < number; i++) {
      long index = in.signed();
      long[] words = new long[in.count()];
      for (int word = 0; word < words.length; word++) {
        words[word] = in.number();
      }
      if (isSameOver && isSameParts) {
        windows.add(new Window(index, BitSet.valueOf(words)));
      }
    }
    boolean isWhole = isSameOver && isSameParts;
    next = isWhole ? judged / over : Math.floorDiv(progress.newest(), over) + 1;
  }

  @Override
  void write(StateWriter out) {
    out.number(over);
    out.number(parts);
    out.near(next * over, progress.newest());
    out.near(awayFrom, progress.newest());
    out.near(awayTo, progress.newest());
    out.number(windows.size());
    for (Window window : windows) {
      out.signed(window.index());
      long[] words = window.seen().toLongArray();
      out.number(words.length);
      for (long word : words) {
        out.number(word);
      }
    }
  }
}
