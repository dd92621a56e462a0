package io.leat.rules.detect;

import io.leat.event.LogPosition;
import java.util.Arrays;

/**
 * How far a key's events of one stream have been judged: the newest position of each partition that
 * the key was in (one, except for a detector that looks at all together), the newest time and the
 * accepting time that belongs to it.
 */
final class Progress {
  private static final int LEAST = 1;

  private int size;
  private int[] partitions = new int[LEAST];
  private int[] epochs = new int[LEAST];
  private long[] offsets = new long[LEAST];

  /** Which entry the newest event changed. */
  private int newestEntry;

  private long newest;
  private long newestClock;
  private long clock;

  void clear() {
    size = 0;
    newestEntry = 0;
    newest = Long.MIN_VALUE;
    newestClock = 0;
    clock = 0;
  }

  /** Whether no event has been judged yet. */
  boolean isEmpty() {
    return newest == Long.MIN_VALUE;
  }

  /** The newest time of an event, microseconds. */
  long newest() {
    return newest;
  }

  /** Accepting time at the last event, milliseconds. */
  long clock() {
    return clock;
  }

  /** Whether the event that stands there, or one behind it, has been judged. */
  boolean isJudged(LogPosition position) {
    for (int i = 0; i < size; i++) {
      if (partitions[i] == position.partition()) {
        return position.epoch() < epochs[i]
            || (position.epoch() == epochs[i] && position.offset() <= offsets[i]);
      }
    }
    return false;
  }

  /** The event that stands there is judged, when accepting time is so far, milliseconds. */
  void judged(LogPosition position, long now) {
    clock = now;
    newestEntry = entry(position.partition());
    epochs[newestEntry] = position.epoch();
    offsets[newestEntry] = position.offset();
  }

  private int entry(int partition) {
    for (int i = 0; i < size; i++) {
      if (partitions[i] == partition) {
        return i;
      }
    }
    if (size == partitions.length) {
      partitions = Arrays.copyOf(partitions, size * 2);
      epochs = Arrays.copyOf(epochs, size * 2);
      offsets = Arrays.copyOf(offsets, size * 2);
    }
    partitions[size] = partition;
    return size++;
  }

  /** Where the event stands that was judged last. */
  LogPosition position(String topic) {
    return new LogPosition(
        epochs[newestEntry], topic, partitions[newestEntry], offsets[newestEntry]);
  }

  int partition() {
    return partitions[newestEntry];
  }

  /** An event has this time, microseconds. */
  void advance(long time, long now) {
    if (time > newest) {
      newest = time;
      newestClock = now;
    }
  }

  /** How far a time lies ahead of what accepting time lets expect, microseconds. */
  long ahead(long time, long now) {
    return isEmpty() ? 0 : time - timeAt(now);
  }

  /** The time of the key's events, as far as the passing of accepting time shows, microseconds. */
  long timeAt(long now) {
    return newest + Math.max(0, now - newestClock) * 1_000;
  }

  /** When accepting time shows that the events' time is so far, milliseconds. */
  long clockAt(long time) {
    return newestClock + Math.max(0, -Math.floorDiv(newest - time, 1_000L));
  }

  void read(StateReader in) {
    size = in.count();
    if (size > partitions.length) {
      partitions = new int[size];
      epochs = new int[size];
      offsets = new long[size];
    }
    for (int i = 0; i < size; i++) {
      partitions[i] = in.count();
      epochs[i] = in.count();
      offsets[i] = in.number();
    }
    newestEntry = in.count();
    newest = in.signed();
    newestClock = in.signed();
    clock = newestClock + in.signed();
  }

  void write(StateWriter out) {
    out.number(size);
    for (int i = 0; i < size; i++) {
      out.number(partitions[i]);
      out.number(epochs[i]);
      out.number(offsets[i]);
    }
    out.number(newestEntry);
    out.signed(newest);
    out.signed(newestClock);
    out.signed(clock - newestClock);
  }
}
