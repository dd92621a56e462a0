package io.leat.query.planning;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Expressions of conditions that have one value in the whole statement and are worth to be known
 * when files are planned: {@code now() - INTERVAL 1 HOUR}. DuckDB itself computes them, at the
 * instant that the statement's execution takes for now.
 */
final class TimeExpressions {
  private static final int MOST = 64;

  /** Readings of the clock; {@code StatementTime} in the worker gives them the statement's. */
  private static final Set<String> CLOCK =
      Set.of(
          "now",
          "get_current_timestamp",
          "transaction_timestamp",
          "current_date",
          "today",
          "current_localtimestamp",
          "ago");

  /** Readings of the clock that are written like columns, and are columns where there is one. */
  private static final Set<String> BARE =
      Set.of("current_date", "current_timestamp", "localtimestamp");

  private static final Set<String> PURE =
      Set.of(
          "+",
          "-",
          "*",
          "/",
          "trunc",
          "to_microseconds",
          "to_milliseconds",
          "to_seconds",
          "to_minutes",
          "to_hours",
          "to_days",
          "to_weeks",
          "to_months",
          "to_quarters",
          "to_years",
          "to_timestamp",
          "date_trunc",
          "datetrunc",
          "date_add",
          "last_day",
          "make_date",
          "make_timestamp",
          "make_timestamptz",
          "epoch_ms",
          "time_bucket",
          "timezone");

  private static final Set<String> CASTS =
      Set.of(
          "DATE",
          "TIMESTAMP",
          "TIMESTAMP WITH TIME ZONE",
          "INTERVAL",
          "INTEGER",
          "BIGINT",
          "DOUBLE");

  private static final Set<String> RESULTS =
      Set.of("DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE");

  private TimeExpressions() {}

  /** Whether this node, without its children, reads the clock or may. */
  static boolean readsClock(JsonNode node) {
    return isBare(node) || CLOCK.contains(lower(node.path("function_name")));
  }

  /** Whether the node is one of the words that is a column's name before it is the time. */
  static boolean isBare(JsonNode node) {
    return node.path("type").asText().equals("COLUMN_REF")
        && node.path("column_names").size() == 1
        && BARE.contains(lower(node.path("column_names").path(0)));
  }

  /** Whether a name, of a column or an alias, would be taken for {@link #isBare} words. */
  static boolean isBareName(String name) {
    return BARE.contains(name.toLowerCase(Locale.ROOT));
  }

  /** Whether somewhere in the expression there is such a word. */
  static boolean hasBare(JsonNode node) {
    if (isBare(node)) {
      return true;
    }
    for (JsonNode child : node) {
      if (hasBare(child)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Finds the operands of a condition's comparisons that have to be computed.
   *
   * @param bare whether {@code current_date} and the like can only be the time here
   */
  static void collect(JsonNode condition, boolean bare, List<JsonNode> into) {
    String type = condition.path("type").asText();
    if (type.startsWith("CONJUNCTION_")) {
      condition.path("children").forEach(child -> collect(child, bare, into));
    } else if (type.startsWith("COMPARE_")) {
      for (String operand : List.of("left", "right", "input", "lower", "upper")) {
        add(condition.path(operand), bare, into);
      }
      condition.path("children").forEach(child -> add(child, bare, into));
    }
  }

  private static void add(JsonNode operand, boolean bare, List<JsonNode> into) {
    if (into.size() < MOST && !isLiteral(operand) && isConstant(operand, bare)) {
      into.add(operand);
    }
  }

  /** What {@link Literals} understands by itself. */
  private static boolean isLiteral(JsonNode node) {
    return is(node, "VALUE_CONSTANT")
        || (is(node, "OPERATOR_CAST") && is(node.path("child"), "VALUE_CONSTANT"));
  }

  private static boolean isConstant(JsonNode node, boolean bare) {
    return switch (node.path("type").asText()) {
      case "VALUE_CONSTANT" -> true;
      case "OPERATOR_CAST" ->
          CASTS.contains(node.path("cast_type").path("id").asText())
              && isConstant(node.path("child"), bare);
      case "FUNCTION" -> isPlainCall(node) && areConstant(node.path("children"), bare);
      case "COLUMN_REF" -> bare && isBare(node);
      default -> false;
    };
  }

  private static boolean areConstant(JsonNode nodes, boolean bare) {
    for (JsonNode node : nodes) {
      if (!isConstant(node, bare)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Not {@code system.main.now()}, which is not the statement's time. AT TIME ZONE is parsed into
   * {@code main.timezone()}.
   */
  private static boolean isPlainCall(JsonNode call) {
    String name = lower(call.path("function_name"));
    return (CLOCK.contains(name) || PURE.contains(name))
        && Set.of("", "main").contains(call.path("schema").asText())
        && call.path("catalog").asText().isEmpty()
        && call.path("filter").isNull()
        && call.path("order_bys").path("orders").isEmpty()
        && !call.path("distinct").asBoolean();
  }

  /**
   * The tree of a literal that stands for a computed value.
   *
   * @param type DuckDB's name of it
   * @param text as DuckDB casts the value to VARCHAR, in UTC
   * @return a missing node for types that are no times
   */
  static JsonNode literal(String type, String text) {
    JsonNodeFactory json = JsonNodeFactory.instance;
    if (!RESULTS.contains(type)) {
      return json.missingNode();
    }
    ObjectNode constant = json.objectNode().put("type", "VALUE_CONSTANT");
    constant
        .putObject("value")
        .put("is_null", false)
        .put("value", text)
        .putObject("type")
        .put("id", "VARCHAR");
    ObjectNode cast = json.objectNode().put("type", "OPERATOR_CAST").put("try_cast", false);
    cast.putObject("cast_type").put("id", type);
    return cast.set("child", constant);
  }

  private static boolean is(JsonNode node, String type) {
    return node.path("type").asText().equals(type);
  }

  private static String lower(JsonNode name) {
    return name.asText().toLowerCase(Locale.ROOT);
  }
}
