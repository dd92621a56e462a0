package io.leat.app.platform;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.blueprint.yaml.Suggestions;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.event.Timestamps;
import io.leat.schema.ColumnType;
import io.leat.state.HotFilter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads from a request's parameters which entities of a table to list. */
final class StateQuery {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LISTED = 100;
  private static final int MOST_LISTED = 1_000;
  private static final Set<String> OWN = Set.of("status", "prefix", "limit", "after");

  private final ServedTable table;
  private final Map<String, String> parameters;

  private StateQuery(ServedTable table, Map<String, String> parameters) {
    this.table = table;
    this.parameters = parameters;
  }

  /**
   * The filter that the parameters describe.
   *
   * @param keys to which the client is restricted
   * @throws LeatException BAD_REQUEST
   */
  static HotFilter filter(ServedTable table, Map<String, String> parameters, Set<String> keys) {
    StateQuery query = new StateQuery(table, parameters);
    return new HotFilter(
        query.status(),
        query.text("prefix"),
        query.columns(),
        keys,
        query.text("after"),
        query.limit());
  }

  private HotFilter.@Nullable Status status() {
    String text = parameters.get("status");
    if (text == null) {
      return null;
    }
    if (table.spec().online() == null) {
      throw bad(
          "The table '"
              + table.name()
              + "' has no status: its blueprint has no silence detector to tell who is offline");
    }
    return switch (text) {
      case "online" -> HotFilter.Status.ONLINE;
      case "offline" -> HotFilter.Status.OFFLINE;
      default -> throw bad("'status' is '" + text + "'; it is online or offline");
    };
  }

  private String text(String name) {
    return sound(name, parameters.getOrDefault(name, ""));
  }

  /** No text in PostgreSQL has it, so nothing could be found. */
  private static String sound(String name, String text) {
    if (text.indexOf('\0') >= 0) {
      throw bad("'" + name + "' has a NUL character");
    }
    return text;
  }

  private int limit() {
    String text = parameters.getOrDefault("limit", String.valueOf(LISTED));
    if (!text.matches("[0-9]{1,4}")
        || Integer.parseInt(text) < 1
        || Integer.parseInt(text) > MOST_LISTED) {
      throw bad("'limit' is '" + text + "', not a number from 1 to " + MOST_LISTED);
    }
    return Integer.parseInt(text);
  }

  private Map<String, String> columns() {
    Map<String, ColumnType> types = table.types();
    Map<String, ObjectNode> wanted = new LinkedHashMap<>();
    parameters.forEach(
        (name, value) -> {
          if (OWN.contains(name)) {
            return;
          }
          ColumnType type = types.get(name);
          if (type == null) {
            Set<String> known = new TreeSet<>(types.keySet());
            known.addAll(OWN);
            throw bad(
                ("There is no column or parameter '"
                        + name
                        + "'. "
                        + Suggestions.remedy(name, known))
                    .strip());
          }
          put(
              wanted.computeIfAbsent(table.streamOf(name), stream -> JSON.createObjectNode()),
              name,
              type,
              sound(name, value));
        });
    Map<String, String> texts = new LinkedHashMap<>();
    wanted.forEach((stream, object) -> texts.put(stream, object.toString()));
    return texts;
  }

  private static void put(ObjectNode object, String name, ColumnType type, String value) {
    if (!(type instanceof ColumnType.Primitive primitive)
        || primitive == ColumnType.Primitive.JSON) {
      throw bad("'" + name + "' has parts: only a column with one value can be asked for");
    }
    try {
      switch (primitive) {
        case BOOLEAN -> object.put(name, flag(value));
        case LONG -> object.put(name, Long.parseLong(value));
        case DOUBLE -> object.put(name, finite(value));
        case TIMESTAMP -> object.put(name, time(value));
        default -> object.put(name, value);
      }
    } catch (IllegalArgumentException e) {
      throw bad("'" + name + "' is '" + value + "'; the column has " + says(primitive));
    }
  }

  private static boolean flag(String value) {
    if (!value.equals("true") && !value.equals("false")) {
      throw new IllegalArgumentException(value);
    }
    return value.equals("true");
  }

  private static double finite(String value) {
    double number = Double.parseDouble(value);
    if (!Double.isFinite(number)) {
      throw new IllegalArgumentException(value);
    }
    return number;
  }

  private static String time(String value) {
    long micros = Timestamps.parseMicros(value);
    if (micros == Timestamps.INVALID) {
      throw new IllegalArgumentException(value);
    }
    return Timestamps.ofMicros(micros).toString();
  }

  private static String says(ColumnType.Primitive type) {
    return switch (type) {
      case BOOLEAN -> "true or false";
      case LONG -> "whole numbers";
      case DOUBLE -> "numbers";
      case TIMESTAMP -> "times such as 2026-03-01T10:00:00Z";
      case STRING, DATE, JSON -> "texts";
    };
  }

  private static LeatException bad(String what) {
    return new LeatException(ErrorCode.BAD_REQUEST, what);
  }
}
