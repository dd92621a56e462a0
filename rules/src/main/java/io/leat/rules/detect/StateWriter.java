package io.leat.rules.detect;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes what a detector remembers of a key; {@link StateReader} reads it. Used again and again.
 */
final class StateWriter {
  private byte[] buffer = new byte[256];
  private int length;

  /** Begins anew. */
  StateWriter begin(int kind, int version) {
    length = 0;
    put(kind);
    put(version);
    return this;
  }

  /** One byte. */
  void put(int value) {
    room(1);
    buffer[length++] = (byte) value;
  }

  /** Not negative, usually small: 7 bits a byte. */
  void number(long value) {
    room(10);
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      buffer[length++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    buffer[length++] = (byte) rest;
  }

  /** Near zero on either side. */
  void signed(long value) {
    number((value << 1) ^ (value >> 63));
  }

  /** A time near another; {@code Long.MIN_VALUE} for none. */
  void near(long time, long other) {
    if (time == Long.MIN_VALUE) {
      number(0);
    } else {
      long distance = other - time;
      number(((distance << 1) ^ (distance >> 63)) + 1);
    }
  }

  /** Four bytes. */
  void fixed(int value) {
    room(4);
    buffer[length++] = (byte) (value >> 24);
    buffer[length++] = (byte) (value >> 16);
    buffer[length++] = (byte) (value >> 8);
    buffer[length++] = (byte) value;
  }

  /** A number of single precision. */
  void real(float value) {
    fixed(Float.floatToIntBits(value));
  }

  /** A number of double precision. */
  void real8(double value) {
    long bits = Double.doubleToLongBits(value);
    fixed((int) (bits >> 32));
    fixed((int) bits);
  }

  /** A text behind its length. */
  void text(String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    number(bytes.length);
    room(bytes.length);
    System.arraycopy(bytes, 0, buffer, length, bytes.length);
    length += bytes.length;
  }

  byte[] bytes() {
    return Arrays.copyOf(buffer, length);
  }

  private void room(int more) {
    if (length + more > buffer.length) {
      buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, length + more));
    }
  }
}
