package io.leat.query.planning;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.Schema;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/**
 * What of a WHERE condition Iceberg can judge by partitions and statistics. The result is never
 * narrower than the condition: what is not understood for certain is left out.
 */
final class Predicates {
  private final TableUse use;
  private final Schema schema;
  private final ComputedTimes times;

  Predicates(TableUse use, Schema schema, ComputedTimes times) {
    this.use = use;
    this.schema = schema;
    this.times = times;
  }

  /** A condition that all rows meet which meet {@code node}. */
  Expression expression(JsonNode node) {
    Expression known = known(node);
    return known == null ? Expressions.alwaysTrue() : known;
  }

  /** As above, or null when nothing is known. */
  private @Nullable Expression known(JsonNode node) {
    return switch (node.path("type").asText()) {
      case "CONJUNCTION_AND" -> and(node);
      case "CONJUNCTION_OR" -> or(node);
      case "COMPARE_EQUAL",
          "COMPARE_LESSTHAN",
          "COMPARE_LESSTHANOREQUALTO",
          "COMPARE_GREATERTHAN",
          "COMPARE_GREATERTHANOREQUALTO" ->
          comparison(node);
      case "COMPARE_BETWEEN" -> between(node);
      case "COMPARE_IN" -> in(node);
      case "OPERATOR_IS_NULL" -> nullness(node, Expression.Operation.IS_NULL);
      case "OPERATOR_IS_NOT_NULL" -> nullness(node, Expression.Operation.NOT_NULL);
      default -> null;
    };
  }

  private @Nullable Expression and(JsonNode node) {
    Expression all = null;
    for (JsonNode child : node.path("children")) {
      Expression one = known(child);
      if (one != null) {
        all = all == null ? one : Expressions.and(all, one);
      }
    }
    return all;
  }

  private @Nullable Expression or(JsonNode node) {
    Expression any = null;
    for (JsonNode child : node.path("children")) {
      Expression one = known(child);
      if (one == null) {
        return null;
      }
      any = any == null ? one : Expressions.or(any, one);
    }
    return any;
  }

  private @Nullable Expression comparison(JsonNode node) {
    String type = node.path("type").asText();
    NestedField left = column(node.path("left"));
    if (left != null) {
      return compare(left, type, node.path("right"));
    }
    NestedField right = column(node.path("right"));
    return right == null ? null : compare(right, mirrored(type), node.path("left"));
  }

  private static String mirrored(String type) {
    return switch (type) {
      case "COMPARE_LESSTHAN" -> "COMPARE_GREATERTHAN";
      case "COMPARE_LESSTHANOREQUALTO" -> "COMPARE_GREATERTHANOREQUALTO";
      case "COMPARE_GREATERTHAN" -> "COMPARE_LESSTHAN";
      case "COMPARE_GREATERTHANOREQUALTO" -> "COMPARE_LESSTHANOREQUALTO";
      default -> type;
    };
  }

  private @Nullable Expression compare(NestedField column, String type, JsonNode operand) {
    Object value = Literals.value(times.literal(operand), column.type());
    if (value == null) {
      return null;
    }
    String name = column.name();
    if (type.equals("COMPARE_EQUAL")) {
      return Expressions.equal(name, value);
    }
    if (!isOrdered(column.type())) {
      return null;
    }
    // NaN is greater than everything in DuckDB and in no bound of Iceberg.
    boolean hasNan = column.type().typeId() == Type.TypeID.DOUBLE;
    return switch (type) {
      case "COMPARE_LESSTHAN" -> Expressions.lessThan(name, value);
      case "COMPARE_LESSTHANOREQUALTO" -> Expressions.lessThanOrEqual(name, value);
      case "COMPARE_GREATERTHAN" -> hasNan ? null : Expressions.greaterThan(name, value);
      case "COMPARE_GREATERTHANOREQUALTO" ->
          hasNan ? null : Expressions.greaterThanOrEqual(name, value);
      default -> null;
    };
  }

  private static boolean isOrdered(Type type) {
    return switch (type.typeId()) {
      case INTEGER, LONG, DOUBLE, DECIMAL, STRING, DATE, TIMESTAMP -> true;
      default -> false;
    };
  }

  private @Nullable Expression between(JsonNode node) {
    NestedField column = column(node.path("input"));
    if (column == null) {
      return null;
    }
    Expression lower = compare(column, "COMPARE_GREATERTHANOREQUALTO", node.path("lower"));
    Expression upper = compare(column, "COMPARE_LESSTHANOREQUALTO", node.path("upper"));
    if (lower == null || upper == null) {
      return lower == null ? upper : lower;
    }
    return Expressions.and(lower, upper);
  }

  private @Nullable Expression in(JsonNode node) {
    JsonNode children = node.path("children");
    NestedField column = column(children.path(0));
    if (column == null) {
      return null;
    }
    List<Object> values = new ArrayList<>();
    for (int i = 1; i < children.size(); i++) {
      Object value = Literals.value(times.literal(children.get(i)), column.type());
      if (value == null) {
        return null;
      }
      values.add(value);
    }
    return values.isEmpty() ? null : Expressions.in(column.name(), values);
  }

  private @Nullable Expression nullness(JsonNode node, Expression.Operation operation) {
    NestedField column = column(node.path("children").path(0));
    if (column == null) {
      return null;
    }
    return operation == Expression.Operation.IS_NULL
        ? Expressions.isNull(column.name())
        : Expressions.notNull(column.name());
  }

  /**
   * The primitive top-level column of this table that the expression is. A name that other tables
   * of the FROM have too is an error in DuckDB, or the column of both (USING).
   */
  private @Nullable NestedField column(JsonNode node) {
    if (!node.path("type").asText().equals("COLUMN_REF")) {
      return null;
    }
    JsonNode names = node.path("column_names");
    boolean isMine =
        switch (names.size()) {
          case 1 -> true;
          case 2 -> names.path(0).asText().equalsIgnoreCase(use.qualifier());
          default -> false;
        };
    if (!isMine) {
      return null;
    }
    NestedField found = null;
    for (NestedField field : schema.columns()) {
      if (field.name().equalsIgnoreCase(names.path(names.size() - 1).asText())) {
        if (found != null) {
          return null;
        }
        found = field;
      }
    }
    return found != null && found.type().isPrimitiveType() ? found : null;
  }
}
