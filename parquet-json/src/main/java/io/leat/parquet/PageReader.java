package io.leat.parquet;

import io.leat.parquet.bounds.Budget;
import io.leat.parquet.bounds.Refusal;
import io.leat.parquet.bounds.Scratch;
import io.leat.parquet.codec.Codec;
import io.leat.parquet.codec.Codecs;
import io.leat.parquet.encoding.Encodings;
import io.leat.parquet.encoding.Hybrid;
import io.leat.parquet.encoding.Values;
import io.leat.parquet.format.ChunkMeta;
import io.leat.parquet.format.PageHeader;
import java.io.IOException;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * The pages of a column chunk, one at a time, in buffers that are used again. Owned by one thread.
 */
final class PageReader implements AutoCloseable {
  private static final byte[] NONE = new byte[0];

  private final Leaf leaf;
  private final Limits limits;
  private final Budget budget;
  private final Codec codec;
  private final boolean isCompressed;
  private final Window window;
  private final Scratch decoded;
  private final PageHeader header = new PageHeader();
  private final CRC32 crc = new CRC32();

  private byte[] page = NONE;
  private boolean isBodyPending;

  /** Repetition levels of the loaded page. */
  final Hybrid repetitions = new Hybrid();

  /** Definition levels of the loaded page. */
  final Hybrid definitions = new Hybrid();

  /** Indexes of the loaded page, if {@link #isDictionary}. */
  final Hybrid indexes = new Hybrid();

  /** Values of the loaded page, unless {@link #isDictionary}. */
  @Nullable Values values;

  /** Whether the loaded page's values are indexes into the dictionary. */
  boolean isDictionary;

  PageReader(
      ParquetFile file, Leaf leaf, ChunkMeta chunk, Codecs codecs, Budget budget, ReadBytes reads) {
    this.leaf = leaf;
    this.limits = file.limits();
    this.budget = budget;
    this.codec = codecs.of(chunk.codec());
    this.isCompressed = chunk.codec() != Codec.UNCOMPRESSED;
    this.window = new Window(file.source(), chunk, limits, budget, reads);
    this.decoded = new Scratch(budget, "a page's strings", limits.maxPageBytes());
  }

  /**
   * Goes to the next data page without loading it; dictionaries on the way are handed over or
   * skipped.
   *
   * @return false at the end of the chunk
   */
  boolean next(DictionarySlot slot) throws IOException {
    skip();
    while (window.header(header)) {
      judge();
      isBodyPending = true;
      if (header.type == PageHeader.DATA || header.type == PageHeader.DATA_V2) {
        return true;
      }
      if (header.type == PageHeader.DICTIONARY) {
        slot.offer(this);
      }
      skip();
    }
    return false;
  }

  private void judge() {
    long most =
        header.type == PageHeader.DICTIONARY
            ? Math.min(limits.maxPageBytes(), limits.maxDictionaryBytes())
            : limits.maxPageBytes();
    if (header.compressed > most || header.uncompressed > most) {
      throw Refusal.resource(
          header.type == PageHeader.DICTIONARY ? "dictionary-size" : "page-size",
          "a page has "
              + Math.max(header.compressed, header.uncompressed)
              + " bytes, more than the limit of "
              + most);
    }
    if (header.uncompressed > 1 << 20
        && header.uncompressed > limits.maxExpansion() * Math.max(1, header.compressed)) {
      throw Refusal.resource(
          "expansion",
          "a page expands from "
              + header.compressed
              + " to "
              + header.uncompressed
              + " bytes, more than maxExpansion allows");
    }
  }

  /** Values of the page that {@link #next} went to, with nulls. */
  int count() {
    return header.values;
  }

  /**
   * Rows of the page that {@link #next} went to, or -1 if that is not known before it is loaded.
   */
  int rows() {
    return leaf.maxRepetition() == 0 ? header.values : header.rows;
  }

  /** Skips the page that {@link #next} went to, unless it was loaded. */
  private void skip() throws IOException {
    if (isBodyPending) {
      isBodyPending = false;
      window.skip(header.compressed);
    }
  }

  /** Loads the page that {@link #next} went to. */
  void load() throws IOException {
    isBodyPending = false;
    int start = window.take(header.compressed);
    byte[] bytes = window.bytes();
    check(bytes, start);
    if (header.type == PageHeader.DATA_V2) {
      loadV2(bytes, start);
    } else {
      loadV1(bytes, start);
    }
  }

  private void check(byte[] bytes, int start) {
    if (header.hasCrc) {
      crc.reset();
      crc.update(bytes, start, header.compressed);
      if ((int) crc.getValue() != header.crc) {
        throw Refusal.corrupt("bad-checksum", "a page's checksum does not fit its bytes");
      }
    }
  }

