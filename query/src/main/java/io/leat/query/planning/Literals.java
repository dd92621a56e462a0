package io.leat.query.planning;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * Literals of a statement as the values that Iceberg compares with a column. Null wherever DuckDB
 * might compare something else. UUIDs are left out: writers of Iceberg differ in whether their
 * bounds are of signed or of unsigned order.
 */
final class Literals {
  private static final Pattern DATE = Pattern.compile("\\d{4}-\\d{2}-\\d{2}");
  private static final Pattern TIME =
      Pattern.compile(
          "(\\d{4}-\\d{2}-\\d{2})[ T](\\d{2}:\\d{2}(?::\\d{2}(?:\\.\\d{1,6})?)?)"
              + "(Z|[+-]\\d{2}(?::\\d{2})?)?");
  private static final String MIDNIGHT = " 00:00:00";
  private static final int EXACT_DIGITS = 15;
  private static final double EXACT_INTEGERS = 9.007199254740992E15;
  private static final Set<String> INTEGERS =
      Set.of("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT");

  private Literals() {}

  /** The value of the expression for a column of the type, or null when it is not certain. */
  static @Nullable Object value(JsonNode node, Type type) {
    String cast = "";
    JsonNode constant = node;
    if (node.path("type").asText().equals("OPERATOR_CAST") && !node.path("try_cast").asBoolean()) {
      cast = node.path("cast_type").path("id").asText();
      constant = node.path("child");
    }
    if (!constant.path("type").asText().equals("VALUE_CONSTANT")) {
      return null;
    }
    JsonNode value = constant.path("value");
    if (value.path("is_null").asBoolean() || value.path("value").isMissingNode()) {
      return null;
    }
    String kind = value.path("type").path("id").asText();
    if (kind.equals("VARCHAR")) {
      return ofText(value.path("value").asText(), cast, type);
    }
    return cast.isEmpty() ? ofNumber(value, kind, type) : null;
  }

  private static @Nullable Object ofText(String text, String cast, Type type) {
    return switch (type.typeId()) {
      case STRING -> cast.isEmpty() || cast.equals("VARCHAR") ? text : null;
      case BOOLEAN -> cast.equals("BOOLEAN") ? ofBoolean(text) : null;
      case DATE -> date(text, cast);
      case TIMESTAMP -> timestamp(text, cast, ((Types.TimestampType) type).shouldAdjustToUTC());
      default -> null;
    };
  }

  private static @Nullable Object ofBoolean(String text) {
    return switch (text) {
      case "t", "true" -> true;
      case "f", "false" -> false;
      default -> null;
    };
  }

  /** Days since 1970. A timestamp at midnight compares with a date as its day does. */
  private static @Nullable Object date(String written, String cast) {
    String text = written;
    if (cast.equals("TIMESTAMP") && text.endsWith(MIDNIGHT)) {
      text = text.substring(0, text.length() - MIDNIGHT.length());
    } else if (!cast.isEmpty() && !cast.equals("DATE")) {
      return null;
    }
    try {
      return DATE.matcher(text).matches() ? (int) LocalDate.parse(text).toEpochDay() : null;
    } catch (DateTimeParseException e) {
      return null;
    }
  }

  /** Microseconds since 1970; the session's zone is UTC. */
  private static @Nullable Object timestamp(String text, String cast, boolean zoned) {
    boolean isPlain = cast.equals("TIMESTAMP") || cast.equals("DATE") || (cast.isEmpty() && !zoned);
    boolean isZoned = cast.equals("TIMESTAMP WITH TIME ZONE") || (cast.isEmpty() && zoned);
    if (!isPlain && !isZoned) {
      return null;
    }
    try {
      if (DATE.matcher(text).matches()) {
        return micros(LocalDate.parse(text).atStartOfDay());
      }
      var matcher = TIME.matcher(text);
      if (!matcher.matches() || cast.equals("DATE")) {
        return null;
      }
      String local = matcher.group(1) + "T" + matcher.group(2);
      if (matcher.group(3) == null) {
        return micros(LocalDateTime.parse(local));
      }
      if (!isZoned) {
        return null;
      }
      String offset = matcher.group(3);
      String full = local + (offset.length() == 3 ? offset + ":00" : offset);
      OffsetDateTime time = OffsetDateTime.parse(full, DateTimeFormatter.ISO_OFFSET_DATE_TIME);
      return micros(time.withOffsetSameInstant(ZoneOffset.UTC).toLocalDateTime());
    } catch (DateTimeParseException e) {
      return null;
    }
  }

  private static long micros(LocalDateTime time) {
    return ChronoUnit.MICROS.between(LocalDateTime.of(1970, 1, 1, 0, 0), time);
  }

  private static @Nullable Object ofNumber(JsonNode value, String kind, Type type) {
    JsonNode number = value.path("value");
    BigDecimal exact;
    if (INTEGERS.contains(kind) && number.isIntegralNumber() && number.canConvertToLong()) {
      exact = BigDecimal.valueOf(number.longValue());
    } else if (kind.equals("DECIMAL") && number.isIntegralNumber() && number.canConvertToLong()) {
      int scale = value.path("type").path("type_info").path("scale").asInt();
      exact = BigDecimal.valueOf(number.longValue(), scale);
    } else if (kind.equals("DOUBLE") && number.isNumber()) {
      return type.typeId() == Type.TypeID.DOUBLE ? usable(number.doubleValue()) : null;
    } else {
      return null;
    }
    return switch (type.typeId()) {
      case INTEGER, LONG ->
          exact.stripTrailingZeros().scale() <= 0 ? (Object) exact.longValueExact() : null;
      case DOUBLE -> exact.precision() <= EXACT_DIGITS ? usable(exact.doubleValue()) : null;
      case DECIMAL -> decimal(exact, (Types.DecimalType) type);
      default -> null;
    };
  }

  /** Without zeros, whose sign Iceberg minds and DuckDB does not. */
  private static @Nullable Object usable(double value) {
    return value == 0 || Double.isNaN(value) || Math.abs(value) > EXACT_INTEGERS ? null : value;
  }

  private static @Nullable Object decimal(BigDecimal value, Types.DecimalType type) {
    if (value.stripTrailingZeros().scale() > type.scale()) {
      return null;
    }
    BigDecimal scaled = value.setScale(type.scale());
    return scaled.precision() <= type.precision() ? scaled : null;
  }
}
