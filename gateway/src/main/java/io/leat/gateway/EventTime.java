package io.leat.gateway;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoField;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Event times: RFC 3339 from outside, the same in UTC for the log. */
final class EventTime {
  private EventTime() {}

  /** The time in UTC, or null when the text is no RFC 3339 date-time. */
  static @Nullable String normalise(String text) {
    if (isPlainUtc(text)) {
      return text;
    }
    try {
      // RFC 3339, section 5.6: 'T' and 'Z' may be in lower case, and a space may stand for 'T'.
      String upper = text.toUpperCase(Locale.ROOT);
      if (upper.length() > 10 && upper.charAt(10) == ' ') {
        upper = upper.substring(0, 10) + 'T' + upper.substring(11);
      }
      if (upper.length() < 20 || upper.length() > 40 || !hasSeconds(upper)) {
        return null;
      }
      OffsetDateTime time = OffsetDateTime.parse(upper, DateTimeFormatter.ISO_OFFSET_DATE_TIME);
      int year = time.get(ChronoField.YEAR);
      return year < 0 || year > 9999 ? null : time.toInstant().toString();
    } catch (DateTimeException e) {
      return null;
    }
  }

  /** Microseconds since the epoch as RFC 3339. */
  static String ofMicros(long micros) {
    return Instant.ofEpochSecond(
            Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000L)
        .toString();
  }

  private static boolean hasSeconds(String text) {
    return text.charAt(16) == ':';
  }

  /** The common case, {@code 2026-01-31T12:34:56.789Z}: valid as it is, at most nanoseconds. */
  private static boolean isPlainUtc(String text) {
    int length = text.length();
    if (length < 20 || length > 30 || text.charAt(length - 1) != 'Z') {
      return false;
    }
    if (text.charAt(4) != '-'
        || text.charAt(7) != '-'
        || text.charAt(10) != 'T'
        || text.charAt(13) != ':'
        || text.charAt(16) != ':') {
      return false;
    }
    for (int i = 20; i < length - 1; i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    if (length > 20 && (text.charAt(19) != '.' || length == 21)) {
      return false;
    }
    // A day of 28 or less is in every month; the rest is left to the library.
    return number(text, 0, 4) >= 0
        && within(number(text, 5, 7), 1, 12)
        && within(number(text, 8, 10), 1, 28)
        && within(number(text, 11, 13), 0, 23)
        && within(number(text, 14, 16), 0, 59)
        && within(number(text, 17, 19), 0, 59);
  }

  private static boolean within(int value, int low, int high) {
    return value >= low && value <= high;
  }

  private static int number(String text, int from, int to) {
    int value = 0;
    for (int i = from; i < to; i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      value = value * 10 + digit;
    }
    return value;
  }
}