  private void loadV1(byte[] bytes, int start) {
    byte[] body = bytes;
    int at = start;
    if (isCompressed) {
      room(header.uncompressed);
      codec.decompress(bytes, start, header.compressed, page, 0, header.uncompressed);
      body = page;
      at = 0;
    } else if (header.compressed != header.uncompressed) {
      throw Refusal.corrupt("bad-page", "a page that is not compressed has two lengths");
    }
    int end = at + header.uncompressed;
    at = levels(repetitions, header.repetitionEncoding, leaf.maxRepetition(), body, at, end);
    at = levels(definitions, header.definitionEncoding, leaf.maxDefinition(), body, at, end);
    open(body, at, end);
  }

  private int levels(Hybrid into, int encoding, int max, byte[] body, int start, int end) {
    if (max == 0) {
      return start;
    }
    if (encoding == Encodings.BIT_PACKED) {
      long size = ((long) header.values * width(max) + 7) >>> 3;
      if (size > end - start) {
        throw shortOfLevels();
      }
      into.resetPacked(body, start, header.values, width(max));
      return start + (int) size;
    }
    if (encoding != Encodings.RLE) {
      throw Refusal.unsupported(
          "encoding", "levels in the encoding number " + encoding + " are not read");
    }
    if (end - start < 4) {
      throw shortOfLevels();
    }
    int length =
        (body[start] & 0xff)
            | (body[start + 1] & 0xff) << 8
            | (body[start + 2] & 0xff) << 16
            | (body[start + 3] & 0xff) << 24;
    int from = start + 4;
    if (length < 0 || length > end - from) {
      throw shortOfLevels();
    }
    into.reset(body, from, from + length, width(max));
    return from + length;
  }

  private static Refusal shortOfLevels() {
    return Refusal.corrupt("bad-page", "a page is too short for its levels");
  }

  private static int width(int max) {
    return 32 - Integer.numberOfLeadingZeros(max);
  }

  private void loadV2(byte[] bytes, int start) {
    int middle = start + header.repetitionBytes;
    int behind = middle + header.definitionBytes;
    int end = start + header.compressed;
    int levelBytes = behind - start;
    int plain = header.uncompressed - levelBytes;
    byte[] body = bytes;
    int at = behind;
    if (isCompressed && header.isCompressed && plain > 0) {
      room(header.uncompressed);
      // The levels move along, because the window may be filled anew while they are read.
      System.arraycopy(bytes, start, page, 0, levelBytes);
      codec.decompress(bytes, behind, end - behind, page, levelBytes, plain);
      body = page;
      at = levelBytes;
    } else if (plain != end - behind && plain != 0) {
      throw Refusal.corrupt("bad-page", "a page that is not compressed has two lengths");
    }
    int levels = at - levelBytes;
    repetitions.reset(body, levels, levels + header.repetitionBytes, width(leaf.maxRepetition()));
    definitions.reset(body, levels + header.repetitionBytes, at, width(leaf.maxDefinition()));
    open(body, at, at + plain);
  }

  private void open(byte[] body, int start, int end) {
    isDictionary = Encodings.isDictionary(header.encoding);
    if (isDictionary) {
      values = null;
      // A page of nulls only may have no width.
      int width = start < end ? body[start] & 0xff : 0;
      indexes.reset(body, Math.min(start + 1, end), end, width);
    } else {
      values =
          Encodings.open(
              header.encoding,
              leaf.type(),
              leaf.field().length(),
              body,
              start,
              end,
              header.values,
              decoded);
    }
  }

  private void room(int size) {
    if (page.length - Scratch.PADDING < size) {
      page = budget.grow(page, size, 0, "a page");
    }
  }

  /** Reads the dictionary page that {@link #next} came to; its memory is taken from the budget. */
  Dictionary dictionary() throws IOException {
    isBodyPending = false;
    int start = window.take(header.compressed);
    check(window.bytes(), start);
    int size = header.uncompressed;
    int count = header.values;
    boolean isBytes = Encodings.isBytes(leaf.type());
    if (count > Math.max(size, 1) * 8L) {
      throw Refusal.corrupt("bad-page", "a dictionary has more entries than bytes");
    }
    long memory = count * 8L + (isBytes ? size + Scratch.PADDING : 0);
    budget.take(memory, "a dictionary");
    byte[] bytes;
    if (isBytes) {
      bytes = new byte[size + Scratch.PADDING];
    } else {
      room(size);
      bytes = page;
    }
    codec.decompress(window.bytes(), start, header.compressed, bytes, 0, size);
    long[] entries = new long[count];
    Values plain =
        Encodings.open(0, leaf.type(), leaf.field().length(), bytes, 0, size, count, decoded);
    if (isBytes) {
      plain.slices(entries, 0, count);
    } else {
      plain.longs(entries, 0, count);
    }
    return new Dictionary(entries, isBytes ? bytes : NONE);
  }

  @Override
  public void close() {
    window.close();
    decoded.drop();
    budget.give(page.length);
    page = NONE;
  }
}
