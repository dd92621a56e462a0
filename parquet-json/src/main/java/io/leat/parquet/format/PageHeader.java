package io.leat.parquet.format;

import io.leat.parquet.bounds.Refusal;

/** The header of a page; used again for the next one. */
public final class PageHeader {
  /** A data page whose levels are compressed with its values. */
  public static final int DATA = 0;

  /** An index page, which is skipped. */
  public static final int INDEX = 1;

  /** The dictionary. */
  public static final int DICTIONARY = 2;

  /** A data page with levels beside its values. */
  public static final int DATA_V2 = 3;

  private final ThriftReader in = new ThriftReader();

  /** {@link #DATA}, {@link #DICTIONARY} or {@link #DATA_V2}; others are skipped. */
  public int type;

  /** Bytes behind the header, in the file. */
  public int compressed;

  /** Bytes behind the header, decompressed. */
  public int uncompressed;

  /** Of the bytes in the file. */
  public int crc;

  /** Whether there is a {@link #crc}. */
  public boolean hasCrc;

  /** With nulls; of a dictionary its entries. */
  public int values;

  /** Of the values. */
  public int encoding;

  /** Of the definition levels; v1 only. */
  public int definitionEncoding;

  /** Of the repetition levels; v1 only. */
  public int repetitionEncoding;

  /** v2 only, else -1. */
  public int rows;

  /** v2 only. */
  public int definitionBytes;

  /** v2 only. */
  public int repetitionBytes;

  /** Whether the values are compressed; v2 only. */
  public boolean isCompressed;

  /**
   * Reads a header.
   *
   * @return its length, or -1 if it goes on behind the end
   */
  public int read(byte[] bytes, int start, int end) {
    clear();
    in.reset(bytes, start, end);
    try {
      int saved = in.begin();
      for (int id = in.field(); id != 0; id = in.field()) {
        field(id);
      }
      in.end(saved);
    } catch (Refusal e) {
      if (e.code().equals(ThriftReader.SHORT)) {
        return -1;
      }
      throw e;
    }
    check();
    return in.position() - start;
  }

  private void clear() {
    type = -1;
    compressed = -1;
    uncompressed = -1;
    hasCrc = false;
    values = -1;
    encoding = -1;
    definitionEncoding = 3;
    repetitionEncoding = 3;
    rows = -1;
    definitionBytes = 0;
    repetitionBytes = 0;
    isCompressed = true;
  }

  private void field(int id) {
    switch (id) {
      case 1 -> type = in.int32();
      case 2 -> uncompressed = in.int32();
      case 3 -> compressed = in.int32();
      case 4 -> {
        crc = in.int32();
        hasCrc = true;
      }
      case 5, 7, 8 -> {
        in.struct();
        int saved = in.begin();
        for (int part = in.field(); part != 0; part = in.field()) {
          part(id, part);
        }
        in.end(saved);
      }
      default -> in.skip();
    }
  }

  private void part(int struct, int part) {
    switch (struct * 10 + part) {
      case 51, 71, 81 -> values = in.int32();
      case 52, 72, 84 -> encoding = in.int32();
      case 53 -> definitionEncoding = in.int32();
      case 54 -> repetitionEncoding = in.int32();
      case 83 -> rows = in.int32();
      case 85 -> definitionBytes = in.int32();
      case 86 -> repetitionBytes = in.int32();
      case 87 -> isCompressed = in.bool();
      default -> in.skip();
    }
  }

  private void check() {
    boolean hasValues = type == DATA || type == DATA_V2 || type == DICTIONARY;
    boolean levelsFit =
        type != DATA_V2
            || (rows >= 0
                && definitionBytes >= 0
                && repetitionBytes >= 0
                && (long) definitionBytes + repetitionBytes <= Math.min(compressed, uncompressed));
    if (type < 0
        || compressed < 0
        || uncompressed < 0
        || (hasValues && (values < 0 || encoding < 0))
        || !levelsFit) {
      throw Refusal.corrupt("bad-page-header", "a page header is not complete");
    }
  }
}
