package io.leat.query.planning;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * A statement that was found to be a single read of tables, by DuckDB's own syntax tree. Everything
 * else is refused, and so is what is not known here.
 */
public final class ParsedQuery {
  private static final Set<String> QUERIES =
      Set.of("SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE");
  private static final Set<String> REFUSED_SOURCES =
      Set.of(
          "CTE",
          "CTE_NODE",
          "BOUND_TABLE_FUNCTION",
          "BOUND_SUBQUERY_NODE",
          "STATEMENT_NODE",
          "COLUMN_DATA",
          "DELIM_GET",
          "BOUND_REF");

  private final List<TableUse> uses = new ArrayList<>();
  private final IdentityHashMap<JsonNode, JsonNode> conditions = new IdentityHashMap<>();
  private final IdentityHashMap<JsonNode, JsonNode> uncorrelated = new IdentityHashMap<>();
  private final List<JsonNode> times = new ArrayList<>();
  private boolean readsClock;

  private ParsedQuery() {}

  /**
   * Judges a syntax tree.
   *
   * @param tree what {@code json_serialize_sql} answered
   * @throws LeatException SQL_INVALID or SQL_NOT_A_READ
   */
  public static ParsedQuery of(ObjectMapper mapper, byte[] tree) {
    JsonNode root;
    try {
      root = mapper.readTree(tree);
    } catch (IOException e) {
      throw new LeatException(
          ErrorCode.QUERY_ENGINE_UNAVAILABLE, "The query engine's answer cannot be read", e);
    }
    if (root.path("error").asBoolean()) {
      throw refusal(root);
    }
    JsonNode statements = root.path("statements");
    if (statements.size() != 1) {
      throw new LeatException(
          ErrorCode.SQL_INVALID, "Send one statement; these are " + statements.size());
    }
    if (!statements.get(0).path("named_param_map").isEmpty()) {
      throw new LeatException(ErrorCode.SQL_INVALID, "Parameters cannot be given; write values");
    }
    ParsedQuery query = new ParsedQuery();
    JsonNode node = statements.get(0).path("node");
    query.markUncorrelated(node);
    query.walk(node, Set.of());
    return query;
  }

  /** Constant expressions in conditions whose values help to plan files. */
  public List<JsonNode> times() {
    return times;
  }

  /** Whether the statement's answer may depend on the time at which it runs. */
  public boolean readsClock() {
    return readsClock;
  }

  List<TableUse> uses() {
    return uses;
  }

  private static LeatException refusal(JsonNode root) {
    String message = root.path("error_message").asText();
    if (root.path("error_type").asText().equals("not implemented")) {
      return new LeatException(
          ErrorCode.SQL_NOT_A_READ,
          "Only SELECT statements (and SHOW TABLES, DESCRIBE, SUMMARIZE) are run here");
    }
    String position = root.path("position").asText();
    return new LeatException(
        ErrorCode.SQL_INVALID,
        position.isEmpty() ? message : message + ", at character " + position);
  }

  private void walk(JsonNode node, Set<String> ctes) {
    if (node.isArray()) {
      node.forEach(child -> walk(child, ctes));
      return;
    }
    if (!node.isObject()) {
      return;
    }
    if (node.has("function_name")) {
      Functions.check(node.path("function_name").asText());
    }
    readsClock |= TimeExpressions.readsClock(node);
    String type = node.path("type").asText();
    if (node.has("cte_map")) {
      query(node, type, ctes);
    } else if (!node.has("class") && type.equals("BASE_TABLE")) {
      table(node, ctes);
    } else {
      if (!node.has("class")) {
        source(node, type);
      }
      children(node, ctes);
    }
  }

  private void children(JsonNode node, Set<String> ctes) {
    node.forEach(child -> walk(child, ctes));
  }

