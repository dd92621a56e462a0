package io.leat.blueprint;

import io.leat.blueprint.RawBlueprint.Located;
import io.leat.blueprint.yaml.Suggestions;
import io.leat.rules.Condition;
import io.leat.rules.InvalidConditionException;
import io.leat.schema.Column;
import io.leat.schema.ColumnType;
import io.leat.schema.ColumnType.Primitive;
import io.leat.schema.StreamSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Holds what a blueprint says of columns against a stream's schema. */
final class ColumnCheck {
  private static final Pattern UNDECLARED = Pattern.compile("undeclared reference to '([^']+)'");

  private ColumnCheck() {}

  /**
   * The column that is named; null, with a problem, when there is none or its type will not do.
   *
   * @param file the schema's, for the message
   * @param what it is to be, for the message
   * @param types those that will do; all when there are none
   */
  static @Nullable Column column(
      Located located, StreamSchema schema, String file, String what, Primitive... types) {
    String name = located.text();
    if (name == null) {
      return null;
    }
    Column column = schema.column(name);
    if (column == null) {
      located
          .at()
          .problem("'" + name + "' is not a property of " + file + ".", remedy(name, schema));
      return null;
    }
    if (types.length > 0 && !List.of(types).contains(column.type())) {
      located
          .at()
          .problem(
              "'" + name + "' is " + describe(column.type()) + " and cannot be " + what + ".",
              "Choose a property that is " + describe(types) + ".");
      return null;
    }
    return column;
  }

  /** The condition that is written; null, with a problem, when it cannot be judged. */
  static @Nullable Condition condition(Located located, StreamSchema schema) {
    String text = located.text();
    if (text == null) {
      return null;
    }
    try {
      Condition condition = Condition.compile(text, schema.columns());
      if (condition.columnNames().isEmpty()) {
        located
            .at()
            .problem(
                "'" + located.at().shown() + "' names no column, so that all rows are alike to it.",
                "Name a property of the schema.");
      }
      return condition;
    } catch (InvalidConditionException e) {
      for (String error : e.errors()) {
        Matcher undeclared = UNDECLARED.matcher(error);
        located
            .at()
            .problem(
                error + (error.endsWith(".") ? "" : "."),
                undeclared.find() ? remedy(undeclared.group(1), schema) : "");
      }
      return null;
    }
  }

  private static String remedy(String name, StreamSchema schema) {
    return Suggestions.remedy(name, schema.columns().stream().map(Column::name).toList());
  }

  static String describe(Primitive... types) {
    List<String> names = new ArrayList<>();
    for (Primitive type : types) {
      names.add(describe((ColumnType) type));
    }
    return String.join(" or ", names);
  }

  static String describe(ColumnType type) {
    if (type instanceof Primitive primitive) {
      return switch (primitive) {
        case BOOLEAN -> "a boolean";
        case LONG -> "an integer";
        case DOUBLE -> "a number";
        case STRING -> "a string";
        case TIMESTAMP -> "a date-time";
        case DATE -> "a date";
        case JSON -> "of no single type";
      };
    }
    return type instanceof ColumnType.ListOf ? "an array" : "an object";
  }
}
