package io.leat.app.cli;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;

/** A time as people write it: RFC 3339, or how long ago. */
final class PastTime {
  private PastTime() {}

  /**
   * The time as the server reads it.
   *
   * @param example of how long ago, and what it means: {@code 2h for two hours ago}
   * @throws CommandFailure when it is neither
   */
  static String parse(String text, Instant now, String example) {
    if (text.matches("[0-9]{1,9}(s|m|h|d)")) {
      return now.minus(new DurationConverter().convert(text)).toString();
    }
    try {
      return OffsetDateTime.parse(text).toInstant().toString();
    } catch (DateTimeException e) {
      throw new CommandFailure(
          "'" + text + "' is no time; write 2026-01-31T12:00:00Z, or " + example, e);
    }
  }
}
