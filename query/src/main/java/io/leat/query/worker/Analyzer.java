package io.leat.query.worker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * Parses statements with DuckDB's own parser and computes constants, in an instance that holds and
 * reaches nothing.
 */
final class Analyzer implements AutoCloseable {
  private static final List<String> SETTINGS =
      List.of(
          // Global, as what json_execute_serialized_sql runs has a session of its own.
          "SET GLOBAL TimeZone='UTC'",
          "SET memory_limit='64MB'",
          "SET threads=1",
          "SET temp_directory=''",
          "SET autoinstall_known_extensions=false",
          "SET autoload_known_extensions=false",
          "SET enable_external_access=false",
          "SET lock_configuration=true");

  private final Connection connection;

  Analyzer() throws SQLException {
    this.connection = DriverManager.getConnection("jdbc:duckdb:");
    try (Statement statement = connection.createStatement()) {
      for (String setting : SETTINGS) {
        statement.execute(setting);
      }
    }
  }

  /** DuckDB's answer in JSON: the syntax tree of reads, an error for everything else. */
  String tree(String sql) throws SQLException {
    return text("SELECT json_serialize_sql(?::VARCHAR)::VARCHAR", sql);
  }

  /**
   * The values of constant expressions, which the parent has judged.
   *
   * @param request {@code now}, the statement's time in microseconds since 1970, and {@code
   *     expressions} as {@link #tree} writes them
   * @return for each its {@code type} and {@code text} in UTC, or null when it has no value
   */
  ArrayNode compute(JsonNode request, ObjectMapper mapper) throws SQLException, IOException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(StatementTime.macros(request.path("now").asLong()));
    }
    ObjectNode query = (ObjectNode) mapper.readTree(tree("SELECT NULL"));
    ObjectNode select = (ObjectNode) query.path("statements").path(0).path("node");
    ArrayNode values = mapper.createArrayNode();
    for (JsonNode expression : request.path("expressions")) {
      select.putArray("select_list").add(expression);
      values.add(value(mapper.writeValueAsString(query), mapper));
    }
    return values;
  }

  private JsonNode value(String query, ObjectMapper mapper) {
    String sql =
        "SELECT typeof(value), CAST(value AS VARCHAR) FROM json_execute_serialized_sql('"
            + query.replace("'", "''")
            + "') AS computed(value)";
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      if (!rows.next() || rows.getString(2) == null) {
        return mapper.nullNode();
      }
      return mapper
          .createObjectNode()
          .put("type", rows.getString(1))
          .put("text", rows.getString(2));
    } catch (SQLException e) {
      return mapper.nullNode(); // the statement itself will tell what is wrong with it
    }
  }

  String version() throws SQLException {
    return text("SELECT version() || ?", "");
  }

  private String text(String query, String argument) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(query)) {
      statement.setString(1, argument);
      try (ResultSet rows = statement.executeQuery()) {
        rows.next();
        return rows.getString(1);
      }
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
