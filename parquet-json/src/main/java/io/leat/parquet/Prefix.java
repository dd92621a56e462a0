package io.leat.parquet;

import io.leat.parquet.bounds.Budget;
import io.leat.parquet.bounds.Scratch;
import io.leat.parquet.text.Text;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What stands in front of a value: a comma, and in an object the key.
 *
 * @param bytes with padding
 * @param length without padding
 */
record Prefix(byte[] bytes, int length) {
  /** Of the value of a map's entry, which the key stands before. */
  static final Prefix NONE = text("");

  /** Of an element of a list. */
  static final Prefix ELEMENT = text(",");

  /** Of a member of an object. */
  static Prefix member(String key) {
    byte[] utf8 = key.getBytes(StandardCharsets.UTF_8);
    Scratch scratch = new Scratch(new Budget(Long.MAX_VALUE), "a key", Integer.MAX_VALUE);
    scratch.ensure(2);
    scratch.put(',');
    scratch.put('"');
    Text.escape(Arrays.copyOf(utf8, utf8.length + Scratch.PADDING), 0, utf8.length, scratch, true);
    scratch.ensure(2);
    scratch.put('"');
    scratch.put(':');
    return new Prefix(Arrays.copyOf(scratch.bytes, scratch.end + Scratch.PADDING), scratch.end);
  }

  private static Prefix text(String text) {
    byte[] ascii = text.getBytes(StandardCharsets.US_ASCII);
    return new Prefix(Arrays.copyOf(ascii, ascii.length + Scratch.PADDING), ascii.length);
  }

  /** Appends it. */
  void to(Scratch out) {
    out.append(bytes, 0, length);
  }
}
