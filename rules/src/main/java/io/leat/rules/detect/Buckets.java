package io.leat.rules.detect;

import java.util.Arrays;

/** How many events came in each of many equal, short times; those without any are left out. */
final class Buckets {
  private int size;
  private long[] indexes = new long[16];
  private long[] counts = new long[16];

  void clear() {
    size = 0;
  }

  void add(long index, long count) {
    int at = size;
    while (at > 0 && indexes[at - 1] >= index) {
      at--;
    }
    if (at < size && indexes[at] == index) {
      counts[at] += count;
      return;
    }
    if (size == indexes.length) {
      indexes = Arrays.copyOf(indexes, size * 2);
      counts = Arrays.copyOf(counts, size * 2);
    }
    System.arraycopy(indexes, at, indexes, at + 1, size - at);
    System.arraycopy(counts, at, counts, at + 1, size - at);
    indexes[at] = index;
    counts[at] = count;
    size++;
  }

  void removeBefore(long index) {
    int first = 0;
    while (first < size && indexes[first] < index) {
      first++;
    }
    System.arraycopy(indexes, first, indexes, 0, size - first);
    System.arraycopy(counts, first, counts, 0, size - first);
    size -= first;
  }

  /** The events in the {@code number} buckets that end with this one. */
  long sum(long last, long number) {
    long sum = 0;
    for (int i = 0; i < size; i++) {
      if (indexes[i] > last - number && indexes[i] <= last) {
        sum += counts[i];
      }
    }
    return sum;
  }

  /**
   * The first bucket from {@code from} on with which at most {@code most} events are in the {@code
   * number} buckets that end with it, if no more come. Only where buckets leave, or {@code from}
   * itself, can it be.
   */
  long firstWithAtMost(long most, long from, long number) {
    long sum = sum(from, number);
    if (sum <= most) {
      return from;
    }
    int entering = 0;
    while (entering < size && indexes[entering] <= from) {
      entering++;
    }
    for (int i = 0; i < size; i++) {
      long left = indexes[i] + number;
      if (left > from) {
        while (entering < size && indexes[entering] <= left) {
          sum += counts[entering++];
        }
        sum -= counts[i];
        if (sum <= most) {
          return left;
        }
      }
    }
    throw new IllegalStateException("a bound below zero: " + most);
  }

  /** Reads buckets that may have been of another width; then each goes where it began. */
  void read(StateReader in, long width, long newWidth) {
    clear();
    int number = in.count();
    long index = 0;
    for (int i = 0; i < number; i++) {
      index += in.signed();
      add(Math.floorDiv(index * width, newWidth), in.number());
    }
  }

  void write(StateWriter out) {
    out.number(size);
    long index = 0;
    for (int i = 0; i < size; i++) {
      out.signed(indexes[i] - index);
      out.number(counts[i]);
      index = indexes[i];
    }
  }
}
