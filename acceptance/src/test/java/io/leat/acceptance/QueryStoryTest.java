package io.leat.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Questions to the tables, and about single events. */
@Order(30)
@ExtendWith(SharedPlatform.class)
class QueryStoryTest {
  private static final Duration SOON = Duration.ofSeconds(60);

  private final TestingClient client;

  QueryStoryTest(SharedPlatform.Running leat) {
    this.client = leat.admin();
  }

  @Test
  void filesOfOtherPartitionsAndOtherValuesAreSkipped() throws Exception {
    Instant longAgo = Instant.now().minus(300, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS);
    send("telemetry", "prune-1", longAgo, ",\"seq\":1");
    send("heartbeat", "prune-2", Instant.now(), ",\"firmware\":\"1\",\"uptime_s\":987654321");
    Books.settled(client);
    send("heartbeat", "prune-3", Instant.now(), ",\"firmware\":\"1\",\"uptime_s\":5");
    send("telemetry", "prune-4", Instant.now(), ",\"seq\":1");
    Books.settled(client);

    JsonNode byPartition =
        summary(
            "SELECT count(*) FROM devices_processed.telemetry WHERE ts < TIMESTAMPTZ '%s'"
                .formatted(longAgo.plusSeconds(60)));
    assertThat(byPartition.path("files_scanned").asLong()).isPositive();
    assertThat(byPartition.path("files_skipped").asLong()).isPositive();

    JsonNode byClock =
        summary(
            "SELECT count(*) FROM devices_processed.telemetry WHERE ts >= now() - INTERVAL 7 DAY");
    assertThat(byClock.path("files_scanned").asLong()).isPositive();
    assertThat(byClock.path("files_skipped").asLong()).isPositive();

    JsonNode byStatistics =
        summary("SELECT * FROM devices_processed.heartbeat WHERE uptime_s = 987654321");
    assertThat(byStatistics.path("rows").asLong()).isEqualTo(1);
    assertThat(byStatistics.path("files_scanned").asLong()).isEqualTo(1);
    assertThat(byStatistics.path("files_skipped").asLong()).isPositive();
    assertThat(byStatistics.path("bytes_planned").asLong()).isPositive();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "INSERT INTO devices_processed.telemetry (device_id) VALUES ('x')",
        "DELETE FROM devices_processed.telemetry",
        "UPDATE devices_processed.telemetry SET seq = 1",
        "DROP TABLE devices_processed.telemetry",
        "CREATE TABLE t AS SELECT 1",
        "CREATE VIEW v AS SELECT 1",
        "COPY (SELECT 1) TO '/tmp/leat-acceptance-copy.csv'",
        "ATTACH '/tmp/leat-acceptance.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET memory_limit = '10GB'",
        "PRAGMA database_list",
        "CALL pragma_version()",
        "SELECT 1; SELECT 2",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT content FROM read_text('/etc/passwd')",
        "SELECT * FROM glob('/*')",
        "SELECT getenv('PATH')",
        "SELECT * FROM duckdb_settings()",
        "SELECT * FROM devices_processed.nothing",
        "SELEC 1",
        ";"
      })
  void whatIsNoReadOfTheTablesIsRefused(String sql) throws Exception {
    TestingClient.Answer answer = client.query(sql, 10);

    assertThat(answer.status()).as(answer::toString).isBetween(400, 422);
    assertThat(answer.code()).isNotBlank().isNotEqualTo("internal");
    assertThat(answer.text()).doesNotContain("root:");
    assertThat(client.number("SELECT 41 + 1")).isEqualTo(42);
  }

  @Test
  void showTablesNamesWhatAClientMayRead() throws Exception {
    assertThat(client.rows("show tables from devices_processed;"))
        .extracting(row -> row.path(0).asText())
        .containsExactly(
            "devices_processed.fault",
            "devices_processed.heartbeat",
            "devices_processed.telemetry",
            "devices_processed.transaction");
    assertThat(client.rows("SHOW TABLES"))
        .extracting(row -> row.path(0).asText())
        .contains("devices_raw.ledger", "devices_processed.fault");
    TestingClient reader = client.as(client.newKey("q-show", "\"read\"", "\"devices.fault\""));
    assertThat(reader.rows("SHOW TABLES"))
        .extracting(row -> row.path(0).asText())
        .containsExactly("devices_processed.fault", "devices_raw.fault");
    assertThat(client.rows("SHOW TABLES IN nowhere")).isEmpty();
  }

  @Test
  void aCredentialReachesAsFarAsItsRoles() throws Exception {
    TestingClient sender = client.as(client.newKey("q-send", "\"send\"", "\"devices.fault\""));
    TestingClient reader = client.as(client.newKey("q-read", "\"read\"", "\"devices.*\""));
    TestingClient nobody = client.as("leat_0000000000000000_" + "0".repeat(64));
    String fault = event("roles-1", Instant.now(), ",\"code\":\"F1\",\"severity\":\"info\"");

    assertThat(sender.send("devices.fault", fault).status()).isEqualTo(202);
    assertThat(sender.send("devices.telemetry", event("x", Instant.now(), "")).status())
        .isEqualTo(403);
    for (String path :
        List.of(
            "/v1/status",
            "/v1/trace/x",
            "/v1/tail/devices.fault",
            "/v1/sql/tables",
            "/v1/clients")) {
      assertThat(sender.get(path).status()).as(path).isEqualTo(403);
      assertThat(nobody.get(path).status()).as(path).isEqualTo(401);
    }
    assertThat(sender.query("SELECT 1", 1).status()).isEqualTo(403);
    assertThat(sender.apply().status()).isEqualTo(403);

    assertThat(reader.query("SELECT 1", 1).status()).isEqualTo(200);
    assertThat(reader.get("/v1/status").status()).isEqualTo(200);
    assertThat(reader.send("devices.fault", fault).status()).isEqualTo(403);
    assertThat(reader.get("/v1/clients").status()).isEqualTo(403);
    assertThat(reader.delete("/v1/clients/0").status()).isEqualTo(403);
    assertThat(nobody.send("devices.fault", fault).status()).isEqualTo(401);
  }

  @Test
  void aClientQueriesTheTablesOfItsStreams() throws Exception {
    TestingClient reader = client.as(client.newKey("q-one", "\"read\"", "\"devices.telemetry\""));
    TestingClient all = client.as(client.newKey("q-all", "\"read\"", "\"devices.*\""));

    assertThat(reader.number("SELECT count(*) FROM devices_raw.telemetry")).isNotNegative();
    assertThat(reader.number("SELECT count(*) FROM devices_processed.telemetry")).isNotNegative();
    assertThat(tables(reader))
        .containsExactly("devices_processed.telemetry", "devices_raw.telemetry");
    for (String table :
        List.of(
            "devices_raw.fault",
            "devices_processed.fault",
            "devices_processed.never",
            "devices_raw.quarantine",
            "devices_raw.rejected",
            "devices_raw.ledger")) {
      TestingClient.Answer answer =
          reader.query("SELECT (SELECT count(*) FROM " + table + ") FROM devices_raw.telemetry", 1);
      assertThat(answer.status()).as(answer::toString).isEqualTo(403);
      assertThat(answer.code()).isEqualTo("forbidden");
      assertThat(answer.json().path("detail").asText())
          .startsWith("The client 'q-one' may not read the table '" + table + "': ");
    }

    assertThat(tables(all)).isEqualTo(tables(client)).contains("devices_raw.ledger");
    assertThat(all.number("SELECT count(*) FROM devices_raw.quarantine")).isNotNegative();
    assertThat(all.query("FROM devices_processed.never", 1).status()).isEqualTo(404);
  }

  @Test
  void aClientLooksAtNoOtherStreamsEvents() throws Exception {
    TestingClient reader = client.as(client.newKey("q-look", "\"read\"", "\"devices.telemetry\""));
    send("fault", "look-1", Instant.now(), ",\"code\":\"F1\",\"severity\":\"info\"");

    assertThat(client.get("/v1/trace/look-1").json().path("places").size()).isPositive();
    assertThat(reader.get("/v1/trace/look-1").json().path("places").size()).isZero();
    TestingClient.Answer tail = reader.get("/v1/tail/devices.fault?from=beginning&limit=1");
    assertThat(tail.status()).isEqualTo(403);
    assertThat(tail.json().path("detail").asText())
        .isEqualTo("The client 'q-look' may not read the stream 'devices.fault'");

    JsonNode status = reader.get("/v1/status").json();
    assertThat(status.path("streams").findValuesAsText("stream")).containsExactly("telemetry");
    assertThat(status.path("tables").findValuesAsText("name"))
        .containsExactlyInAnyOrder("devices_processed.telemetry", "devices_raw.telemetry");
    assertThat(status.path("jobs")).isEmpty();
    assertThat(status.path("components").findValuesAsText("address")).containsOnly("");
  }

  private static List<String> tables(TestingClient client) throws Exception {
    List<String> names = new ArrayList<>();
    client.get("/v1/sql/tables").json().forEach(table -> names.add(table.path("table").asText()));
    return names;
  }

  @Test
  void anAnswerHasAtMostTheRowsThatWereAskedFor() throws Exception {
    JsonNode answer = client.query("SELECT * FROM range(100)", 5).json();

    assertThat(answer.path("rows")).hasSize(5);
    assertThat(answer.path("summary").path("rows").asInt()).isEqualTo(5);
    assertThat(answer.path("summary").path("truncated").asBoolean()).isTrue();
  }

  @Test
  void anAnswerMayBeCsvOrNdjson() throws Exception {
    String sql = "SELECT 1 AS a, 'x, \"y\"' AS b, NULL AS c, [1,2] AS d, '' AS e";

    assertThat(
            client
                .post("/v1/sql?format=csv", "application/sql", sql.getBytes(StandardCharsets.UTF_8))
                .toString())
        .isEqualTo("200 a,b,c,d,e\r\n1,\"x, \"\"y\"\"\",,\"[1,2]\",\"\"\r\n");
    assertThat(
            client
                .post("/v1/sql?format=ndjson", "text/plain", sql.getBytes(StandardCharsets.UTF_8))
                .text())
        .isEqualTo("{\"a\":1,\"b\":\"x, \\\"y\\\"\",\"c\":null,\"d\":[1,2],\"e\":\"\"}\n");
  }

  @Test
  void aClientThatHangsUpEndsItsQuery() throws Exception {
    String body =
        "{\"query\":\"SELECT count(*) FROM range(1000000) a, range(1000000) b"
            + " WHERE a.range % 7 = b.range % 11\"}";
    String request =
        "POST /v1/sql HTTP/1.1\r\nHost: leat\r\nAuthorization: Bearer "
            + client.key()
            + "\r\nContent-Type: application/json\r\nContent-Length: "
            + body.length()
            + "\r\n\r\n"
            + body;
    try (Socket socket = new Socket(client.base().getHost(), client.base().getPort())) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      socket.getOutputStream().flush();
      Until.holds(SOON, () -> running() == 1, "the query runs");
    }

    Until.holds(Duration.ofSeconds(20), () -> running() == 0, "the query has ended");
    assertThat(client.number("SELECT 41 + 1")).isEqualTo(42);
  }

  @Test
  void anEventIsTracedWhereverItIs() throws Exception {
    List<String> seen = new ArrayList<>();
    for (int i = 0; i < 20 && !seen.contains("[log]"); i++) {
      send("telemetry", "trace-" + i, Instant.now(), ",\"seq\":1");
      seen.add(places("trace-" + i).toString());
    }
    assertThat(seen).as("traced before its commit").contains("[log]");

    Books.settled(client);
    assertThat(places("trace-0")).containsExactly("log", "raw", "processed");
    assertThat(members("trace-0", "moment")).containsExactly("logged", "committed", "committed");
    String sql = "SELECT received_at FROM devices_raw.telemetry WHERE event_id = 'trace-0'";
    Instant received = Instant.parse(client.query(sql, 1).json().at("/rows/0/0").asText());
    List<Instant> times = members("trace-0", "time").stream().map(Instant::parse).toList();
    assertThat(times.get(0)).isBetween(received.truncatedTo(ChronoUnit.MILLIS), times.get(1));
    assertThat(times.get(1)).isBetween(times.get(0), lastCommit("devices_raw.telemetry"));
    assertThat(times.get(2)).isBetween(times.get(0), lastCommit("devices_processed.telemetry"));
    String position = "";
    for (JsonNode place : client.get("/v1/trace/trace-0").json().path("places")) {
      position = position.isEmpty() ? place.path("position").asText() : position;
      assertThat(place.path("position").asText())
          .matches("devices\\.telemetry/[0-3]@[0-9]+")
          .isEqualTo(position);
      assertThat(place.path("stream").asText()).isEqualTo("devices.telemetry");
    }

    Instant time = Instant.now();
    send("telemetry", "trace-twice", time, "");
    send("telemetry", "trace-twice", time, "");
    send("telemetry", "trace-hot", time, ",\"temperature_c\":900");
    TestingClient.Answer refused =
        client.send("devices.telemetry", event("trace-bad", time, ",\"seq\":-1"));
    assertThat(refused.status()).isEqualTo(422);
    Books.settled(client);
    assertThat(places("trace-twice")).containsExactly("log", "log", "raw", "raw", "processed");
    assertThat(places("trace-hot")).containsExactly("log", "raw", "quarantine");
    assertThat(members("trace-hot", "moment")).containsExactly("logged", "committed", "committed");
    Until.holds(SOON, () -> places("trace-bad").equals(List.of("rejected")), "it is rejected");
    assertThat(members("trace-bad", "moment")).containsExactly("refused");
    assertThat(details("trace-hot"))
        .contains(
            "quality-rule-failed: plausible-temperature: expected temperature_c > -60 &&"
                + " temperature_c < 150");
    assertThat(details("trace-bad").get(0)).startsWith("schema-violation: /seq: ");
    assertThat(places("no-such-event")).isEmpty();
    assertThat(places("it's; DROP TABLE x --")).isEmpty();
  }

  @Test
  void anIdWithATimeIsTracedFromThatTimeOn() throws Exception {
    String buffered = idOfVersion7(Instant.now().minus(Duration.ofDays(10)));
    String ahead = idOfVersion7(Instant.now().plus(Duration.ofDays(3)));
    send("telemetry", buffered, Instant.now(), "");
    send("telemetry", ahead, Instant.now(), "");
    Books.settled(client);

    assertThat(places(buffered)).containsExactly("log", "raw", "processed");
    assertThat(places(ahead)).containsExactly("log", "raw", "processed");
    JsonNode back = client.get("/v1/trace/" + buffered).json().path("looked_back_to");
    assertThat(back.isNull()).as(back.toString()).isTrue();
  }

  private static String idOfVersion7(Instant time) {
    return new UUID(time.toEpochMilli() << 16 | 0x7000, 0x8000_0000_0000_0042L).toString();
  }

  @Test
  void aTailShowsWhatIsAskedForAndEnds() throws Exception {
    String where = "device_id == 'tail' && temperature_c > 50.0";
    String path =
        "/v1/tail/devices.telemetry?limit=2&where="
            + URLEncoder.encode(where, StandardCharsets.UTF_8);
    HttpResponse<InputStream> tail =
        HttpClient.newHttpClient()
            .send(client.request(path).GET().build(), HttpResponse.BodyHandlers.ofInputStream());
    assertThat(tail.statusCode()).isEqualTo(200);
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(tail.body(), StandardCharsets.UTF_8))) {
      for (int i = 0; i < 4; i++) {
        String event =
            "{\"event_id\":\"tail-%d\",\"device_id\":\"tail\",\"ts\":\"%s\",\"temperature_c\":%d}"
                .formatted(i, Instant.now(), 20 * (i + 1));
        assertThat(client.send("devices.telemetry", event).status()).isEqualTo(202);
      }
      List<JsonNode> events = new ArrayList<>();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.isBlank()) {
          events.add(TestingClient.JSON.readTree(line));
        }
      }
      assertThat(events)
          .extracting(e -> e.path("id").asText() + " " + e.path("data").path("temperature_c"))
          .containsExactly("tail-2 60", "tail-3 80");
      assertThat(events).allMatch(e -> e.path("key").asText().equals("tail"));
    }
  }

  @Test
  void aTailThatCannotBeIsRefused() throws Exception {
    assertThat(client.get("/v1/tail/devices.nothing").status()).isEqualTo(404);
    assertThat(client.get("/v1/tail/devices.telemetry?where=temprature_c%3E1").status())
        .isEqualTo(400);
    assertThat(client.get("/v1/tail/devices.telemetry?limit=-1").status()).isEqualTo(400);
    assertThat(client.get("/v1/tail/devices.telemetry?from=never").status()).isEqualTo(400);
  }

  private JsonNode summary(String sql) throws Exception {
    TestingClient.Answer answer = client.query(sql, 10);
    assertThat(answer.status()).as(answer::toString).isEqualTo(200);
    return answer.json().path("summary");
  }

  private List<String> places(String id) throws Exception {
    return members(id, "place");
  }

  private List<String> details(String id) throws Exception {
    return members(id, "detail");
  }

  private List<String> members(String id, String member) throws Exception {
    String encoded = URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20");
    TestingClient.Answer answer = client.get("/v1/trace/" + encoded);
    assertThat(answer.status()).as(answer::toString).isEqualTo(200);
    List<String> members = new ArrayList<>();
    answer.json().path("places").forEach(place -> members.add(place.path(member).asText()));
    return members;
  }

  private Instant lastCommit(String table) throws Exception {
    for (JsonNode one : client.get("/v1/status").json().path("tables")) {
      if (one.path("name").asText().equals(table)) {
        return Instant.parse(one.path("last_commit").asText());
      }
    }
    throw new AssertionError("no table " + table);
  }

  private double running() throws Exception {
    return client
        .get("/metrics")
        .text()
        .lines()
        .filter(line -> line.startsWith("leat_query_running "))
        .mapToDouble(line -> Double.parseDouble(line.split(" ", -1)[1]))
        .findFirst()
        .orElseThrow();
  }

  private void send(String stream, String id, Instant time, String more) throws Exception {
    TestingClient.Answer answer = client.send("devices." + stream, event(id, time, more));
    assertThat(answer.status()).as(answer::toString).isEqualTo(202);
  }

  private static String event(String id, Instant time, String more) {
    return "{\"event_id\":\"%s\",\"device_id\":\"query\",\"ts\":\"%s\"%s}"
        .formatted(id, time, more);
  }
}
