package io.leat.query.worker;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * Gives an instance a time that stands still. What a statement's files were planned for is what its
 * {@code now()} answers when it runs; DuckDB finds these macros before its own functions.
 */
final class StatementTime {
  private static final DateTimeFormatter MICROS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSSSSS");

  private StatementTime() {}

  /**
   * The statements, in one text.
   *
   * @param micros since 1970
   */
  static String macros(long micros) {
    Instant instant =
        Instant.ofEpochSecond(
            Math.floorDiv(micros, 1_000_000), Math.floorMod(micros, 1_000_000) * 1000L);
    String local = MICROS.format(LocalDateTime.ofInstant(instant, ZoneOffset.UTC));
    String zoned = "TIMESTAMPTZ '" + local + "+00'";
    String day = "DATE '" + local.substring(0, local.indexOf(' ')) + "'";
    return macro("now", zoned)
        + macro("get_current_timestamp", zoned)
        + macro("transaction_timestamp", zoned)
        + macro("current_date", day)
        + macro("today", day)
        + macro("current_localtimestamp", "TIMESTAMP '" + local + "'");
  }

  private static String macro(String name, String value) {
    return "CREATE OR REPLACE MACRO " + name + "() AS " + value + ";";
  }
}
