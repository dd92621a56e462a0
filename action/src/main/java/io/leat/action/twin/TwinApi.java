package io.leat.action.twin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.action.twin.TwinTables.RuleException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What an instance does with a request that it lets in. */
final class TwinApi {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TABLE = "/api/now/table/";
  private static final String EVENTS = "/api/global/em/jsonv2";
  private static final int DEFAULT_LIMIT = 10_000;

  private final TwinTables tables;

  TwinApi(TwinTables tables) {
    this.tables = tables;
  }

  /** A request with its body. */
  record Call(HttpServerRequest request, Buffer body) {}

  /** What is answered. */
  record Answer(int status, ObjectNode body) {}

  Answer act(Call call, String user) {
    try {
      String path = call.request().path();
      String method = call.request().method().name();
      if (path.equals(EVENTS)) {
        return method.equals("POST") ? events(call, user) : notFound();
      }
      if (!path.startsWith(TABLE)) {
        return notFound();
      }
      String[] parts = path.substring(TABLE.length()).split("/", 2);
      if (!tables.has(parts[0])) {
        return error(400, "Invalid table " + parts[0], "");
      }
      return parts.length == 1
          ? table(call, method, parts[0], user)
          : row(call, method, parts[0], parts[1], user);
    } catch (RuleException e) {
      return error(403, "Operation Failed", e.getMessage());
    } catch (JsonProcessingException e) {
      return error(400, "Exception while reading request", "Invalid JSON");
    } catch (IOException e) {
      throw new IllegalStateException("bytes cannot fail to be read", e);
    }
  }

  private Answer table(Call call, String method, String table, String user)
      throws RuleException, IOException {
    if (method.equals("POST")) {
      return result(
          201, JSON.valueToTree(shown(call, tables.insert(table, fields(call.body()), user))));
    }
    if (!method.equals("GET")) {
      return notFound();
    }
    List<Map<String, String>> rows =
        tables.find(
            table,
            parameter(call, "sysparm_query", ""),
            number(parameter(call, "sysparm_limit", ""), DEFAULT_LIMIT),
            number(parameter(call, "sysparm_offset", ""), 0));
    return result(200, JSON.valueToTree(rows.stream().map(row -> shown(call, row)).toList()));
  }

  private Answer row(Call call, String method, String table, String sysId, String user)
      throws RuleException, IOException {
    Optional<Map<String, String>> row =
        switch (method) {
          case "GET" -> tables.row(table, sysId);
          case "PATCH", "PUT" -> tables.update(table, sysId, fields(call.body()), user);
          default -> Optional.empty();
        };
    if (method.equals("DELETE") && tables.delete(table, sysId)) {
      return new Answer(204, JSON.createObjectNode());
    }
    return row.map(found -> result(200, JSON.valueToTree(shown(call, found))))
        .orElseGet(
            () ->
                error(404, "No Record found", "Record doesn't exist or ACL restricts the record"));
  }

  private Answer events(Call call, String user) throws RuleException, IOException {
    JsonNode records = JSON.readTree(call.body().getBytes()).path("records");
    List<Map<String, String>> events = new ArrayList<>();
    for (JsonNode one : records) {
      events.add(fields(one));
    }
    if (events.isEmpty()) {
      return error(400, "No records", "");
    }
    for (Map<String, String> event : events) {
      tables.event(event, user);
    }
    ObjectNode body = JSON.createObjectNode();
    body.putObject("result").put("Default Bulk Endpoint", events.size() + " events were inserted");
    return new Answer(200, body);
  }

  private static Map<String, String> fields(Buffer body) throws IOException {
    return fields(JSON.readTree(body.getBytes()));
  }

  private static Map<String, String> fields(JsonNode json) {
    Map<String, String> fields = new LinkedHashMap<>();
    json.properties().forEach(field -> fields.put(field.getKey(), field.getValue().asText()));
    return fields;
  }

  private static Map<String, String> shown(Call call, Map<String, String> row) {
    String names = parameter(call, "sysparm_fields", "");
    if (names.isEmpty()) {
      return row;
    }
    Map<String, String> shown = new LinkedHashMap<>();
    for (String name : names.split(",", -1)) {
      if (row.containsKey(name)) {
        shown.put(name, row.getOrDefault(name, ""));
      }
    }
    return shown;
  }

  private static String parameter(Call call, String name, String otherwise) {
    String value = call.request().getParam(name);
    return value == null ? otherwise : value;
  }

  private static int number(String text, int otherwise) {
    return text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : otherwise;
  }

  private static Answer result(int status, JsonNode result) {
    return new Answer(status, JSON.createObjectNode().set("result", result));
  }

  private static Answer notFound() {
    return error(400, "Requested URI does not represent any resource", "");
  }

  static Answer error(int status, String message, String detail) {
    ObjectNode body = JSON.createObjectNode();
    body.putObject("error").put("message", message).put("detail", detail);
    body.put("status", "failure");
    return new Answer(status, body);
  }
}
