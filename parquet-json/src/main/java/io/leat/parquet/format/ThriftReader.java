package io.leat.parquet.format;

import io.leat.parquet.bounds.Refusal;
import java.nio.charset.StandardCharsets;

/**
 * Thrift's compact protocol over an array, within its bounds. Format:
 * https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */
final class ThriftReader {
  static final int TRUE = 1;
  static final int FALSE = 2;
  static final int BYTE = 3;
  static final int I16 = 4;
  static final int I32 = 5;
  static final int I64 = 6;
  static final int DOUBLE = 7;
  static final int BINARY = 8;
  static final int LIST = 9;
  static final int SET = 10;
  static final int MAP = 11;
  static final int STRUCT = 12;
  static final int UUID = 13;

  private static final int MAX_DEPTH = 32;

  /** The reader came to the end of its bytes. */
  static final String SHORT = "short-thrift";

  private byte[] bytes = new byte[0];
  private int at;
  private int limit;
  private int lastField;
  private int depth;

  /** The type of the field that {@link #field} went to. */
  private int type;

  void reset(byte[] source, int start, int end) {
    bytes = source;
    at = start;
    limit = end;
    lastField = 0;
    depth = 0;
    type = 0;
  }

  int position() {
    return at;
  }

  int remaining() {
    return limit - at;
  }

  /** Begins a struct; the result is for {@link #end}. */
  int begin() {
    if (++depth > MAX_DEPTH) {
      throw Refusal.corrupt("bad-thrift", "structures are nested more than 32 deep");
    }
    int saved = lastField;
    lastField = 0;
    return saved;
  }

  void end(int saved) {
    depth--;
    lastField = saved;
  }

  /** Goes to the next field of the struct: its id, or 0 at the end. */
  int field() {
    int head = next();
    type = head & 0x0f;
    if (type == 0) {
      return 0;
    }
    int delta = (head & 0xf0) >>> 4;
    lastField = delta == 0 ? (short) zigzag() : lastField + delta;
    if (lastField <= 0) {
      throw Refusal.corrupt("bad-thrift", "a field's number is not positive");
    }
    return lastField;
  }

  boolean isType(int wanted) {
    return type == wanted;
  }

  boolean bool() {
    if (type != TRUE && type != FALSE) {
      throw wrong();
    }
    return type == TRUE;
  }

  int int8() {
    want(BYTE);
    return (byte) next();
  }

  int int32() {
    want(I32);
    return (int) zigzag();
  }

  long int64() {
    want(I64);
    return zigzag();
  }

  byte[] binary() {
    want(BINARY);
    return element();
  }

  String string() {
    return new String(binary(), StandardCharsets.UTF_8);
  }

  void struct() {
    want(STRUCT);
  }

  /** Begins a list: how many elements there are; never more than there are bytes left. */
  int list(int elements) {
    want(LIST);
    int head = next();
    long size = (head & 0xf0L) >>> 4;
    if (size == 15) {
      size = varint();
    }
    if (size < 0 || size > remaining()) {
      throw size < 0 ? Refusal.corrupt("bad-thrift", "a list's size is negative") : ended();
    }
    if (size > 0 && (head & 0x0f) != elements) {
      throw Refusal.corrupt("bad-thrift", "a list holds another type than the format says");
    }
    return (int) size;
  }

  int intElement() {
    return (int) zigzag();
  }

  private byte[] element() {
    long size = varint();
    if (size < 0 || size > remaining()) {
      throw size < 0 ? Refusal.corrupt("bad-thrift", "a text's length is negative") : ended();
    }
    byte[] value = new byte[(int) size];
    System.arraycopy(bytes, at, value, 0, value.length);
    at += value.length;
    return value;
  }

  /** Skips the field that {@link #field} went to. */
  void skip() {
    skip(type);
  }

  private void skip(int kind) {
    switch (kind) {
      case TRUE, FALSE -> {}
      case BYTE -> advance(1);
      case I16, I32, I64 -> varint();
      case DOUBLE -> advance(8);
      case BINARY -> advance(varint());
      case UUID -> advance(16);
      case LIST, SET -> skipList();
      case MAP -> skipMap();
      case STRUCT -> {
        int saved = begin();
        while (field() != 0) {
          skip(type);
        }
        end(saved);
      }
      default -> throw wrong();
    }
  }

  private void skipList() {
    int head = next();
    long size = (head & 0xf0L) >>> 4;
    if (size == 15) {
      size = varint();
    }
    deeper();
    skipElements(size, head & 0x0f);
    depth--;
  }

  private void deeper() {
    if (++depth > MAX_DEPTH) {
      throw Refusal.corrupt("bad-thrift", "structures are nested more than 32 deep");
    }
  }

  private void skipElements(long size, int kind) {
    if (size < 0 || size > remaining()) {
      throw ended();
    }
    for (long i = 0; i < size; i++) {
      if (kind == TRUE || kind == FALSE) {
        advance(1);
      } else {
        skip(kind);
      }
    }
  }

  private void skipMap() {
    long size = varint();
    if (size == 0) {
      return;
    }
    int kinds = next();
    if (size < 0 || size > remaining()) {
      throw ended();
    }
    deeper();
    for (long i = 0; i < size; i++) {
      skipElements(1, kinds >>> 4);
      skipElements(1, kinds & 0x0f);
    }
    depth--;
  }

  private void advance(long count) {
    if (count < 0 || count > remaining()) {
      throw ended();
    }
    at += (int) count;
  }

  private long zigzag() {
    long value = varint();
    return (value >>> 1) ^ -(value & 1);
  }

  private long varint() {
    long value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      int b = next();
      value |= (long) (b & 0x7f) << shift;
      if (b < 0x80) {
        return value;
      }
    }
    throw Refusal.corrupt("bad-thrift", "a number has more than ten bytes");
  }

  private int next() {
    if (at >= limit) {
      throw ended();
    }
    return bytes[at++] & 0xff;
  }

  private void want(int wanted) {
    if (type != wanted) {
      throw wrong();
    }
  }

  private static Refusal wrong() {
    return Refusal.corrupt("bad-thrift", "a field has another type than the format says");
  }

  private static Refusal ended() {
    return Refusal.corrupt(SHORT, "a structure goes beyond its bytes");
  }
}
