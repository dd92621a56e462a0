package io.leat.stream.detect;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * When which key wants to be woken. Not kept in checkpoints: it is made anew from what is
 * remembered of the keys, so that a million of them cost a checkpoint nothing. By seconds: to set
 * an alarm and to have it ring cost the same with any number of keys, which they do not in a heap.
 * An alarm that is set to another time stays; whoever is woken looks whether it was meant. For one
 * thread.
 */
final class Alarms {
  private static final long SECOND = 1_000;
  private static final int SPARE = 10_000;

  private final TreeMap<Long, Bucket> seconds = new TreeMap<>();
  private long size;
  private long counted;

  /** Of one second. */
  private static final class Bucket {
    private long[] times = new long[4];
    private String[] keys = new String[4];
    private int size;

    void add(String key, long at) {
      if (size == times.length) {
        int room = size + (size >> 1);
        times = Arrays.copyOf(times, room);
        keys = Arrays.copyOf(keys, room);
      }
      times[size] = at;
      keys[size++] = key;
    }
  }

  /** Takes an alarm that rings. */
  @FunctionalInterface
  interface Ringing {
    /**
     * May set others.
     *
     * @param at what it was set to, milliseconds of accepting time
     */
    void ring(String key, long at) throws Exception;
  }

  /**
   * Sets an alarm.
   *
   * @param at milliseconds of accepting time
   */
  void set(String key, long at) {
    seconds.computeIfAbsent(Math.floorDiv(at, SECOND), any -> new Bucket()).add(key, at);
    size++;
  }

  /**
   * Has those ring that were set to {@code now} or before, in the order of their times; and those
   * that are set so meanwhile.
   */
  void advance(long now, Ringing ringing) throws Exception {
    long present = Math.floorDiv(now, SECOND);
    while (!seconds.isEmpty() && seconds.firstKey() <= present) {
      Map.Entry<Long, Bucket> first = Objects.requireNonNull(seconds.pollFirstEntry());
      Bucket bucket = first.getValue();
      int[] order =
          IntStream.range(0, bucket.size)
              .boxed()
              .sorted(Comparator.comparingLong(i -> bucket.times[i]))
              .mapToInt(Integer::intValue)
              .toArray();
      int rung = 0;
      while (rung < order.length && bucket.times[order[rung]] <= now) {
        size--;
        ringing.ring(bucket.keys[order[rung]], bucket.times[order[rung]]);
        rung++;
      }
      if (rung < order.length) {
        Bucket rest = seconds.computeIfAbsent(first.getKey(), any -> new Bucket());
        for (int i = rung; i < order.length; i++) {
          rest.add(bucket.keys[order[i]], bucket.times[order[i]]);
        }
        return;
      }
    }
  }

  /** Whether most of them may be set to other times by now, so that it is worth to begin anew. */
  boolean isStale() {
    return size > 2 * counted + SPARE;
  }

  /** Forgets all, to be set anew. */
  void clear() {
    seconds.clear();
    size = 0;
  }

  /** All that are meant have been set. */
  void counted() {
    counted = size;
  }
}
