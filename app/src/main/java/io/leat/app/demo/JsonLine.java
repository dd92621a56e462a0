package io.leat.app.demo;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * Writes one JSON object on one line, member by member; also one that names a member twice. Texts
 * must not need escaping. Not thread-safe.
 */
final class JsonLine {
  private final StringBuilder json = new StringBuilder(256).append('{');

  JsonLine text(String name, String value) {
    return raw(name, '"' + value + '"');
  }

  JsonLine number(String name, long value) {
    return raw(name, Long.toString(value));
  }

  /** With at most four decimals. */
  JsonLine number(String name, double value) {
    BigDecimal rounded =
        BigDecimal.valueOf(value).setScale(4, RoundingMode.HALF_EVEN).stripTrailingZeros();
    return raw(name, rounded.toPlainString());
  }

  JsonLine raw(String name, String value) {
    if (json.length() > 1) {
      json.append(',');
    }
    json.append('"').append(name).append("\":").append(value);
    return this;
  }

  String text() {
    return json + "}";
  }
}