  private void query(JsonNode node, String type, Set<String> outer) {
    if (!QUERIES.contains(type)) {
      throw unknown(type);
    }
    // An expression sees those before it; only a recursive one sees itself.
    Set<String> visible = new HashSet<>(outer);
    for (JsonNode entry : node.path("cte_map").path("map")) {
      walk(entry.path("value"), Set.copyOf(visible));
      visible.add(lower(entry.path("key").asText()));
    }
    if (type.equals("RECURSIVE_CTE_NODE")) {
      visible.add(lower(node.path("cte_name").asText()));
    }
    JsonNode where = node.path("where_clause");
    if (type.equals("SELECT_NODE") && where.isObject() && node.path("sample").isNull()) {
      certain(node.path("from_table"), where);
    }
    if (type.equals("SELECT_NODE")) {
      boolean bare =
          uncorrelated.containsKey(node)
              && areTables(node.path("from_table"), visible)
              && !hasBareAlias(node.path("select_list"));
      TimeExpressions.collect(where, bare, times);
    }
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      if (!field.getKey().equals("cte_map")) {
        walk(field.getValue(), visible);
      }
    }
  }

  /** Marks the queries whose names cannot be columns of a query around them. */
  private void markUncorrelated(JsonNode node) {
    uncorrelated.put(node, node);
    for (JsonNode entry : node.path("cte_map").path("map")) {
      markUncorrelated(entry.path("value").path("query").path("node"));
    }
    if (node.path("type").asText().equals("SET_OPERATION_NODE")) {
      markUncorrelated(node.path("left"));
      markUncorrelated(node.path("right"));
    }
  }

  /** Whether the FROM gives no names but those of catalogued tables and their columns. */
  private static boolean areTables(JsonNode from, Set<String> ctes) {
    return switch (from.path("type").asText()) {
      case "BASE_TABLE" ->
          from.path("column_name_alias").isEmpty()
              && !TimeExpressions.isBareName(from.path("alias").asText())
              && !TimeExpressions.isBareName(from.path("table_name").asText())
              && !(from.path("schema_name").asText().isEmpty()
                  && ctes.contains(lower(from.path("table_name").asText())));
      case "JOIN" -> areTables(from.path("left"), ctes) && areTables(from.path("right"), ctes);
      default -> false;
    };
  }

  private static boolean hasBareAlias(JsonNode selected) {
    for (JsonNode item : selected) {
      if (TimeExpressions.isBareName(item.path("alias").asText())) {
        return true;
      }
    }
    return false;
  }

  /** Marks the tables whose rows do not matter unless they meet the condition. */
  private void certain(JsonNode from, JsonNode where) {
    String type = from.path("type").asText();
    if (type.equals("BASE_TABLE")
        && from.path("sample").isNull()
        && from.path("column_name_alias").isEmpty()) {
      conditions.put(from, where);
    } else if (type.equals("JOIN")
        && from.path("join_type").asText().equals("INNER")
        && from.path("using_columns").isEmpty()
        && Set.of("REGULAR", "CROSS").contains(from.path("ref_type").asText())) {
      certain(from.path("left"), where);
      certain(from.path("right"), where);
    }
  }

  private void table(JsonNode node, Set<String> ctes) {
    String schema = node.path("schema_name").asText();
    String name = node.path("table_name").asText();
    if (!node.path("at_clause").isNull()) {
      throw new LeatException(ErrorCode.SQL_INVALID, "AT (time travel) is not supported here");
    }
    String catalog = node.path("catalog_name").asText();
    if (!catalog.isEmpty()) {
      throw new LeatException(
          ErrorCode.UNKNOWN_TABLE,
          "There is no table '"
              + catalog
              + "."
              + schema
              + "."
              + name
              + "'. Tables are named <schema>.<table>");
    }
    if (schema.isEmpty() && ctes.contains(lower(name))) {
      return;
    }
    String alias = node.path("alias").asText();
    uses.add(new TableUse(schema, name, alias.isEmpty() ? name : alias, conditions.get(node)));
  }

  private static void source(JsonNode node, String type) {
    if (REFUSED_SOURCES.contains(type)) {
      throw unknown(type);
    }
    if (type.equals("TABLE_FUNCTION")) {
      Functions.checkTable(node.path("function").path("function_name").asText());
    }
    if (type.equals("SHOW_REF")
        && (!Set.of("DESCRIBE", "SUMMARY").contains(node.path("show_type").asText())
            || !node.path("query").isObject())) {
      throw new LeatException(
          ErrorCode.SQL_NOT_A_READ,
          "Of SHOW there is only SHOW TABLES [FROM schema]; DESCRIBE <table> shows its columns");
    }
  }

  private static LeatException unknown(String type) {
    return new LeatException(
        ErrorCode.SQL_NOT_A_READ, "This kind of statement is not run here (" + type + ")");
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
