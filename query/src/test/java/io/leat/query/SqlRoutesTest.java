package io.leat.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.http.Bodies;
import io.leat.http.Health;
import io.leat.http.HttpService;
import io.leat.http.HttpSettings;
import io.leat.http.Identity;
import io.leat.http.OpenApiDocument;
import io.leat.http.Principal;
import io.leat.http.Role;
import io.leat.http.StreamScope;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SqlRoutesTest {
  private static final String RUNAWAY =
      "SELECT count(*) FROM range(100000000) a, range(1000000) b WHERE a.range + b.range = -1";

  private final Vertx vertx = Vertx.vertx();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final Health health =
      new Health(InstantSource.system(), Duration.ofSeconds(1), Duration.ofSeconds(1));
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private TestingLake lake;
  private QueryEngine engine;
  private SqlRoutes routes;
  private HttpService service;

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    lake = new TestingLake(directory);
    Table table =
        lake.create(
            "devices_processed",
            "telemetry",
            new Schema(
                NestedField.optional(1, "id", Types.LongType.get()),
                NestedField.optional(2, "name", Types.StringType.get())),
            PartitionSpec.unpartitioned());
    TestingLake.append(
        table,
        List.of(
            TestingLake.row(table, Map.of("id", 1L, "name", "a,\"b\"")),
            TestingLake.row(table, Map.of("id", 2L, "name", "")),
            TestingLake.row(table, Map.of("id", 3L))));
    for (String other : List.of("devices_processed.fault", "devices_raw.ledger", "other.t")) {
      int dot = other.indexOf('.');
      lake.create(
          other.substring(0, dot),
          other.substring(dot + 1),
          table.schema(),
          PartitionSpec.unpartitioned());
    }
    engine =
        new QueryEngine(
            QuerySettings.defaults(directory.resolve("query"))
                .withLimits(Duration.ofSeconds(20), 64L << 20),
            lake.lake().catalog(),
            registry);
    routes = new SqlRoutes(engine, new Bodies(vertx, registry));
    service =
        new HttpService(
            vertx,
            HttpSettings.defaults().withAddress("127.0.0.1", 0),
            request -> Future.succeededFuture(identity(request.getHeader("Authorization"))),
            registry,
            List.of(routes),
            health);
    service.start().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  /**
   * Of {@code read}, or of {@code read devices.telemetry shop.*} for a client with these streams.
   */
  private static Identity identity(String credential) {
    List<String> words = List.of(credential.split(" "));
    StreamScope streams =
        words.size() == 1 ? StreamScope.ALL : new StreamScope(words.subList(1, words.size()));
    return new Identity(
        new Principal(credential, credential, Set.of(Role.of(words.get(0))), streams, Set.of()),
        null);
  }

  @AfterAll
  void stop() throws Exception {
    service.close();
    engine.close();
    health.close();
    vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    lake.close();
  }

  @Test
  void jsonHasColumnsRowsAndSummary() throws IOException {
    HttpResponse<String> response =
        sql("SELECT id, name FROM devices_processed.telemetry WHERE id < 3 ORDER BY id", "json");

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
    JsonObject body = new JsonObject(response.body());
    assertThat(body.getJsonArray("columns").encode())
        .isEqualTo(
            "[{\"name\":\"id\",\"type\":\"BIGINT\"},{\"name\":\"name\",\"type\":\"VARCHAR\"}]");
    assertThat(body.getJsonArray("rows").encode()).isEqualTo("[[1,\"a,\\\"b\\\"\"],[2,\"\"]]");
    JsonObject summary = body.getJsonObject("summary");
    assertThat(summary.getLong("rows")).isEqualTo(2);
    assertThat(summary.getLong("files_scanned")).isEqualTo(1);
    assertThat(summary.getBoolean("truncated")).isFalse();
    assertThat(summary.getLong("bytes_planned")).isPositive();
  }

  @Test
  void ndjsonHasAnObjectALine() throws IOException {
    HttpResponse<String> response =
        sql("SELECT id, name, id FROM devices_processed.telemetry ORDER BY id", "ndjson");

    assertThat(response.body())
        .isEqualTo(
            """
            {"id":1,"name":"a,\\"b\\"","id_2":1}
            {"id":2,"name":"","id_2":2}
            {"id":3,"name":null,"id_2":3}
            """);
  }

  @Test
  void csvHasAHeaderAndQuotes() throws IOException {
    HttpResponse<String> response =
        sql("SELECT id, name, [id] AS l FROM devices_processed.telemetry ORDER BY id", "csv");

    assertThat(response.body())
        .isEqualTo("id,name,l\r\n1,\"a,\"\"b\"\"\",[1]\r\n2,\"\",[2]\r\n3,,[3]\r\n");
  }

  @Test
  void aStatementMayBeTheBody() throws IOException {
    HttpResponse<String> response =
        send(
            request("/v1/sql?limit=1", "read")
                .header("Content-Type", "application/sql; charset=utf-8")
                .header("Accept", "text/csv")
                .POST(BodyPublishers.ofString("SELECT * FROM range(3)")));

    assertThat(response.body()).isEqualTo("range\r\n0\r\n");
  }

  @Test
  void anAnswerWithoutRowsIsComplete() throws IOException {
    JsonObject body =
        new JsonObject(
            sql("SELECT id FROM devices_processed.telemetry WHERE id = 9", "json").body());

    assertThat(body.getJsonArray("rows")).isEmpty();
    assertThat(body.getJsonObject("summary").getLong("files_skipped")).isEqualTo(1);
  }

  @Test
  void errorsAreProblemDocuments() throws IOException {
    assertProblem(
        sql("SELECT * FROM devices_processed.telemetri", "json"),
        404,
        "unknown-table",
        "There is no table 'devices_processed.telemetri'. Did you mean"
            + " 'devices_processed.telemetry'?");
    assertProblem(
        sql("DROP TABLE devices_processed.telemetry", "csv"),
        403,
        "sql-not-a-read",
        "Only SELECT statements (and SHOW TABLES, DESCRIBE, SUMMARIZE) are run here");
    assertProblem(
        sql("SELECT list(r ORDER BY r DESC) FROM range(50000000) t(r)", "json"),
        422,
        "query-memory",
        "The query needs more memory than the 64 MiB that it may use");
    assertProblem(
        post("{\"query\":\"SELECT 1\",\"limits\":1}"),
        400,
        "bad-request",
        "The member 'limits' is not known; there are query, format and limit");
    assertProblem(
        post("{\"query\":\"SELECT 1\",\"limit\":0}"),
        400,
        "bad-request",
        "The limit must be at least 1");
    assertProblem(
        send(request("/v1/sql", "send").POST(BodyPublishers.ofString("{}"))),
        403,
        "forbidden",
        "This needs the role 'read', which the client 'send' has not");
  }

  @Test
  void anErrorAfterTheFirstRowIsInTheAnswer() throws IOException {
    String sql =
        "SELECT CASE WHEN range = 900000 THEN error('late') ELSE range END AS n,"
            + " repeat('x', 20) AS t FROM range(1000000)";
    JsonObject request = new JsonObject().put("query", sql).put("limit", 1_000_000);

    JsonObject json = new JsonObject(post(request.encode()).body());
    assertThat(json.getJsonArray("rows").size()).isBetween(1000, 900_000);
    assertThat(json.getJsonObject("error").getString("code")).isEqualTo("sql-failed");
    assertThat(json.getJsonObject("error").getString("detail"))
        .isEqualTo(
            "The query failed after its first rows: a value could not be computed, or its memory"
                + " was used up");
    assertThat(json.containsKey("summary")).isFalse();
    String lines = post(request.put("format", "ndjson").encode()).body();
    assertThat(lines.lines().reduce((a, b) -> b).orElseThrow()).startsWith("{\"error\":{");
  }

  @Test
  void aClientThatHangsUpEndsItsQuery() throws Exception {
    String body = "{\"query\":\"" + RUNAWAY + "\"}";
    Socket socket = connect(body);
    Thread.sleep(700);

    socket.close();

    awaitOutcome("query-cancelled", 1);
  }

  @Test
  void aClientThatReadsSlowlyGetsEverything() throws Exception {
    String body =
        "{\"query\":\"SELECT range, repeat('x', 1000) FROM range(20000)\",\"limit\":20000}";
    long bytes = 0;
    try (Socket socket = connect(body)) {
      Thread.sleep(1000);
      InputStream in = socket.getInputStream();
      byte[] buffer = new byte[64 * 1024];
      String end = "";
      while (!end.contains("\"summary\":{\"rows\":20000,")) {
        int count = in.read(buffer);
        assertThat(count).isPositive();
        bytes += count;
        String text = end + new String(buffer, 0, count, StandardCharsets.ISO_8859_1);
        end = text.substring(Math.max(0, text.length() - 300));
      }
    }
    assertThat(bytes).isGreaterThan(20_000_000);
  }

  private Socket connect(String body) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(32 * 1024);
    socket.setSoTimeout(10_000);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), service.port()));
    socket
        .getOutputStream()
        .write(
            ("POST /v1/sql HTTP/1.1\r\nHost: localhost\r\nAuthorization: read\r\n"
                    + "Content-Type: application/json\r\nContent-Length: "
                    + body.length()
                    + "\r\n\r\n"
                    + body)
                .getBytes(StandardCharsets.ISO_8859_1));
    return socket;
  }

  private void awaitOutcome(String outcome, long count) throws InterruptedException {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
    Timer timer = registry.timer("leat_query_duration", "outcome", outcome);
    while (timer.count() < count) {
      assertThat(System.nanoTime()).as(outcome).isLessThan(until);
      Thread.sleep(10);
    }
  }

  @Test
  void tablesAreListed() throws IOException {
    HttpResponse<String> response = send(request("/v1/sql/tables", "read devices.telemetry").GET());

    assertThat(new JsonArray(response.body()).encode())
        .isEqualTo(
            "[{\"table\":\"devices_processed.telemetry\",\"columns\":["
                + "{\"name\":\"id\",\"type\":\"BIGINT\"},{\"name\":\"name\",\"type\":\"VARCHAR\"}]}]");
  }

  @Test
  void aClientReadsTheTablesOfItsStreams() throws IOException {
    String client = "read devices.telemetry";

    assertThat(ask(client, "SELECT count(*) FROM devices_processed.telemetry").statusCode())
        .isEqualTo(200);
    assertThat(ask(client, "FROM DEVICES_Processed.TELEMETRY").statusCode()).isEqualTo(200);
    assertThat(ask(client, "SELECT 1").statusCode()).isEqualTo(200);
    for (String table :
        List.of("devices_processed.fault", "devices_processed.nothing", "devices_raw.fault")) {
      assertForbidden(
          ask(client, "SELECT count(*) FROM " + table),
          client,
          table,
          "devices." + table.substring(table.indexOf('.') + 1));
    }
    for (String table : List.of("quarantine", "rejected", "ledger", "markers", "alerts")) {
      assertForbidden(
          ask(client, "FROM devices_raw." + table), client, "devices_raw." + table, "devices.*");
    }
    assertForbidden(ask(client, "FROM other.t"), client, "other.t", "*");
    assertProblem(
        ask(client, "SELECT * FROM fault"),
        404,
        "unknown-table",
        "There is no table 'fault'. GET /v1/sql/tables lists the tables");
  }

  @Test
  void aTableBehindOthersIsForbiddenToo() throws IOException {
    String client = "read devices.telemetry";
    for (String sql :
        List.of(
            "SELECT * FROM devices_processed.telemetry JOIN devices_processed.fault USING (id)",
            "WITH f AS (FROM devices_processed.fault) SELECT 1",
            "SELECT (SELECT max(id) FROM Devices_Processed.\"FAULT\")",
            "SELECT 1 UNION ALL SELECT id FROM devices_processed.fault",
            "SELECT 1 WHERE 1 IN (SELECT id FROM devices_processed.fault)",
            "DESCRIBE devices_processed.fault",
            "SUMMARIZE devices_processed.fault",
            "FROM devices_processed.fault PIVOT (count(*) FOR id IN (1))")) {
      assertForbidden(ask(client, sql), client, "devices_processed.fault", "devices.fault");
    }
  }

  @Test
  void aBlueprintsTablesAreForClientsOfTheWholeBlueprint() throws IOException {
    for (String client : List.of("read devices.*", "read *", "admin", "read shop.* devices.*")) {
      for (String table : List.of("devices_raw.ledger", "devices_processed.fault")) {
        assertThat(ask(client, "SELECT count(*) FROM " + table).statusCode())
            .as("%s %s", client, table)
            .isEqualTo(200);
      }
    }
    assertForbidden(
        ask("read shop.*", "FROM devices_raw.ledger"),
        "read shop.*",
        "devices_raw.ledger",
        "devices.*");
    assertForbidden(
        ask("read devices.ledger", "FROM devices_raw.ledger"),
        "read devices.ledger",
        "devices_raw.ledger",
        "devices.*");
  }

  @Test
  void onlyReadableTablesAreListedAndSuggested() throws IOException {
    assertThat(listed("read")).hasSize(4).contains("other.t");
    assertThat(listed("read devices.*"))
        .containsExactly(
            "devices_processed.fault", "devices_processed.telemetry", "devices_raw.ledger");
    assertThat(listed("read devices.telemetry")).containsExactly("devices_processed.telemetry");
    assertThat(listed("read shop.orders")).isEmpty();
    assertProblem(
        ask("read devices.telemetry devices.faults", "FROM devices_processed.faults"),
        404,
        "unknown-table",
        "There is no table 'devices_processed.faults'. GET /v1/sql/tables lists the tables");
    assertProblem(
        ask("read devices.*", "FROM devices_processed.faults"),
        404,
        "unknown-table",
        "There is no table 'devices_processed.faults'. Did you mean 'devices_processed.fault'?");
  }

  private List<String> listed(String client) throws IOException {
    return new JsonArray(send(request("/v1/sql/tables", client).GET()).body())
        .stream().map(table -> ((JsonObject) table).getString("table")).toList();
  }

  private HttpResponse<String> ask(String client, String sql) throws IOException {
    return send(
        request("/v1/sql", client)
            .header("Content-Type", "application/sql")
            .POST(BodyPublishers.ofString(sql)));
  }

  private static void assertForbidden(
      HttpResponse<String> response, String client, String table, String needed) {
    assertProblem(
        response,
        403,
        "forbidden",
        "The client '%s' may not read the table '%s': it needs '%s' among its streams."
                .formatted(client, table, needed)
            + " GET /v1/sql/tables lists the tables");
  }

  @Test
  void theRoutesAreInTheOpenApiDocument() {
    assertThat(OpenApiDocument.of(List.of(routes)).getJsonObject("paths").fieldNames())
        .contains("/v1/sql", "/v1/sql/tables");
  }

  private static void assertProblem(
      HttpResponse<String> response, int status, String code, String detail) {
    JsonObject problem = new JsonObject(response.body());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    assertThat(problem.getString("code")).isEqualTo(code);
    assertThat(problem.getString("detail")).isEqualTo(detail);
  }

  private HttpResponse<String> sql(String sql, String format) throws IOException {
    return post(new JsonObject().put("query", sql).put("format", format).encode());
  }

  private HttpResponse<String> post(String json) throws IOException {
    return send(
        request("/v1/sql", "read")
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(json)));
  }

  private HttpRequest.Builder request(String path, String role) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + service.port() + path))
        .timeout(Duration.ofSeconds(30))
        .header("Authorization", role);
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws IOException {
    try {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }
}
