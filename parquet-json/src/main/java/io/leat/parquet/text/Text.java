package io.leat.parquet.text;

import io.leat.parquet.bounds.Scratch;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** UTF-8 as JSON strings: checked and escaped in one pass, 8 bytes at a time. */
public final class Text {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGH = 0x8080808080808080L;
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] BASE64 =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
          .getBytes(StandardCharsets.US_ASCII);

  /** What may stand behind a backslash for a byte, or 0. */
  private static final byte[] SHORT = new byte[128];

  static {
    SHORT['"'] = '"';
    SHORT['\\'] = '\\';
    SHORT['\b'] = 'b';
    SHORT['\f'] = 'f';
    SHORT['\n'] = 'n';
    SHORT['\r'] = 'r';
    SHORT['\t'] = 't';
  }

  private Text() {}

  /**
   * Appends what stands between the quotes.
   *
   * @param replace whether U+FFFD stands for what is malformed
   * @return false if it is not UTF-8 and is not replaced; what was appended is to be dropped
   */
  public static boolean escape(byte[] source, int start, int length, Scratch out, boolean replace) {
    out.ensure(length);
    int in = start;
    int end = start + length;
    byte[] target = out.bytes;
    int to = out.end;
    while (in < end) {
      if (end - in >= 8) {
        long word = (long) LONG.get(source, in);
        if (clean(word)) {
          LONG.set(target, to, word);
          in += 8;
          to += 8;
          continue;
        }
      }
      // One that needs care is near: go on one by one up to and with it.
      int b = source[in];
      if (b >= 0x20 && b != '"' && b != '\\') {
        target[to++] = (byte) b;
        in++;
        continue;
      }
      out.end = to;
      if (b >= 0) {
        in++;
        special(b, out, end - in);
      } else {
        int size = sequence(source, in, end);
        if (size > 0) {
          for (int i = 0; i < size; i++) {
            target[to + i] = source[in + i];
          }
          out.end = to + size;
          in += size;
        } else if (replace) {
          out.ensure(3 + end - in);
          out.put(0xef);
          out.put(0xbf);
          out.put(0xbd);
          in -= size;
        } else {
          return false;
        }
      }
      target = out.bytes;
      to = out.end;
    }
    out.end = to;
    return true;
  }

  /** Whether 8 bytes are ASCII that needs no escape. */
  private static boolean clean(long word) {
    long quotes = word ^ 0x2222222222222222L;
    long backslashes = word ^ 0x5c5c5c5c5c5c5c5cL;
    return ((word | (word - 0x2020202020202020L) | (quotes - ONES) | (backslashes - ONES)) & HIGH)
        == 0;
  }

  private static void special(int b, Scratch out, int rest) {
    out.ensure(6 + rest);
    out.put('\\');
    if (SHORT[b] != 0) {
      out.put(SHORT[b]);
    } else {
      out.put('u');
      out.put('0');
      out.put('0');
      out.put(HEX[b >>> 4]);
      out.put(HEX[b & 15]);
    }
  }

  /**
   * The length of a well-formed sequence of UTF-8 (Unicode, table 3-7), or minus the length of what
   * is malformed: the longest beginning of a well-formed one, or one byte.
   */
  static int sequence(byte[] source, int at, int end) {
    int first = source[at] & 0xff;
    int size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4) {
      return -1;
    }
    int low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    int high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    for (int i = 1; i < size; i++) {
      int next = at + i < end ? source[at + i] & 0xff : 0;
      if (next < low || next > high) {
        return -i;
      }
      low = 0x80;
      high = 0xbf;
    }
    return size;
  }

  /** Whether bytes are UTF-8. */
  public static boolean isUtf8(byte[] source, int start, int length) {
    int end = start + length;
    for (int in = start; in < end; ) {
      if (source[in] >= 0) {
        in++;
      } else {
        int size = sequence(source, in, end);
        if (size < 0) {
          return false;
        }
        in += size;
      }
    }
    return true;
  }

  /** Appends base64 with padding, RFC 4648. */
  public static void base64(byte[] source, int start, int length, Scratch out) {
    out.ensure((int) Math.min(Integer.MAX_VALUE, ((length + 2L) / 3) * 4));
    byte[] target = out.bytes;
    int to = out.end;
    int in = start;
    int end = start + length;
    for (; end - in >= 3; in += 3) {
      int word = (source[in] & 0xff) << 16 | (source[in + 1] & 0xff) << 8 | (source[in + 2] & 0xff);
      target[to++] = BASE64[word >>> 18];
      target[to++] = BASE64[(word >>> 12) & 63];
      target[to++] = BASE64[(word >>> 6) & 63];
      target[to++] = BASE64[word & 63];
    }
    if (in < end) {
      int word = (source[in] & 0xff) << 16 | (end - in > 1 ? (source[in + 1] & 0xff) << 8 : 0);
      target[to++] = BASE64[word >>> 18];
      target[to++] = BASE64[(word >>> 12) & 63];
      target[to++] = end - in > 1 ? BASE64[(word >>> 6) & 63] : (byte) '=';
      target[to++] = '=';
    }
    out.end = to;
  }

  /** Writes two hex digits; returns the position behind. */
  public static int hex(int b, byte[] out, int at) {
    out[at] = HEX[(b >>> 4) & 15];
    out[at + 1] = HEX[b & 15];
    return at + 2;
  }
}
