package io.leat.app.client;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.leat.blueprint.Blueprint;
import io.leat.blueprint.BlueprintLoader;
import io.leat.blueprint.StreamSpec;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.GZIPInputStream;
import javax.net.ssl.SSLContext;

/**
 * Leat's HTTP interface in the memory of a test: judges devices' events with plain Java of its own
 * and answers the demo's queries. Not a copy of the product's logic.
 */
public final class TestingLeat implements AutoCloseable {
  private static final JsonMapper STRICT =
      JsonMapper.builder()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final InetSocketAddress LOOPBACK =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  private final HttpServer server;
  private final String address;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<String, StreamSpec> streams;
  private final Map<String, Map<String, Long>> tallies = new TreeMap<>();
  private final Map<String, String> seen = new HashMap<>();
  private final ConcurrentLinkedQueue<Integer> refusals = new ConcurrentLinkedQueue<>();
  public final List<String> idempotencyKeys =
      java.util.Collections.synchronizedList(new ArrayList<>());
  public final List<String> bodies = java.util.Collections.synchronizedList(new ArrayList<>());

  /** The ids of the clients that were added and not revoked. */
  public final List<String> clients = new CopyOnWriteArrayList<>();

  public volatile boolean losesARow;
  public volatile String jobFailure = "";

  /** Why an alert was put aside; empty when none was. */
  public volatile String putAside = "";

  public TestingLeat() throws IOException {
    this(HttpServer.create(LOOPBACK, 0), "http://127.0.0.1:");
  }

  /** Over HTTPS, as {@code localhost}. */
  public TestingLeat(SSLContext identity) throws IOException {
    this(secure(identity), "https://localhost:");
  }

  private TestingLeat(HttpServer server, String address) throws IOException {
    Path blueprint = blueprint();
    Blueprint devices = new BlueprintLoader().load(blueprint);
    this.streams = devices.streams();
    this.server = server;
    this.address = address;
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  private static HttpsServer secure(SSLContext identity) throws IOException {
    HttpsServer server = HttpsServer.create(LOOPBACK, 0);
    server.setHttpsConfigurator(new HttpsConfigurator(identity));
    return server;
  }

  /** The shipped blueprint, from wherever the tests run. */
  public static Path blueprint() {
    Path here = Path.of("").toAbsolutePath();
    Path root = here.endsWith("app") ? here.getParent() : here;
    return java.util.Objects.requireNonNull(root).resolve("blueprints").resolve("devices");
  }

  public URI uri() {
    return URI.create(address + server.getAddress().getPort());
  }

  /** The next requests with events get these statuses. */
  public void refuse(Integer... statuses) {
    refusals.addAll(List.of(statuses));
  }

  public synchronized long tally(String kind) {
    return tallies.getOrDefault(kind, Map.of()).values().stream().mapToLong(n -> n).sum();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      String method = exchange.getRequestMethod();
      if (path.startsWith("/v1/events/")) {
        events(exchange, path.substring("/v1/events/devices.".length()));
      } else if (path.equals("/v1/status")) {
        answer(exchange, 200, status());
      } else if (path.equals("/v1/sql")) {
        JsonNode body = STRICT.readTree(exchange.getRequestBody());
        answer(exchange, 200, sql(body.path("query").asText()));
      } else if (path.equals("/v1/clients") && method.equals("POST")) {
        clients.add("c1");
        answer(exchange, 201, STRICT.createObjectNode().put("id", "c1").put("key", "leat_c1_x"));
      } else if (method.equals("DELETE")) {
        clients.remove(path.substring(path.lastIndexOf('/') + 1));
        answer(exchange, 200, STRICT.createObjectNode());
      } else {
        ObjectNode problem = STRICT.createObjectNode();
        problem.put("code", "not-found").put("title", "No such resource").put("status", 404);
        answer(exchange, 404, problem.put("detail", "There is no " + path));
      }
    }
  }

  private void events(HttpExchange exchange, String stream) throws IOException {
    idempotencyKeys.add(String.valueOf(exchange.getRequestHeaders().getFirst("Idempotency-Key")));
    byte[] body = new GZIPInputStream(exchange.getRequestBody()).readAllBytes();
    Integer refused = refusals.poll();
    if (refused != null) {
      exchange.getResponseHeaders().set("Retry-After", "7");
      answer(exchange, refused, STRICT.createObjectNode().put("code", "rate-limited"));
      return;
    }
    String text = new String(body, StandardCharsets.UTF_8);
    bodies.add(text);
    ObjectNode answer = STRICT.createObjectNode();
    ArrayNode results = answer.putArray("results");
    int accepted = 0;
    for (String record : records(exchange, text)) {
      String code = take(stream, record);
      ObjectNode result = results.addObject().put("index", results.size() - 1);
      if (code.isEmpty()) {
        result.put("status", 202);
        accepted++;
      } else {
        result.put("status", 422).put("code", code).put("reason", "as " + code + " says");
      }
    }
    answer.put("accepted", accepted);
    answer(exchange, accepted == results.size() ? 202 : 207, answer);
  }

