package io.leat.blueprint.yaml;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Numbers, time spans and sizes as configuration files write them. */
public final class Units {
  private static final Pattern DURATION = Pattern.compile("([1-9][0-9]{0,8})(ms|s|m|h|d)");
  private static final Pattern SIZE = Pattern.compile("([1-9][0-9]{0,8})(B|KiB|MiB|GiB|TiB)");
  private static final Pattern DECIMAL =
      Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?");

  /** Milliseconds, largest first. */
  private static final List<Unit> MILLIS =
      List.of(
          new Unit("d", 86_400_000),
          new Unit("h", 3_600_000),
          new Unit("m", 60_000),
          new Unit("s", 1_000),
          new Unit("ms", 1));

  /** Bytes, largest first. */
  private static final List<Unit> BYTES =
      List.of(
          new Unit("TiB", 1L << 40),
          new Unit("GiB", 1L << 30),
          new Unit("MiB", 1L << 20),
          new Unit("KiB", 1L << 10),
          new Unit("B", 1));

  private Units() {}

  /** Reads {@code 90s}; null when it is not a time span. */
  public static @Nullable Duration duration(String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      return null;
    }
    return Duration.ofMillis(amount(matcher, MILLIS));
  }

  /** Writes the largest unit that leaves a whole number: {@code 24h} is {@code 1d}. */
  public static String format(Duration duration) {
    return format(duration.toMillis(), MILLIS, "ms");
  }

  /** Reads {@code 5MiB}; -1 when it is not a size. */
  public static long size(String text) {
    Matcher matcher = SIZE.matcher(text);
    if (!matcher.matches()) {
      return -1;
    }
    return amount(matcher, BYTES);
  }

  /** Writes the largest unit that leaves a whole number. */
  public static String formatSize(long bytes) {
    return format(bytes, BYTES, "B");
  }

  private record Unit(String name, long factor) {}

  private static long amount(Matcher matcher, List<Unit> units) {
    long factor =
        units.stream().filter(u -> u.name().equals(matcher.group(2))).mapToLong(Unit::factor).sum();
    return Math.multiplyExact(Long.parseLong(matcher.group(1)), factor);
  }

  private static String format(long amount, List<Unit> units, String smallest) {
    return units.stream()
        .filter(u -> amount != 0 && amount % u.factor() == 0)
        .findFirst()
        .map(u -> amount / u.factor() + u.name())
        .orElse(amount + smallest);
  }

  /** A number by YAML 1.2's core schema; null when it is none or not finite. */
  static @Nullable BigDecimal number(String text) {
    if (text.length() > 40) {
      return null;
    }
    if (text.matches("0o[0-7]+")) {
      return new BigDecimal(new BigInteger(text.substring(2), 8));
    }
    if (text.matches("0x[0-9a-fA-F]+")) {
      return new BigDecimal(new BigInteger(text.substring(2), 16));
    }
    return DECIMAL.matcher(text).matches() ? new BigDecimal(text) : null;
  }
}
