package io.leat.parquet;

import io.leat.parquet.bounds.Scratch;
import io.leat.parquet.text.Calendar;
import io.leat.parquet.text.Decimals64;
import io.leat.parquet.text.Doubles;
import io.leat.parquet.text.JsonDocument;
import io.leat.parquet.text.Text;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Texts of what is stored as bytes. */
final class BytesTexts {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final byte[] BASE64_OBJECT =
      Arrays.copyOf("{\"base64\":\"".getBytes(StandardCharsets.US_ASCII), 11 + Scratch.PADDING);

  private BytesTexts() {}

  /** UTF-8. */
  static final class Strings extends ValueText.OfBytes {
    private final InvalidText policy;

    Strings(InvalidText policy) {
      this.policy = policy;
    }

    @Override
    long one(byte[] source, int start, int length, Scratch out) {
      int at = out.end;
      out.ensure(length + 2);
      out.put('"');
      if (Text.escape(source, start, length, out, policy == InvalidText.REPLACE)) {
        out.ensure(1);
        out.put('"');
        return Cell.NOTHING;
      }
      if (policy == InvalidText.REJECT) {
        return Cell.INVALID_TEXT;
      }
      out.end = at;
      out.append(BASE64_OBJECT, 0, 11);
      Text.base64(source, start, length, out);
      out.ensure(2);
      out.put('"');
      out.put('}');
      return Cell.NOTHING;
    }
  }

  /** Bytes of any kind as base64. */
  static final class Base64 extends ValueText.OfBytes {
    @Override
    long one(byte[] source, int start, int length, Scratch out) {
      out.ensure(1);
      out.put('"');
      Text.base64(source, start, length, out);
      out.ensure(1);
      out.put('"');
      return Cell.NOTHING;
    }
  }

  /** Bytes as they are: for what is put together of several columns. */
  static final class Raw extends ValueText.OfBytes {
    @Override
    long one(byte[] source, int start, int length, Scratch out) {
      out.append(source, start, length);
      return Cell.NOTHING;
    }
  }

  /** JSON documents: embedded if they are valid, else as strings. */
  static final class Documents extends ValueText.OfBytes {
    private final Strings strings;

    Documents(InvalidText policy) {
      this.strings = new Strings(policy);
    }

    @Override
    long one(byte[] source, int start, int length, Scratch out) {
      if (!JsonDocument.isValid(source, start, length)) {
        return strings.one(source, start, length, out);
      }
      int at = out.end;
      out.append(source, start, length);
      for (int i = at; i < out.end; i++) {
        // A line break can only stand between tokens; each row is a line of its own.
        if (out.bytes[i] == '\n' || out.bytes[i] == '\r') {
          out.bytes[i] = ' ';
        }
      }
      return Cell.NOTHING;
    }
  }