  private static List<String> records(HttpExchange exchange, String text) throws IOException {
    if (exchange.getRequestHeaders().getFirst("Content-Type").contains("ndjson")) {
      return text.lines().filter(l -> !l.isBlank()).toList();
    }
    List<String> records = new ArrayList<>();
    STRICT.readTree(text).forEach(n -> records.add(n.toString()));
    return records;
  }

  /** Judges one record; returns the code of its rejection, or nothing. */
  private synchronized String take(String stream, String line) {
    String code = refusal(stream, line);
    if (!code.isEmpty()) {
      count("rejected", code);
      return code;
    }
    count("raw", stream);
    count("logged", stream);
    try {
      settle(stream, line, STRICT.readTree(line));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
    return "";
  }

  private String refusal(String stream, String line) {
    JsonNode record;
    try {
      record = STRICT.readTree(line);
    } catch (JsonProcessingException e) {
      return String.valueOf(e.getMessage()).contains("Duplicate field")
          ? "duplicate-json-key"
          : "malformed-json";
    }
    if (record.path("device_id").asText("").isEmpty()) {
      return "missing-key";
    }
    StreamSpec spec = java.util.Objects.requireNonNull(streams.get(stream));
    return spec.schema().validator().validate(record).isEmpty() ? "" : "schema-violation";
  }

  private void settle(String stream, String line, JsonNode record) {
    Duration age = Duration.between(Instant.parse(record.path("ts").asText()), Instant.now());
    if (age.toDays() > 400 || age.toMinutes() < -10) {
      count("quarantined", "time-out-of-range");
      return;
    }
    double temperature = record.path("temperature_c").asDouble(0);
    double ambient = record.path("ambient_c").asDouble(0);
    long amount = record.path("amount_minor").asLong(0);
    if (temperature <= -60 || temperature >= 150 || ambient <= -60 || ambient >= 70 || amount < 0) {
      count("quarantined", "quality-rule-failed");
      return;
    }
    String id = record.path("event_id").asText("");
    String before =
        id.isEmpty() ? null : seen.get(stream + record.path("device_id").asText() + " " + id);
    if (before != null) {
      if (before.equals(line)) {
        count("duplicates", stream);
      } else {
        count("quarantined", "event-id-conflict");
      }
      return;
    }
    seen.put(stream + record.path("device_id").asText() + " " + id, line);
    count("processed", stream);
  }

  private void count(String kind, String name) {
    tallies.computeIfAbsent(kind, k -> new TreeMap<>()).merge(name, 1L, Long::sum);
  }

  private synchronized ObjectNode status() {
    ObjectNode status = STRICT.createObjectNode();
    ObjectNode totals = status.putObject("totals");
    for (String kind : List.of("logged", "raw", "processed", "duplicates", "quarantined")) {
      totals.put(kind, tally(kind));
    }
    ArrayNode list = status.putArray("streams");
    tallies
        .getOrDefault("logged", Map.of())
        .forEach(
            (stream, n) ->
                list.addObject()
                    .put("blueprint", "devices")
                    .put("stream", stream)
                    .put("logged", n));
    status
        .putArray("components")
        .addObject()
        .put("name", "kafka")
        .put("state", "running")
        .put("address", "127.0.0.1:9092")
        .put("detail", jobFailure.isEmpty() ? "" : "it does not answer");
    ObjectNode job =
        status
            .putArray("jobs")
            .addObject()
            .put("name", "devices-lake")
            .put("state", jobFailure.isEmpty() ? "RUNNING" : "FAILED")
            .put("restarts", 3)
            .put("failure", jobFailure);
    if (!putAside.isEmpty()) {
      ObjectNode alerts =
          status
              .putArray("alerts")
              .addObject()
              .put("blueprint", "devices")
              .put("waiting", 1_200)
              .putNull("problem")
              .put("put_aside", 1);
      alerts
          .putArray("newest_put_aside")
          .addObject()
          .put("partition", 2)
          .put("epoch", 1)
          .put("offset", 4_711)
          .put("length", 8)
          .put("reason", putAside);
    }
    if (!jobFailure.isEmpty()) {
      job.putNull("next_try").put("runbook", "docs/runbooks/job-failed.md");
    }
    return status;
  }

  private synchronized ObjectNode sql(String sql) {
    ObjectNode answer = STRICT.createObjectNode();
    ArrayNode columns = answer.putArray("columns");
    if (!sql.contains("UNION ALL")) {
      columns.addObject().put("name", "name").put("type", "VARCHAR");
      columns.addObject().put("name", "n").put("type", "BIGINT");
      answer.putArray("rows").addArray().add("kiosk-0042").add(1234567);
      return answer.put("files_scanned", 3).put("files_skipped", 9);
    }
    List.of("kind", "name", "n").forEach(c -> columns.addObject().put("name", c));
    ArrayNode rows = answer.putArray("rows");
    tallies.forEach(
        (kind, counts) -> counts.forEach((name, n) -> rows.addArray().add(kind).add(name).add(n)));
    if (losesARow && rows.size() > 0) {
      rows.addArray().add("processed").add("telemetry").add(-1);
    }
    return answer;
  }

  private static void answer(HttpExchange exchange, int status, ObjectNode body)
      throws IOException {
    byte[] json = body.toString().getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, json.length);
    exchange.getResponseBody().write(json);
  }
}
