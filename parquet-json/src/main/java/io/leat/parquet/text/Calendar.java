package io.leat.parquet.text;

import java.nio.charset.StandardCharsets;
import java.time.LocalDate;

/**
 * Dates and times of day as in RFC 3339; years beyond four digits as in ISO 8601, with a sign. It
 * remembers the last day, and is owned by one thread. All methods return the position behind.
 */
public final class Calendar {
  /** The most bytes of a date. */
  public static final int MOST_DATE = 16;

  /** The most bytes of a timestamp. */
  public static final int MOST = MOST_DATE + 20;

  private static final long DAY_SECONDS = 86_400;

  private static final long[] UNITS = {
    1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 0, 0, 1_000_000_000
  };

  private long lastDay = Long.MIN_VALUE;
  private byte[] lastDate = new byte[0];

  /** Days since 1970-01-01. */
  public int date(long day, byte[] out, int at) {
    if (day != lastDay) {
      lastDate = LocalDate.ofEpochDay(day).toString().getBytes(StandardCharsets.US_ASCII);
      lastDay = day;
    }
    byte[] date = lastDate;
    if (date.length == 10) {
      for (int i = 0; i < 10; i++) {
        out[at + i] = date[i];
      }
      return at + 10;
    }
    System.arraycopy(date, 0, out, at, date.length);
    return at + date.length;
  }

  /**
   * A timestamp.
   *
   * @param value since 1970-01-01T00:00:00, in units of which a second has 10 to the power of
   *     digits
   * @param digits 3, 6 or 9
   * @param utc whether a Z follows
   */
  public int timestamp(long value, int digits, boolean utc, byte[] out, int at) {
    long perDay = DAY_SECONDS * UNITS[digits];
    long day = Math.floorDiv(value, perDay);
    return timestamp(day, value - day * perDay, digits, utc, out, at);
  }

  /** A timestamp of a day and a time of it. */
  public int timestamp(long day, long time, int digits, boolean utc, byte[] out, int at) {
    int to = date(day, out, at);
    out[to] = 'T';
    to = time(time, digits, out, to + 1);
    if (utc) {
      out[to++] = 'Z';
    }
    return to;
  }

  /** A time of day, in units of which a second has 10 to the power of digits. */
  public static int time(long value, int digits, byte[] out, int at) {
    long unit = UNITS[digits];
    int seconds = (int) (value / unit);
    int fraction = (int) (value - seconds * unit);
    int minutes = seconds / 60;
    int hours = minutes / 60;
    Digits.two(hours, out, at);
    out[at + 2] = ':';
    Digits.two(minutes - hours * 60, out, at + 3);
    out[at + 5] = ':';
    Digits.two(seconds - minutes * 60, out, at + 6);
    out[at + 8] = '.';
    Digits.fixed(fraction, digits, out, at + 9);
    return at + 9 + digits;
  }

  /** Whether it is less than a day, or just one, and not negative. */
  public static boolean isTime(long value, int digits) {
    return value >= 0 && value <= DAY_SECONDS * UNITS[digits];
  }
}
