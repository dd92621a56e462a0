package io.leat.app.client;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a query, read as it arrives: {@code {"columns": [{"name", "type"}], "rows":
 * [[...]], ...}}. What follows the rows (counts, times, an error) is in {@link #facts()} once they
 * are read. Not thread-safe, but closing from another thread ends the reading.
 */
public final class SqlRows implements AutoCloseable {
  private final InputStream in;
  private final JsonParser parser;
  private final List<Column> columns = new ArrayList<>();
  private final ObjectNode facts = LeatClient.JSON.createObjectNode();
  private boolean inRows;

  /**
   * A column of the answer.
   *
   * @param name as the query calls it
   * @param type the engine's
   */
  public record Column(String name, String type) {}

  private SqlRows(InputStream in) throws IOException {
    this.in = in;
    this.parser = LeatClient.JSON.createParser(in);
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw new IOException("the answer to the query is not a JSON object");
    }
    readMembers();
  }

  /** Starts a query. */
  public static SqlRows query(LeatClient client, String sql) throws IOException {
    ObjectNode body = LeatClient.JSON.createObjectNode().put("query", sql);
    return new SqlRows(client.open("/v1/sql", body, "application/json"));
  }

  /** All rows of a query that answers few. */
  public static List<JsonNode> all(LeatClient client, String sql) throws IOException {
    try (SqlRows rows = query(client, sql)) {
      List<JsonNode> all = new ArrayList<>();
      for (JsonNode row = rows.next(); row != null; row = rows.next()) {
        all.add(row);
      }
      return all;
    }
  }

  /** The columns, in order. */
  public List<Column> columns() {
    return columns;
  }

  /** The next row, an array with a value a column; null at the end. */
  public @Nullable JsonNode next() throws IOException {
    if (!inRows) {
      return null;
    }
    JsonToken token = parser.nextToken();
    if (token == JsonToken.END_ARRAY) {
      inRows = false;
      readMembers();
      failIfBroken();
      return null;
    }
    if (token == null) {
      throw new EOFException("the answer broke off");
    }
    return LeatClient.JSON.readTree(parser);
  }

  /** The members beside columns and rows; complete after the last row. */
  public ObjectNode facts() {
    return facts;
  }

  /** Ends the query, also one that still runs. */
  @Override
  public void close() throws IOException {
    in.close();
  }

  private void readMembers() throws IOException {
    for (JsonToken t = parser.nextToken(); t != JsonToken.END_OBJECT; t = parser.nextToken()) {
      if (t == null) {
        throw new EOFException("the answer broke off");
      }
      String name = parser.currentName();
      parser.nextToken();
      if (name.equals("rows")) {
        inRows = true;
        return;
      }
      JsonNode value = LeatClient.JSON.readTree(parser);
      if (name.equals("columns")) {
        value.forEach(
            c ->
                columns.add(
                    c.isTextual()
                        ? new Column(c.asText(), "")
                        : new Column(c.path("name").asText(), c.path("type").asText())));
      } else {
        facts.set(name, value);
      }
    }
  }

  private void failIfBroken() {
    JsonNode error = facts.path("error");
    if (error.isObject()) {
      throw new HttpProblemException(
          error.path("status").asInt(500),
          error.path("code").asText(""),
          error.path("detail").asText(error.path("title").asText("the query failed")));
    }
  }
}
