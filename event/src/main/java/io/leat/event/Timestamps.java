package io.leat.event;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;

/** Event times as text and as microseconds since 1970-01-01T00:00:00Z. */
public final class Timestamps {
  /** What {@link #parseMicros} answers for text that is not an RFC 3339 date-time. */
  public static final long INVALID = Long.MIN_VALUE;

  private Timestamps() {}

  /** Microseconds since the epoch; finer digits are cut. */
  public static long toMicros(Instant instant) {
    return Math.addExact(
        Math.multiplyExact(instant.getEpochSecond(), 1_000_000L), instant.getNano() / 1_000L);
  }

  /** The instant of {@code micros}. */
  public static Instant ofMicros(long micros) {
    return Instant.ofEpochSecond(
        Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000L);
  }

  /**
   * Reads an RFC 3339 date-time such as {@code 2026-11-21T09:30:00.123456Z} or {@code
   * 2026-11-21t10:30:00+01:00}. Leap seconds are read as the second before; digits finer than
   * microseconds are cut.
   *
   * @return microseconds since the epoch, or {@link #INVALID}
   */
  public static long parseMicros(CharSequence text) {
    int length = text.length();
    if (length < 20 || !shape(text)) {
      return INVALID;
    }
    int year = digits(text, 0, 4);
    int month = digits(text, 5, 7);
    int day = digits(text, 8, 10);
    int hour = digits(text, 11, 13);
    int minute = digits(text, 14, 16);
    int second = digits(text, 17, 19);
    if ((year | month | day | hour | minute | second) < 0
        || hour > 23
        || minute > 59
        || second > 60) {
      return INVALID;
    }
    int at = 19;
    int micros = 0;
    if (text.charAt(at) == '.') {
      int from = ++at;
      int scale = 100_000;
      while (at < length && isDigit(text.charAt(at))) {
        micros += (text.charAt(at) - '0') * scale;
        scale /= 10;
        at++;
      }
      if (at == from) {
        return INVALID;
      }
    }
    int offset = offsetMinutes(text, at);
    if (offset == Integer.MIN_VALUE) {
      return INVALID;
    }
    return micros(
        year, month, day, (hour * 60L + minute - offset) * 60L + Math.min(second, 59), micros);
  }

  private static boolean shape(CharSequence text) {
    char t = text.charAt(10);
    return text.charAt(4) == '-'
        && text.charAt(7) == '-'
        && (t == 'T' || t == 't' || t == ' ')
        && text.charAt(13) == ':'
        && text.charAt(16) == ':';
  }

  private static long micros(int year, int month, int day, long secondOfDay, int micros) {
    long epochDay;
    try {
      epochDay = LocalDate.of(year, month, day).toEpochDay();
    } catch (DateTimeException e) {
      return INVALID;
    }
    return (epochDay * 86_400L + secondOfDay) * 1_000_000L + micros;
  }

  private static int offsetMinutes(CharSequence text, int at) {
    int left = text.length() - at;
    if (left == 1 && (text.charAt(at) == 'Z' || text.charAt(at) == 'z')) {
      return 0;
    }
    if (left != 6 || text.charAt(at + 3) != ':') {
      return Integer.MIN_VALUE;
    }
    char sign = text.charAt(at);
    int hours = digits(text, at + 1, at + 3);
    int minutes = digits(text, at + 4, at + 6);
    if ((hours | minutes) < 0 || hours > 23 || minutes > 59 || (sign != '+' && sign != '-')) {
      return Integer.MIN_VALUE;
    }
    return sign == '+' ? hours * 60 + minutes : -(hours * 60 + minutes);
  }

  private static int digits(CharSequence text, int from, int to) {
    int value = 0;
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      if (!isDigit(c)) {
        return -1;
      }
      value = value * 10 + (c - '0');
    }
    return value;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
