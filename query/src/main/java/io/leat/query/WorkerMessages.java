package io.leat.query;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.query.planning.PlannedTable;
import io.leat.query.worker.Frame;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What parent and worker say to each other, in JSON. */
final class WorkerMessages {
  private final ObjectMapper mapper;
  private final QuerySettings settings;

  WorkerMessages(ObjectMapper mapper, QuerySettings settings) {
    this.mapper = mapper;
    this.settings = settings;
  }

  /** The payload of a {@link Frame#COMPUTE}. */
  byte[] compute(List<JsonNode> expressions, Instant now) throws IOException {
    ObjectNode request = mapper.createObjectNode().put("now", micros(now));
    request.putArray("expressions").addAll(expressions);
    return mapper.writeValueAsBytes(request);
  }

  /**
   * The payload of an {@link Frame#EXECUTE}.
   *
   * @param fetched where the tables' remote files are on this machine's disk
   * @param now the statement's time; null when it does not ask for it
   */
  byte[] execute(
      long number,
      String sql,
      long maxRows,
      List<PlannedTable> tables,
      Map<String, Path> fetched,
      @Nullable Instant now)
      throws IOException {
    ObjectNode request = mapper.createObjectNode();
    request
        .put("number", number)
        .put("sql", sql)
        .put("memory", settings.memoryBytes())
        .put("threads", settings.threads())
        .put("rows", maxRows)
        .put("bytes", settings.maxAnswerBytes());
    if (now != null) {
      request.put("now", micros(now));
    }
    ArrayNode list = request.putArray("tables");
    for (PlannedTable table : tables) {
      ObjectNode one = list.addObject().put("schema", table.schema()).put("name", table.name());
      ArrayNode columns = one.putArray("columns");
      for (PlannedTable.Column column : table.columns()) {
        columns
            .addObject()
            .put("id", column.id())
            .put("name", column.name())
            .put("type", column.type());
      }
      ArrayNode files = one.putArray("files");
      for (String file : table.files()) {
        Path local = fetched.get(file);
        files.add(local == null ? file : local.toString());
      }
    }
    return mapper.writeValueAsBytes(request);
  }

  private static long micros(Instant instant) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
  }

  /** Of a {@link Frame#COLUMNS}. */
  List<ResultColumn> columns(Frame frame) throws IOException {
    List<ResultColumn> columns = new ArrayList<>();
    for (JsonNode column : mapper.readTree(frame.payload())) {
      columns.add(new ResultColumn(column.path("name").asText(), column.path("type").asText()));
    }
    return columns;
  }

  /** Of a {@link Frame#FAILED}. */
  LeatException failure(Frame frame) throws IOException {
    JsonNode json = mapper.readTree(frame.payload());
    return new LeatException(
        ErrorCode.ofCode(json.path("code").asText()), json.path("message").asText());
  }
}
