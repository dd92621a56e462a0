package io.leat.rules.seen;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Ids in memory: a hash table with linear probing over one array. An id's place follows from the
 * top bits of its hash, so that the table's order is nearly the sorted one.
 */
final class IdTable {
  /** Longs of an entry: the id's high and low half, its payload's hash, its time of receipt. */
  static final int WIDTH = 4;

  private static final int INITIAL_BITS = 8;

  private int bits;
  private long[] entries;
  private int size;

  IdTable() {
    this(INITIAL_BITS);
  }

  private IdTable(int bits) {
    this.bits = bits;
    this.entries = new long[WIDTH << bits];
  }

  /** An empty one with room for as many as this has: growing again would cost as much as adding. */
  IdTable next() {
    return new IdTable(bits);
  }

  int size() {
    return size;
  }

  /** Where the id's entry begins in {@link #at}, or -1. */
  int find(long high, long low) {
    int mask = entries.length - 1;
    for (int i = home(high); ; i = (i + WIDTH) & mask) {
      if (entries[i + 3] == 0) {
        return -1;
      }
      if (entries[i] == high && entries[i + 1] == low) {
        return i;
      }
    }
  }

  long at(int index) {
    return entries[index];
  }

  /** Adds an entry, or replaces that of the same id. */
  void put(long high, long low, long hash, long received) {
    if (size >= (entries.length / WIDTH) / 2) {
      grow();
    }
    int mask = entries.length - 1;
    int i = home(high);
    while (entries[i + 3] != 0 && (entries[i] != high || entries[i + 1] != low)) {
      i = (i + WIDTH) & mask;
    }
    if (entries[i + 3] == 0) {
      size++;
    }
    entries[i] = high;
    entries[i + 1] = low;
    entries[i + 2] = hash;
    entries[i + 3] = received == 0 ? 1 : received; // 0 marks a free place
  }

  /** All entries, by high and then low, unsigned. */
  long[] sorted() {
    long[] sorted = new long[size * WIDTH];
    int mask = entries.length - 1;
    int free = 0;
    while (entries[free + 3] != 0) {
      free += WIDTH;
    }
    // From a free place round to it: a run of places that wraps at the end stays in one piece.
    int used = 0;
    for (int step = WIDTH; step < entries.length; step += WIDTH) {
      int from = (free + step) & mask;
      if (entries[from + 3] == 0) {
        continue;
      }
      int to = used;
      while (to > 0 && compare(sorted, to - WIDTH, entries[from], entries[from + 1]) > 0) {
        System.arraycopy(sorted, to - WIDTH, sorted, to, WIDTH);
        to -= WIDTH;
      }
      System.arraycopy(entries, from, sorted, to, WIDTH);
      used += WIDTH;
    }
    return sorted;
  }

  private static int compare(long[] sorted, int at, long high, long low) {
    int byHigh = Long.compareUnsigned(sorted[at], high);
    return byHigh != 0 ? byHigh : Long.compareUnsigned(sorted[at + 1], low);
  }

  /** All entries of both tables as bytes; those of {@code older}, if any, come first. */
  static byte[] toBytes(@Nullable IdTable older, IdTable newer) {
    int count = newer.size + (older == null ? 0 : older.size);
    ByteBuffer bytes =
        ByteBuffer.allocate(count * WIDTH * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    if (older != null) {
      older.write(bytes);
    }
    newer.write(bytes);
    return bytes.array();
  }

  private void write(ByteBuffer bytes) {
    for (int i = 0; i < entries.length; i += WIDTH) {
      if (entries[i + 3] != 0) {
        for (int field = 0; field < WIDTH; field++) {
          bytes.putLong(entries[i + field]);
        }
      }
    }
  }

  private int home(long high) {
    return (int) (high >>> (Long.SIZE - bits)) * WIDTH;
  }

  private void grow() {
    long[] old = entries;
    bits++;
    entries = new long[WIDTH << bits];
    size = 0;
    for (int i = 0; i < old.length; i += WIDTH) {
      if (old[i + 3] != 0) {
        put(old[i], old[i + 1], old[i + 2], old[i + 3]);
      }
    }
  }
}
