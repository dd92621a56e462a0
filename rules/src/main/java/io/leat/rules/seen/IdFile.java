package io.leat.rules.seen;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Ids on disk, immutable and mapped into memory, so that the operating system keeps in memory what
 * is asked for.
 *
 * <p>The file, little-endian: a header of 64 bytes (magic, version, number of entries, number of
 * filter words, latest time of receipt), the filter in words of 8 bytes, the entries of 32 bytes
 * sorted by their id, unsigned. An id's word follows from its high half, so that the filter is
 * written in the entries' order; {@value #PROBES} bits in the word follow from its low half.
 */
final class IdFile implements Closeable {
  static final int MAGIC = 0x4c656174; // "Leat"
  static final int VERSION = 2;
  static final int HEADER = 64;
  static final int ENTRY = IdTable.WIDTH * Long.BYTES;

  /** Filter words for so many ids: one in 250 strangers gets through. */
  static final int IDS_PER_WORD = 4;

  private static final int PROBES = 5;
  private static final int PROBE_BITS = 6;

  private final Path path;
  private final IdRange range;
  private final MappedByteBuffer bytes;
  private final int count;
  private final int words;
  private final long latest;
  private final int firstEntry;

  private IdFile(Path path, IdRange range, MappedByteBuffer bytes) throws IOException {
    this.path = path;
    this.range = range;
    this.bytes = bytes;
    this.count = bytes.getInt(8);
    this.words = bytes.getInt(12);
    this.latest = bytes.getLong(16);
    this.firstEntry = HEADER + words * Long.BYTES;
    if (bytes.getInt(0) != MAGIC
        || bytes.getInt(4) != VERSION
        || bytes.capacity() != firstEntry + (long) count * ENTRY) {
      throw new IOException(path + " is not a whole file of ids of version " + VERSION);
    }
  }

  /**
   * Maps a file that {@link IdFileWriter} wrote.
   *
   * @param range ids beyond it are as if they were not there
   */
  static IdFile open(Path path, IdRange range) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      if (channel.size() < HEADER) {
        throw new IOException(path + " is not a file of ids");
      }
      MappedByteBuffer bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
      bytes.order(ByteOrder.LITTLE_ENDIAN);
      return new IdFile(path, range, bytes);
    }
  }

  Path path() {
    return path;
  }

  IdRange range() {
    return range;
  }

  /** Entries, those beyond the range included. */
  int count() {
    return count;
  }

  /** The latest time of receipt among the entries, microseconds since the epoch. */
  long latest() {
    return latest;
  }

  /** The entry's number, or -1. */
  int find(long high, long low) {
    return range.contains(low) && isIn(word(high), mask(low)) ? search(high, low) : -1;
  }

  long high(int entry) {
    return bytes.getLong(firstEntry + entry * ENTRY);
  }

  long low(int entry) {
    return bytes.getLong(firstEntry + entry * ENTRY + 8);
  }

  long hash(int entry) {
    return bytes.getLong(firstEntry + entry * ENTRY + 16);
  }

  long received(int entry) {
    return bytes.getLong(firstEntry + entry * ENTRY + 24);
  }

  /** The number of the word in the filter that an id's bits are in. */
  static int wordOf(long high, int words) {
    return (int) (((high >>> Integer.SIZE) * words) >>> Integer.SIZE);
  }

  /** An id's bits in its word. */
  static long mask(long low) {
    long rest = low;
    long mask = 0;
    for (int probe = 0; probe < PROBES; probe++) {
      mask |= 1L << rest;
      rest >>>= PROBE_BITS;
    }
    return mask;
  }

  /**
   * Which of the first {@code count} ids may be here, as bits from the lowest on.
   *
   * <p>Without a branch: the processor fetches the words of many ids at once, where a branch, which
   * it guesses wrongly, would make it wait for each.
   *
   * @param masks of the ids' low halves
   */
  long candidates(long[] high, long[] masks, int count) {
    long candidates = 0;
    for (int i = 0; i < count; i++) {
      candidates |= (isIn(word(high[i]), masks[i]) ? 1L : 0L) << i;
    }
    return candidates;
  }

  private static boolean isIn(long word, long mask) {
    return (word & mask) == mask;
  }

  private long word(long high) {
    return bytes.getLong(HEADER + wordOf(high, words) * Long.BYTES);
  }

  /**
   * Ids are evenly distributed hashes: the place is guessed from the value, in turn with halving,
   * so that the worst case is bounded too.
   */
  private int search(long high, long low) {
    int from = 0;
    int to = count - 1;
    double least = 0;
    double most = 0x1p64;
    double wanted = unsigned(high);
    boolean guess = true;
    while (from <= to) {
      int middle;
      if (guess && most > least) {
        double share = (wanted - least) / (most - least);
        middle = from + (int) Math.min(to - from, Math.max(0, share * (to - from)));
      } else {
        middle = (from + to) >>> 1;
      }
      guess = !guess;
      long there = high(middle);
      int order = Long.compareUnsigned(there, high);
      if (order == 0) {
        order = Long.compareUnsigned(low(middle), low);
      }
      if (order == 0) {
        return middle;
      }
      if (order < 0) {
        from = middle + 1;
        least = unsigned(there);
      } else {
        to = middle - 1;
        most = unsigned(there);
      }
    }
    return -1;
  }

  private static double unsigned(long value) {
    return (value >>> 1) * 2.0 + (value & 1);
  }

  /** Gives the mapping back; the entries must not be asked for any more. */
  @Override
  public void close() {
    Mappings.release(bytes);
  }
}
