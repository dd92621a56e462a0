package io.leat.gateway;

import io.leat.event.Rfc3339;
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
    if (Rfc3339.isPlainUtc(text)) {
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
}
