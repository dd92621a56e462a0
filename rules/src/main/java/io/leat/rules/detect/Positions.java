package io.leat.rules.detect;

import io.leat.event.LogPosition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Where the newest of a key's events stand that were counted, for the evidence: by the bucket in
 * which they were ({@link Buckets}), those of one bucket in the order in which they were judged.
 * Some 5 bytes each when written.
 */
final class Positions {
  private int size;
  private long[] buckets = new long[8];
  private int[] partitions = new int[8];
  private int[] epochs = new int[8];
  private long[] offsets = new long[8];

  void clear() {
    size = 0;
  }

  /** Puts an event among the others, of which the newest {@code most} are kept. */
  void add(long bucket, LogPosition position, int most) {
    if (most == 0) {
      return;
    }
    int index = size;
    while (index > 0 && buckets[index - 1] > bucket) {
      index--;
    }
    insert(index, bucket, position.partition(), position.epoch(), position.offset());
    removeFirst(Math.max(0, size - most));
  }

  private void insert(int index, long bucket, int partition, int epoch, long offset) {
    if (size == buckets.length) {
      buckets = Arrays.copyOf(buckets, size * 2);
      partitions = Arrays.copyOf(partitions, size * 2);
      epochs = Arrays.copyOf(epochs, size * 2);
      offsets = Arrays.copyOf(offsets, size * 2);
    }
    shift(index, index + 1);
    buckets[index] = bucket;
    partitions[index] = partition;
    epochs[index] = epoch;
    offsets[index] = offset;
    size++;
  }

  void removeBefore(long bucket) {
    int first = 0;
    while (first < size && buckets[first] < bucket) {
      first++;
    }
    removeFirst(first);
  }

  private void removeFirst(int number) {
    shift(number, 0);
    size -= number;
  }

  private void shift(int from, int to) {
    int length = size - from;
    System.arraycopy(buckets, from, buckets, to, length);
    System.arraycopy(partitions, from, partitions, to, length);
    System.arraycopy(epochs, from, epochs, to, length);
    System.arraycopy(offsets, from, offsets, to, length);
  }

  /** Those in the {@code number} buckets that end with this one. */
  List<LogPosition> in(String topic, long last, long number) {
    List<LogPosition> in = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      if (buckets[i] > last - number && buckets[i] <= last) {
        in.add(new LogPosition(epochs[i], topic, partitions[i], offsets[i]));
      }
    }
    return in;
  }

  /** Reads what was written near the same bucket, whose width may have been another. */
  void read(StateReader in, long near, long width, long newWidth) {
    clear();
    int number = in.count();
    long bucket = near;
    int partition = 0;
    int epoch = 0;
    long offset = 0;
    for (int i = 0; i < number; i++) {
      bucket += in.signed();
      partition += (int) in.signed();
      epoch += (int) in.signed();
      offset += in.signed();
      insert(size, Math.floorDiv(bucket * width, newWidth), partition, epoch, offset);
    }
  }

  void write(StateWriter out, long near) {
    out.number(size);
    long bucket = near;
    int partition = 0;
    int epoch = 0;
    long offset = 0;
    for (int i = 0; i < size; i++) {
      out.signed(buckets[i] - bucket);
      out.signed(partitions[i] - partition);
      out.signed(epochs[i] - epoch);
      out.signed(offsets[i] - offset);
      bucket = buckets[i];
      partition = partitions[i];
      epoch = epochs[i];
      offset = offsets[i];
    }
  }
}
