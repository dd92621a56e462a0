package io.leat.rules.detect;

import java.nio.charset.StandardCharsets;

/** Reads what {@link StateWriter} wrote. Used again and again. */
final class StateReader {
  private byte[] bytes = {};
  private int at;
  private int version;

  /**
   * Begins to read, behind kind and version.
   *
   * @return false when it is of another kind, and so says nothing
   * @throws IllegalStateException if a newer Leat wrote it
   */
  boolean begin(byte[] state, int kind, int version) {
    bytes = state;
    at = 0;
    if (take() != kind) {
      return false;
    }
    this.version = take();
    if (this.version > version) {
      throw new IllegalStateException(
          "a detector's state has version "
              + this.version
              + ", and this Leat reads up to "
              + version
              + ": start the Leat that wrote it");
    }
    return true;
  }

  /** The version that it was written in, at most the one that was asked for. */
  int version() {
    return version;
  }

  int take() {
    if (at >= bytes.length) {
      throw new IllegalStateException(
          "a detector's state of " + bytes.length + " bytes ends early: it is damaged");
    }
    return bytes[at++] & 0xFF;
  }

  long number() {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      int next = take();
      value |= (long) (next & 0x7F) << shift;
      if (next < 0x80) {
        break;
      }
    }
    return value;
  }

  int count() {
    return Math.toIntExact(number());
  }

  long signed() {
    long value = number();
    return (value >>> 1) ^ -(value & 1);
  }

  long near(long other) {
    long value = number() - 1;
    return value < 0 ? Long.MIN_VALUE : other - ((value >>> 1) ^ -(value & 1));
  }

  int fixed() {
    return take() << 24 | take() << 16 | take() << 8 | take();
  }

  float real() {
    return Float.intBitsToFloat(fixed());
  }

  double real8() {
    long high = fixed();
    return Double.longBitsToDouble(high << 32 | (fixed() & 0xFFFF_FFFFL));
  }

  String text() {
    int length = count();
    if (length > bytes.length - at) {
      throw new IllegalStateException(
          "a detector's state of " + bytes.length + " bytes ends early: it is damaged");
    }
    String value = new String(bytes, at, length, StandardCharsets.UTF_8);
    at += length;
    return value;
  }
}
