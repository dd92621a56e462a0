package io.leat.rules.seen;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Ids on disk, immutable and mapped into memory, so that the operating system keeps in memory what
 * is asked for.
 *
 * <p>The file, little-endian: a header of 64 bytes (magic, number of entries, number of filter
 * blocks, latest time of receipt), the filter in blocks of 64 bytes, the entries of 32 bytes sorted
 * by their id, unsigned.
 */
final class IdFile implements Closeable {
  static final int MAGIC = 0x4c656174; // "Leat"
  static final int VERSION = 1;
  static final int HEADER = 64;
  static final int BLOCK = 64;
  static final int ENTRY = IdTable.WIDTH * Long.BYTES;

  /** Six bits of an id in a block of 512, at 12 bits an id: one in 150 strangers gets through. */
  static final int BITS_PER_ID = 12;

  private static final int PROBES = 6;
  private static final int PROBE_BITS = 9;

  private final Path path;
  private final IdRange range;
  private final MappedByteBuffer bytes;
  private final int count;
  private final int blocks;
  private final long latest;
  private final int firstEntry;

  private IdFile(Path path, IdRange range, MappedByteBuffer bytes) throws IOException {
    this.path = path;
    this.range = range;
    this.bytes = bytes;
    this.count = bytes.getInt(8);
    this.blocks = bytes.getInt(12);
    this.latest = bytes.getLong(16);
    this.firstEntry = HEADER + blocks * BLOCK;
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
    return range.contains(low) && mayContain(high, low) ? search(high, low) : -1;
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

  /** Where in the filter an id's block begins, counted from the filter's beginning. */
  static int block(long low, int blocks) {
    return (int) (((low & 0xFFFFFFFFL) * blocks) >>> 32) * BLOCK;
  }

  /** Sets an id's bits in its block, which begins at {@code block}. */
  static void mark(ByteBuffer filter, int block, long high) {
    long rest = high;
    for (int probe = 0; probe < PROBES; probe++) {
      int at = block + (((int) rest >>> 6) & 7) * Long.BYTES;
      filter.putLong(at, filter.getLong(at) | (1L << rest));
      rest >>>= PROBE_BITS;
    }
  }

  private boolean mayContain(long high, long low) {
    int block = HEADER + block(low, blocks);
    long rest = high;
    for (int probe = 0; probe < PROBES; probe++) {
      if ((bytes.getLong(block + (((int) rest >>> 6) & 7) * Long.BYTES) & (1L << rest)) == 0) {
        return false;
      }
      rest >>>= PROBE_BITS;
    }
    return true;
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
