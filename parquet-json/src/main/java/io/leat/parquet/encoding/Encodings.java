package io.leat.parquet.encoding;

import io.leat.parquet.bounds.Refusal;
import io.leat.parquet.bounds.Scratch;

/** Opens the values of a page by the number of their encoding. */
public final class Encodings {
  private static final int PLAIN = 0;

  /** Indexes into the dictionary, as old writers call it. */
  private static final int PLAIN_DICTIONARY = 2;

  /** Runs of repeated and bit-packed values. */
  public static final int RLE = 3;

  /** Numbers packed from the highest bit down: levels of very old writers. */
  public static final int BIT_PACKED = 4;

  private static final int DELTA_BINARY_PACKED = 5;
  private static final int DELTA_LENGTH_BYTE_ARRAY = 6;
  private static final int DELTA_BYTE_ARRAY = 7;
  private static final int RLE_DICTIONARY = 8;
  private static final int BYTE_STREAM_SPLIT = 9;

  private static final int BOOLEAN = 0;
  private static final int INT32 = 1;
  private static final int INT64 = 2;
  private static final int INT96 = 3;
  private static final int FLOAT = 4;
  private static final int DOUBLE = 5;
  private static final int BYTE_ARRAY = 6;
  private static final int FIXED = 7;

  private Encodings() {}

  /** Whether values are indexes into the dictionary. */
  public static boolean isDictionary(int encoding) {
    return encoding == PLAIN_DICTIONARY || encoding == RLE_DICTIONARY;
  }

  /** Whether values of this physical type come as slices. */
  public static boolean isBytes(int type) {
    return type == INT96 || type == BYTE_ARRAY || type == FIXED;
  }

  /**
   * Opens values.
   *
   * @param type physical, as the format numbers them
   * @param length of fixed-length values
   * @param count how many there are at most
   * @param scratch for encodings whose values are not in the page as they are
   */
  public static Values open(
      int encoding,
      int type,
      int length,
      byte[] bytes,
      int start,
      int end,
      int count,
      Scratch scratch) {
    return switch (encoding) {
      // A dictionary's own values are plain whatever it says.
      case PLAIN, PLAIN_DICTIONARY -> plain(type, length, bytes, start, end);
      case RLE -> {
        require(type == BOOLEAN);
        yield new RunBooleans(bytes, start, end);
      }
      case DELTA_BINARY_PACKED -> {
        require(type == INT32 || type == INT64);
        yield new DeltaInts(bytes, start, end, type == INT32);
      }
      case DELTA_LENGTH_BYTE_ARRAY -> {
        require(type == BYTE_ARRAY);
        yield new DeltaLengths(bytes, start, end, count);
      }
      case DELTA_BYTE_ARRAY -> {
        require(type == BYTE_ARRAY || type == FIXED);
        DeltaStrings strings = new DeltaStrings(bytes, start, end, count, scratch);
        yield type == FIXED ? new OfLength(strings, length) : strings;
      }
      case BYTE_STREAM_SPLIT -> {
        require(type != BOOLEAN && type != BYTE_ARRAY && type != INT96);
        yield new StreamSplit(bytes, start, end, width(type, length), scratch);
      }
      default ->
          throw Refusal.unsupported("encoding", "the encoding number " + encoding + " is not read");
    };
  }

  private static int width(int type, int length) {
    return switch (type) {
      case INT32, FLOAT -> 4;
      case INT64, DOUBLE -> 8;
      default -> length;
    };
  }

  private static Values plain(int type, int length, byte[] bytes, int start, int end) {
    return switch (type) {
      case BOOLEAN -> new Plain.Booleans(bytes, start, end);
      case INT32, FLOAT -> new Plain.Ints(bytes, start, end);
      case INT64, DOUBLE -> new Plain.Longs(bytes, start, end);
      case INT96 -> new Plain.Fixed(bytes, start, end, 12);
      case BYTE_ARRAY -> new Plain.Strings(bytes, start, end);
      case FIXED -> new Plain.Fixed(bytes, start, end, length);
      default -> throw Refusal.unsupported("type", "the physical type " + type + " is not read");
    };
  }

  private static void require(boolean fits) {
    if (!fits) {
      throw Refusal.corrupt("bad-page", "a page's encoding does not fit the column's type");
    }
  }

  /** Fixed-length values as delta strings: each must have the length. */
  private static final class OfLength extends Values {
    private final Values values;
    private final int length;

    OfLength(Values values, int length) {
      this.values = values;
      this.length = length;
    }

    @Override
    public void slices(long[] target, int offset, int count) {
      values.slices(target, offset, count);
      for (int i = 0; i < count; i++) {
        require((int) target[offset + i] == length);
      }
    }

    @Override
    public byte[] bytes() {
      return values.bytes();
    }

    @Override
    public void skip(int count) {
      values.skip(count);
    }
  }
}
