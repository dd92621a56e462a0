package io.leat.parquet;

import io.leat.parquet.bounds.Refusal;
import io.leat.parquet.bounds.Scratch;
import io.leat.parquet.text.Calendar;
import io.leat.parquet.text.Digits;
import io.leat.parquet.text.Doubles;
import io.leat.parquet.text.Text;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.parquet.variant.Variant;

/**
 * The variant encoding as JSON; it is read by parquet-java, which throws several exceptions when it
 * is not valid. Owned by one thread.
 */
final class VariantText {
  private static final int MAX_DEPTH = 500;

  private final Calendar calendar = new Calendar();
  private byte[] metadata = new byte[0];
  private int metadataStart;
  private int metadataLength;

  /** The names of the members of all values that come next. */
  void names(byte[] bytes, int start, int length) {
    metadata = bytes;
    metadataStart = start;
    metadataLength = length;
  }

  void write(byte[] value, int start, int length, Scratch out) {
    write(variant(value, start, length), out, 0);
  }

  private Variant variant(byte[] value, int start, int length) {
    return new Variant(value, start, length, metadata, metadataStart, metadataLength);
  }

  /** An object whose other members are in columns. */
  Rest rest(LeafBatch values, long cell) {
    Variant object = variant(values.bytes(cell), Cell.start(cell), Cell.length(cell));
    if (object.getType() != Variant.Type.OBJECT) {
      throw Refusal.corrupt("bad-variant", "a variant has two values at once");
    }
    return new Rest(object);
  }

  /** The members of an object, one after the other. */
  final class Rest {
    private final Variant object;
    private final int count;
    private int at;

    private Rest(Variant object) {
      this.object = object;
      this.count = object.numObjectElements();
    }

    /** Writes those whose names come before this one. */
    void writeUpTo(String name, Scratch out) {
      while (at < count) {
        Variant.ObjectField member = object.getFieldAtIndex(at);
        if (member.key.compareTo(name) >= 0) {
          return;
        }
        write(member, out);
      }
    }

    /** It is in columns too, which is what counts. */
    void drop(String name) {
      if (at < count && object.getFieldAtIndex(at).key.equals(name)) {
        at++;
      }
    }

    void writeAll(Scratch out) {
      while (at < count) {
        write(object.getFieldAtIndex(at), out);
      }
    }

    private void write(Variant.ObjectField member, Scratch out) {
      Prefix.ELEMENT.to(out);
      string(member.key, out);
      put(out, ':');
      VariantText.this.write(member.value, out, 1);
      at++;
    }
  }

  private void write(Variant value, Scratch out, int depth) {
    if (depth > MAX_DEPTH) {
      throw Refusal.resource("depth", "a variant is nested more than " + MAX_DEPTH + " deep");
    }
    switch (value.getType()) {
      case OBJECT -> {
        int count = value.numObjectElements();
        put(out, '{');
        for (int i = 0; i < count; i++) {
          Variant.ObjectField field = value.getFieldAtIndex(i);
          separate(out, i);
          string(field.key, out);
          put(out, ':');
          write(field.value, out, depth + 1);
        }
        put(out, '}');
      }
      case ARRAY -> {
        int count = value.numArrayElements();
        put(out, '[');
        for (int i = 0; i < count; i++) {
          separate(out, i);
          write(value.getElementAtIndex(i), out, depth + 1);
        }
        put(out, ']');
      }
      default -> scalar(value, out);
    }
  }

  private void scalar(Variant value, Scratch out) {
    out.ensure(64);
    switch (value.getType()) {
      case NULL -> ascii("null", out);
      case BOOLEAN -> ascii(value.getBoolean() ? "true" : "false", out);
      case BYTE, SHORT, INT, LONG -> out.end = Digits.write(value.getLong(), out.bytes, out.end);
      case STRING -> string(value.getString(), out);
      case DOUBLE -> number(value.getDouble(), out);
      case FLOAT -> {
        float number = value.getFloat();
        if (Float.isFinite(number)) {
          out.end = Doubles.write(number, out.bytes, out.end);
        } else {
          number(number, out);
        }
      }
      case DECIMAL4, DECIMAL8, DECIMAL16 -> ascii(value.getDecimal().toPlainString(), out);
      case BINARY -> {
        ByteBuffer bytes = value.getBinary();
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        put(out, '"');
        Text.base64(copy, 0, copy.length, out);
        put(out, '"');
      }
      case UUID -> ascii('"' + value.getUUID().toString() + '"', out);
      case DATE -> {
        out.put('"');
        out.end = calendar.date(value.getInt(), out.bytes, out.end);
        out.put('"');
      }
      case TIME -> {
        out.put('"');
        out.end = Calendar.time(Math.abs(value.getLong() % 86_400_000_000L), 6, out.bytes, out.end);
        out.put('"');
      }
      case TIMESTAMP_TZ -> timestamp(value.getLong(), 6, true, out);
      case TIMESTAMP_NTZ -> timestamp(value.getLong(), 6, false, out);
      case TIMESTAMP_NANOS_TZ -> timestamp(value.getLong(), 9, true, out);
      case TIMESTAMP_NANOS_NTZ -> timestamp(value.getLong(), 9, false, out);
      default -> throw Refusal.unsupported("variant", "a variant has a type that is not read");
    }
  }

  private static void number(double number, Scratch out) {
    out.end =
        Double.isFinite(number)
            ? Doubles.write(number, out.bytes, out.end)
            : NumberTexts.nonFinite(number, NonFinite.STRING, out.bytes, out.end);
  }

  private void timestamp(long value, int digits, boolean utc, Scratch out) {
    out.put('"');
    out.end = calendar.timestamp(value, digits, utc, out.bytes, out.end);
    out.put('"');
  }

  private static void separate(Scratch out, int index) {
    if (index > 0) {
      put(out, ',');
    }
  }

  private static void string(String text, Scratch out) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    put(out, '"');
    Text.escape(Arrays.copyOf(utf8, utf8.length + Scratch.PADDING), 0, utf8.length, out, true);
    put(out, '"');
  }

  private static void ascii(String text, Scratch out) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    out.append(Arrays.copyOf(bytes, bytes.length + Scratch.PADDING), 0, bytes.length);
  }

  private static void put(Scratch out, char c) {
    out.ensure(1);
    out.put(c);
  }
}
