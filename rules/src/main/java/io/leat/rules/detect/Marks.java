package io.leat.rules.detect;

import io.leat.event.LogPosition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Events of one key, by their time; those of the same time in the order of the log. */
final class Marks {
  private int size;
  private long[] times = new long[8];
  private int[] epochs = new int[8];
  private long[] offsets = new long[8];

  int size() {
    return size;
  }

  long time(int index) {
    return times[index];
  }

  void clear() {
    size = 0;
  }

  /** Puts an event among the others; returns where it stands. */
  int add(long time, LogPosition position) {
    if (size == times.length) {
      grow(size * 2);
    }
    int index = size;
    while (index > 0 && times[index - 1] > time) {
      index--;
    }
    shift(index, index + 1);
    times[index] = time;
    epochs[index] = position.epoch();
    offsets[index] = position.offset();
    size++;
    return index;
  }

  void remove(int index) {
    shift(index + 1, index);
    size--;
  }

  /** Removes what is older than a time, or as old. */
  void removeUpTo(long time) {
    int first = 0;
    while (first < size && times[first] <= time) {
      first++;
    }
    removeFirst(first);
  }

  void removeFirst(int number) {
    shift(number, 0);
    size -= number;
  }

  /** Where some of them stand: the first and the newest, when they are more than {@code most}. */
  List<LogPosition> positions(String topic, int partition, int from, int to, int most) {
    List<LogPosition> positions = new ArrayList<>();
    int head = to - from <= most ? to - from : most / 2;
    for (int i = from; i < to; i++) {
      if (i < from + head || i >= to - (most - head)) {
        positions.add(new LogPosition(epochs[i], topic, partition, offsets[i]));
      }
    }
    return positions;
  }

  /** Reads what {@link #write} wrote near the same time. */
  void read(StateReader in, long near) {
    size = in.count();
    if (size > times.length) {
      grow(size);
    }
    long time = near;
    long offset = 0;
    for (int i = 0; i < size; i++) {
      time += in.signed();
      offset += in.signed();
      times[i] = time;
      offsets[i] = offset;
      epochs[i] = in.count();
    }
  }

  void write(StateWriter out, long near) {
    out.number(size);
    long time = near;
    long offset = 0;
    for (int i = 0; i < size; i++) {
      out.signed(times[i] - time);
      out.signed(offsets[i] - offset);
      out.number(epochs[i]);
      time = times[i];
      offset = offsets[i];
    }
  }

  private void shift(int from, int to) {
    int length = size - from;
    System.arraycopy(times, from, times, to, length);
    System.arraycopy(epochs, from, epochs, to, length);
    System.arraycopy(offsets, from, offsets, to, length);
  }

  private void grow(int capacity) {
    times = Arrays.copyOf(times, capacity);
    epochs = Arrays.copyOf(epochs, capacity);
    offsets = Arrays.copyOf(offsets, capacity);
  }
}
