package io.leat.parquet;

import io.leat.parquet.bounds.Budget;
import io.leat.parquet.bounds.Refusal;
import io.leat.parquet.bounds.Scratch;
import io.leat.parquet.format.ChunkMeta;
import io.leat.parquet.format.PageHeader;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A stretch of a column chunk's bytes, which is read ahead and moves on. */
final class Window implements AutoCloseable {
  private static final int HEADER = 512;
  private static final int MAX_HEADER = 16 << 20;

  private final ByteSource source;
  private final Budget budget;
  private final ReadBytes reads;
  private final int maxHeader;

  private byte[] bytes = new byte[0];
  private int from;
  private int to;

  /** Position in the file behind {@link #to}. */
  private long position;

  private final long end;

  Window(ByteSource source, ChunkMeta chunk, Limits limits, Budget budget, ReadBytes reads) {
    this.source = source;
    this.budget = budget;
    this.reads = reads;
    this.position = chunk.start();
    this.end = chunk.start() + chunk.bytes();
    this.maxHeader = (int) Math.min(MAX_HEADER, limits.maxPageBytes());
  }

  byte[] bytes() {
    return bytes;
  }

  /** Reads a page header, which must be complete; false at the end of the chunk. */
  boolean header(PageHeader header) throws IOException {
    if (from == to && position == end) {
      return false;
    }
    int size = (int) Math.min(HEADER, left());
    while (true) {
      fill(size);
      int length = header.read(bytes, from, to);
      if (length >= 0) {
        from += length;
        return true;
      }
      int there = to - from;
      if (there >= maxHeader || there >= left()) {
        throw Refusal.corrupt("bad-page-header", "a page header goes beyond its column chunk");
      }
      size = (int) Math.min(Math.min(there * 4L, maxHeader), left());
    }
  }

  private long left() {
    return to - from + end - position;
  }

  void skip(int count) throws IOException {
    if (count > left()) {
      throw Refusal.corrupt("bad-page-header", "a page goes beyond its column chunk");
    }
    int there = Math.min(count, to - from);
    from += there;
    position += count - there;
  }

  /** Has so many bytes ready; the result is where they begin in {@link #bytes}. */
  int take(int count) throws IOException {
    if (count > left()) {
      throw Refusal.corrupt("bad-page-header", "a page goes beyond its column chunk");
    }
    fill(count);
    int start = from;
    from += count;
    return start;
  }

  private void fill(int least) throws IOException {
    int there = to - from;
    if (there >= least) {
      return;
    }
    int more = (int) Math.min(Math.max(least - there, reads.ahead()), end - position);
    int size = there + more;
    if (bytes.length - Scratch.PADDING < size) {
      byte[] old = bytes;
      budget.take(size + Scratch.PADDING, "reading ahead");
      bytes = new byte[size + Scratch.PADDING];
      System.arraycopy(old, from, bytes, 0, there);
      budget.give(old.length);
    } else {
      System.arraycopy(bytes, from, bytes, 0, there);
    }
    from = 0;
    to = there;
    source.read(position, ByteBuffer.wrap(bytes, to, more));
    reads.add(more);
    position += more;
    to += more;
  }

  @Override
  public void close() {
    budget.give(bytes.length);
    bytes = new byte[0];
    from = 0;
    to = 0;
    position = end;
  }
}
