package io.leat.query.worker;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.DateTimeException;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** One query in one fresh instance. Used by one thread. */
final class Execution {
  private static final int BATCH_BYTES = 48 * 1024;

  /** Where frames go. */
  interface Output {
    void send(Frame frame) throws IOException;
  }

  private final JsonNode query;
  private final ObjectMapper mapper;
  private final Cancellation cancellation;
  private final Output output;

  /**
   * Of one request.
   *
   * @param query {@code number}, {@code sql}, {@code tables} as {@link Views} reads them, {@code
   *     now} in microseconds since 1970 if the statement asks for the time, {@code memory} and
   *     {@code threads} for DuckDB, {@code rows} and {@code bytes} of the answer
   */
  Execution(JsonNode query, ObjectMapper mapper, Cancellation cancellation, Output output) {
    this.query = query;
    this.mapper = mapper;
    this.cancellation = cancellation;
    this.output = output;
  }

  void run() throws SQLException, IOException {
    Properties properties = new Properties();
    properties.setProperty("jdbc_stream_results", "true");
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:", properties)) {
      prepare(connection);
      connection.setAutoCommit(false);
      try (Statement statement = connection.createStatement()) {
        cancellation.started(query.path("number").asLong(), statement);
        try (ResultSet rows = statement.executeQuery(query.path("sql").asText())) {
          stream(rows, connection);
        }
      } finally {
        cancellation.ended();
      }
    }
  }

  private void prepare(Connection connection) throws SQLException {
    Views views = new Views(query.path("tables"));
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET TimeZone='UTC'");
      statement.execute("SET threads=" + query.path("threads").asInt(1));
      statement.execute(
          "SET memory_limit='" + query.path("memory").asLong() / (1024 * 1024) + "MiB'");
      statement.execute("SET temp_directory=''");
      // So much is computed before the first row is out: errors till then are told as they are.
      statement.execute("SET streaming_buffer_size='4MiB'");
      statement.execute("SET autoinstall_known_extensions=false");
      statement.execute("SET autoload_known_extensions=false");
      statement.execute("SET allow_community_extensions=false");
      statement.execute("SET allow_persistent_secrets=false");
      for (String sql : views.statements()) {
        statement.execute(sql);
      }
      if (query.has("now")) {
        statement.execute(StatementTime.macros(query.path("now").asLong()));
      }
      statement.execute("SET allowed_paths=" + views.allowedPaths());
      statement.execute("SET enable_external_access=false");
      statement.execute("SET lock_configuration=true");
    }
  }

  private void stream(ResultSet rows, Connection connection) throws SQLException, IOException {
    ResultSetMetaData meta = rows.getMetaData();
    int width = meta.getColumnCount();
    sendColumns(meta, width);
    long maxRows = query.path("rows").asLong();
    long maxBytes = query.path("bytes").asLong();
    long count = 0;
    long bytes = 0;
    boolean truncated = false;
    ByteArrayOutputStream buffer = new ByteArrayOutputStream(BATCH_BYTES * 2);
    JsonGenerator json = start(buffer);
    JsonValues values = new JsonValues(json, mapper);
    while (rows.next()) {
      cancellation.check();
      if (count == maxRows || bytes >= maxBytes) {
        truncated = true;
        break;
      }
      json.writeStartArray();
      for (int i = 1; i <= width; i++) {
        values.write(value(rows, i));
      }
      json.writeEndArray();
      count++;
      json.flush();
      if (buffer.size() >= BATCH_BYTES) {
        json.close();
        bytes += buffer.size();
        output.send(new Frame(Frame.ROWS, buffer.toByteArray()));
        buffer.reset();
        json = start(buffer);
        values = new JsonValues(json, mapper);
      }
    }
    json.close();
    if (!truncated) {
      requireHealthy(connection);
    }
    if (buffer.size() > 2) {
      output.send(new Frame(Frame.ROWS, buffer.toByteArray()));
    }
    output.send(
        new Frame(
            Frame.DONE,
            mapper.writeValueAsBytes(
                mapper.createObjectNode().put("rows", count).put("truncated", truncated))));
  }

  private static @Nullable Object value(ResultSet rows, int column) throws SQLException {
    try {
      return rows.getObject(column);
    } catch (DateTimeException e) {
      throw new SQLException(
          "Conversion Error: The answer has a time that cannot be written, such as 24:00:00; cast it"
              + " to VARCHAR",
          e);
    }
  }

  /**
   * A streamed result that fails on its way looks like one that has ended: {@code next} answers
   * false. Only its transaction tells, which takes no further statement after an error.
   */
  private void requireHealthy(Connection connection) throws SQLException {
    cancellation.check();
    try (Statement statement = connection.createStatement();
        ResultSet one = statement.executeQuery("SELECT 1")) {
      one.next();
    } catch (SQLException e) {
      throw new SQLException(
          "Late Error: The query failed after its first rows: a value could not be computed, or its"
              + " memory was used up",
          e);
    }
  }

  private JsonGenerator start(ByteArrayOutputStream buffer) throws IOException {
    JsonGenerator json = mapper.getFactory().createGenerator(buffer);
    json.writeStartArray();
    return json;
  }

  private void sendColumns(ResultSetMetaData meta, int width) throws SQLException, IOException {
    ArrayNode columns = mapper.createArrayNode();
    for (int i = 1; i <= width; i++) {
      columns.addObject().put("name", meta.getColumnName(i)).put("type", meta.getColumnTypeName(i));
    }
    output.send(new Frame(Frame.COLUMNS, mapper.writeValueAsBytes(columns)));
  }
}