  /** 16 bytes. */
  static final class Uuids extends ValueText.OfBytes {
    @Override
    long one(byte[] source, int start, int length, Scratch out) {
      out.ensure(38);
      byte[] bytes = out.bytes;
      int at = out.end;
      bytes[at++] = '"';
      for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
          bytes[at++] = '-';
        }
        at = Text.hex(source[start + i], bytes, at);
      }
      bytes[at++] = '"';
      out.end = at;
      return Cell.NOTHING;
    }
  }

  /** Decimals of any size, big-endian. */
  static final class OfDecimals extends ValueText.OfBytes {
    private final int scale;
    private final int most;
    private final boolean isText;

    OfDecimals(LogicalType.Decimal type, boolean isText) {
      this.scale = type.scale();
      this.most = DecimalBytes.most(type);
      this.isText = isText;
    }

    @Override
    long one(byte[] source, int start, int length, Scratch out) {
      // Digits that are more than the bytes of the precision have are refused before they are text.
      out.ensure(Math.min(length, most) * 3 + Decimals64.most(scale) + 4);
      if (isText) {
        out.put('"');
      }
      if (length <= 8) {
        long value = length == 0 ? 0 : source[start];
        for (int i = 1; i < length; i++) {
          value = value << 8 | (source[start + i] & 0xff);
        }
        out.end = Decimals64.write(value, scale, out.bytes, out.end);
      } else {
        BigInteger unscaled = DecimalBytes.read(source, start, length, most);
        out.end = Decimals64.write(unscaled, scale, out.bytes, out.end);
      }
      if (isText) {
        out.put('"');
      }
      return Cell.NOTHING;
    }
  }

  /** Nanoseconds of a day and the day's Julian number. */
  static final class Int96 extends ValueText.OfBytes {
    private static final int JULIAN_1970 = 2_440_588;
    private static final long DAY = 86_400_000_000_000L;

    private final Calendar calendar = new Calendar();

    @Override
    long one(byte[] source, int start, int length, Scratch out) {
      out.ensure(Calendar.MOST + 2);
      long nanos = (long) LONG.get(source, start);
      long day = (int) INT.get(source, start + 8) - (long) JULIAN_1970;
      // Some writers have nanoseconds beyond a day, or below it.
      day += Math.floorDiv(nanos, DAY);
      out.put('"');
      out.end = calendar.timestamp(day, Math.floorMod(nanos, DAY), 9, true, out.bytes, out.end);
      out.put('"');
      return Cell.NOTHING;
    }
  }

  /** IEEE 754 half precision. */
  static final class Halves extends ValueText.OfBytes {
    private final NonFinite policy;

    Halves(NonFinite policy) {
      this.policy = policy;
    }

    @Override
    long one(byte[] source, int start, int length, Scratch out) {
      out.ensure(Doubles.MOST);
      float value = value((source[start] & 0xff) | (source[start + 1] & 0xff) << 8);
      int end =
          Float.isFinite(value)
              ? Doubles.write(value, out.bytes, out.end)
              : NumberTexts.nonFinite(value, policy, out.bytes, out.end);
      if (end < 0) {
        return end;
      }
      out.end = end;
      return Cell.NOTHING;
    }

    static float value(int bits) {
      int exponent = bits >>> 10 & 31;
      int fraction = bits & 1023;
      float size =
          exponent == 31
              ? fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN
              : exponent == 0
                  ? Math.scalb(fraction, -24)
                  : Math.scalb(1024 + fraction, exponent - 25);
      return (bits & 0x8000) == 0 ? size : -size;
    }
  }

  /** Months, days and milliseconds, as an object. */
  static final class Intervals extends ValueText.OfBytes {
    private static final byte[][] KEYS = {
      "{\"months\":".getBytes(StandardCharsets.US_ASCII),
      ",\"days\":".getBytes(StandardCharsets.US_ASCII),
      ",\"millis\":".getBytes(StandardCharsets.US_ASCII)
    };

    @Override
    long one(byte[] source, int start, int length, Scratch out) {
      out.ensure(80);
      for (int i = 0; i < 3; i++) {
        System.arraycopy(KEYS[i], 0, out.bytes, out.end, KEYS[i].length);
        out.end += KEYS[i].length;
        long value = (int) INT.get(source, start + 4 * i) & 0xffffffffL;
        out.end = io.leat.parquet.text.Digits.write(value, out.bytes, out.end);
      }
      out.put('}');
      return Cell.NOTHING;
    }
  }

  /** Bytes as keys of a map: what is not a string yet becomes one. */
  static final class Keys extends ValueText.OfBytes {
    private final ValueText.OfBytes values;
    private byte[] copy = new byte[0];

    Keys(ValueText.OfBytes values) {
      this.values = values;
    }

    @Override
    long one(byte[] source, int start, int length, Scratch out) {
      int at = out.end;
      long cell = values.one(source, start, length, out);
      if (cell < 0) {
        return cell;
      }
      if (out.bytes[at] != '"') {
        int size = out.end - at;
        copy = Arrays.copyOf(Arrays.copyOfRange(out.bytes, at, out.end), size + Scratch.PADDING);
        out.end = at;
        out.ensure(1);
        out.put('"');
        Text.escape(copy, 0, size, out, true);
        out.ensure(1);
        out.put('"');
      }
      out.ensure(1);
      out.put(':');
      return Cell.NOTHING;
    }
  }
}
