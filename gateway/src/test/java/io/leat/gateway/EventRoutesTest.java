package io.leat.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leat.event.LogFacts;
import io.leat.gateway.publishing.TestingBroker;
import io.leat.http.BodyLimits;
import io.leat.http.OpenApiDocument;
import io.leat.http.OpenApiRoutes;
import io.leat.http.Routes;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventRoutesTest {
  private static final String JSON = "application/json";
  private static final String NDJSON = "application/x-ndjson";
  private static final String STRUCTURED = "application/cloudevents+json";
  private static final String BATCH = "application/cloudevents-batch+json; charset=UTF-8";
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private static TestingBroker broker;
  private static TestingGateway gateway;

  @BeforeAll
  static void start(@TempDir Path directory) throws Exception {
    broker = new TestingBroker(directory);
    broker.create("devices.telemetry", 4);
    broker.create("devices.rejected", 2);
    gateway = new TestingGateway(broker.client(), settings());
  }

  private static GatewaySettings settings() {
    GatewaySettings d = GatewaySettings.defaults();
    return new GatewaySettings(
        new BodyLimits(200_000, 400_000, Duration.ofSeconds(5)),
        d.record(),
        1_000,
        100_000,
        3,
        d.answerWithin(),
        2,
        100,
        d.maxWorkingBytes(),
        new GatewaySettings.RejectionSettings(1_000, 20_000, Duration.ofMinutes(5), 10));
  }

  @AfterAll
  static void stop() throws Exception {
    gateway.close();
    broker.close();
  }

  @Test
  void oneObjectIsLoggedWithItsExactBytesAndItsEnvelope() throws Exception {
    String body =
        " {\"device\": \"d1\", \"event\":\"e-1\", \"ts\":\"2026-01-02T03:04:05.60Z\",\"t\":1.50}";

    HttpResponse<String> answer = gateway.post("sender", JSON, body);

    assertThat(answer.statusCode()).isEqualTo(202);
    LoggedEvent event = logged("e-1");
    assertThat(MAPPER.readTree(answer.body()))
        .isEqualTo(
            MAPPER.readTree(
                "{\"id\":\"e-1\",\"position\":\"devices.telemetry/"
                    + event.partition()
                    + "@"
                    + event.offset()
                    + "\"}"));
    assertThat(event.value()).isEqualTo(body.strip());
    assertThat(event.key()).isEqualTo("d1");
    long received = event.facts().receivedMicros();
    assertThat(Math.abs(Instant.now().toEpochMilli() - received / 1_000)).isLessThan(20_000);
    assertThat(event.headers())
        .containsExactlyInAnyOrderEntriesOf(
            Map.ofEntries(
                Map.entry("content-type", "application/json"),
                Map.entry("ce_specversion", "1.0"),
                Map.entry("ce_id", "e-1"),
                Map.entry("ce_source", "urn:leat:client:c-sender"),
                Map.entry("ce_type", "devices.telemetry"),
                Map.entry("ce_time", "2026-01-02T03:04:05.60Z"),
                Map.entry("leat", event.header("leat"))));
    assertThat(event.facts())
        .isEqualTo(
            new LogFacts(
                received,
                0,
                3,
                "",
                "vitcsy",
                answer.headers().firstValue("X-Request-Id").orElseThrow(),
                "c-sender"));
  }

  @Test
  void whatTheServerSuppliedIsMarked() throws Exception {
    JsonNode answer = json(gateway.post("sender", JSON, "{\"device\":\"marks\"}"));
    LoggedEvent both = logged(answer.get("id").asText());
    assertThat(both.facts().supplied()).isEqualTo("it");
    assertThat(UUID.fromString(both.header("ce_id")).version()).isEqualTo(7);
    long micros = both.facts().receivedMicros();
    assertThat(Instant.parse(both.header("ce_time")))
        .isEqualTo(Instant.ofEpochSecond(micros / 1_000_000, micros % 1_000_000 * 1_000));

    gateway.post("sender", JSON, "{\"device\":\"marks\",\"event\":\"marks-1\"}");
    assertThat(logged("marks-1").facts().supplied()).isEqualTo("t");

    answer =
        json(
            gateway.post(
                "sender", JSON, "{\"device\":\"marks\",\"ts\":\"2026-01-02T03:04:05+02:00\"}"));
    LoggedEvent event = logged(answer.get("id").asText());
    assertThat(event.facts().supplied()).isEqualTo("i");
    assertThat(event.header("ce_time")).isEqualTo("2026-01-02T01:04:05Z");
  }

  @Test
  void anIdempotencyKeyGivesARepetitionTheSameIdsAndThoseAreNotMarked() throws Exception {
    String body = "[{\"device\":\"i\"},{\"device\":\"i\",\"event\":\"own\"},{\"device\":\"i\"}]";

    JsonNode first = json(gateway.post("sender", JSON, body, "Idempotency-Key", "k1"));
    JsonNode again = json(gateway.post("sender", JSON, body, "Idempotency-Key", "k1"));
    JsonNode other = json(gateway.post("sender", JSON, body, "Idempotency-Key", "k2"));

    assertThat(ids(again)).isEqualTo(ids(first)).doesNotHaveDuplicates();
    assertThat(ids(first).get(1)).isEqualTo("own");
    assertThat(ids(other)).doesNotContain(ids(first).get(0), ids(first).get(2));
    UUID id = UUID.fromString(ids(first).get(0));
    assertThat(List.of(id.version(), id.variant())).containsExactly(8, 2);
    assertThat(logged(ids(first).get(0)).facts().supplied()).isEqualTo("t");
  }

  @Test
  void aBadIdempotencyKeyIsRefused() throws Exception {
    HttpResponse<String> answer =
        gateway.post("sender", JSON, "{\"device\":\"i\"}", "Idempotency-Key", "k".repeat(300));
    assertProblem(answer, 400, "bad-request", "The Idempotency-Key must have 1 to 256 characters");
  }

  @Test
  void aBatchIsAnsweredRecordByRecord() throws Exception {
    String body =
        """
        [{"device":"b","event":"b-0"},
         {"device":"b","t":"hot","n":1.5,"tags":[1,2,"x"]},
         {"event":"b-2"},
         {"device":"b","event":"b-3","event":"b-3"},
         17,
         {"device":"b","event":"b-5"}]
        """;

    HttpResponse<String> answer = gateway.post("sender", JSON, body);

    assertThat(answer.statusCode()).isEqualTo(207);
    JsonNode results = MAPPER.readTree(answer.body());
    assertThat(results.get("accepted").asInt()).isEqualTo(2);
    assertThat(results.get("rejected").asInt()).isEqualTo(4);
    assertThat(results.get("results").get(0).get("status").asInt()).isEqualTo(202);
    assertThat(results.get("results").get(1))
        .isEqualTo(
            MAPPER.readTree(
                """
                {"index":1,"status":422,"code":"schema-violation",
                 "reason":"/t: must be of type number, not string (and 3 more)",
                 "errors":[{"pointer":"/t","message":"must be of type number, not string"},
                  {"pointer":"/n","message":"must be of type integer, not number"},
                  {"pointer":"/tags/0","message":"must be of type string, not integer"}],
                 "more_errors":1,"kept":true}
                """));
    assertThat(results.get("results").get(2))
        .isEqualTo(
            MAPPER.readTree(
                """
                {"index":2,"status":422,"id":"b-2","code":"missing-key",
                 "reason":"/device: the stream's key is missing",
                 "errors":[{"pointer":"/device","message":"the stream's key is missing"}],
                 "kept":true}
                """));
    assertThat(results.get("results").get(3))
        .isEqualTo(
            MAPPER.readTree(
                """
                {"index":3,"status":422,"code":"duplicate-json-key",
                 "reason":"/event: the property is named twice",
                 "errors":[{"pointer":"/event","message":"the property is named twice"}],
                 "kept":true}
                """));
    assertThat(results.get("results").get(4))
        .isEqualTo(
            MAPPER.readTree(
                """
                {"index":4,"status":422,"code":"schema-violation",
                 "reason":"record: the record must be an object",
                 "errors":[{"pointer":"","message":"the record must be an object"}],
                 "kept":true}
                """));
    assertThat(results.get("results")).hasSize(6);
    assertThat(logged("b-5").facts().index()).isEqualTo(5);
  }

  @Test
  void acceptedRecordsCanBeLeftOutOfTheAnswer() throws Exception {
    HttpResponse<String> answer =
        gateway.post(
            "/v1/events/devices.telemetry?results=rejected",
            "sender",
            NDJSON,
            TestingGateway.bytes("{\"device\":\"l\"}\nnope\n{\"device\":\"l\"}"));
    assertThat(answer.statusCode()).isEqualTo(207);
    assertThat(MAPPER.readTree(answer.body()))
        .isEqualTo(
            MAPPER.readTree(
                """
                {"accepted":2,"rejected":1,"results":[
                  {"index":1,"status":400,"code":"malformed-json",
                   "reason":"a word that is neither null, true nor false at byte 0","kept":true}]}
                """));
  }

  @Test
  void ndjsonIsReadLineByLine() throws Exception {
    String body =
        "{\"device\":\"nd\",\"event\":\"nd-0\"}\r\n\n  {\"device\":\"nd\",\"event\":\"nd-1\"} \n";
    HttpResponse<String> answer = gateway.post("sender", NDJSON, body);
    assertThat(answer.statusCode()).isEqualTo(202);
    assertThat(ids(json(answer))).containsExactly("nd-0", "nd-1");
    assertThat(logged("nd-1").value()).isEqualTo("{\"device\":\"nd\",\"event\":\"nd-1\"}");
  }

  @Test
  void aStructuredCloudEventKeepsTheBytesOfItsDataAndItsAttributes() throws Exception {
    String data = "{ \"device\" : \"ce\", \"t\":1.0e1 }";
    String body =
        "{\"specversion\":\"1.0\",\"id\":\"ce-1\",\"source\":\"/s\",\"type\":\"ty\","
            + "\"time\":\"2026-01-02t03:04:05z\",\"subject\":\"ü s\",\"num\":7,\"flag\":true,"
            + "\"nothing\":null,\"datacontenttype\":\"application/vnd.x+json\",\"data\":"
            + data
            + "}";

    HttpResponse<String> answer = gateway.post("sender", STRUCTURED, body);

    assertThat(answer.statusCode()).isEqualTo(202);
    LoggedEvent event = logged("ce-1");
    assertThat(event.value()).isEqualTo(data);
    assertThat(event.header("content-type")).isEqualTo("application/vnd.x+json");
    assertThat(event.header("ce_source")).isEqualTo("/s");
    assertThat(event.header("ce_type")).isEqualTo("ty");
    assertThat(event.header("ce_time")).isEqualTo("2026-01-02T03:04:05Z");
    assertThat(event.header("ce_subject")).isEqualTo("ü s");
    assertThat(event.header("ce_num")).isEqualTo("7");
    assertThat(event.header("ce_flag")).isEqualTo("true");
    assertThat(event.header("ce_nothing")).isEqualTo("none");
    assertThat(event.facts().supplied()).isEmpty();
  }

  @Test
  void base64DataIsDecoded() throws Exception {
    String data = "{\"device\":\"b64\"}";
    String body =
        "{\"specversion\":\"1.0\",\"id\":\"ce-64\",\"source\":\"/s\",\"type\":\"ty\",\"data_base64\":\""
            + Base64.getEncoder().encodeToString(TestingGateway.bytes(data))
            + "\"}";
    assertThat(gateway.post("sender", STRUCTURED, body).statusCode()).isEqualTo(202);
    assertThat(logged("ce-64").value()).isEqualTo(data);
  }

  @Test
  void aBinaryCloudEventHasItsAttributesInHeadersPercentDecodedOnce() throws Exception {
    HttpResponse<String> answer =
        gateway.post(
            "sender",
            "application/json; charset=utf-8",
            "{\"device\":\"bin\"}",
            "ce-specversion",
            "1.0",
            "ce-id",
            "bin%20%C3%BC%2541",
            "ce-source",
            "/s",
            "ce-type",
            "ty",
            "ce-trace",
            "\"a \\\"b\\\"\"");
    assertThat(answer.statusCode()).isEqualTo(202);
    LoggedEvent event = logged("bin ü%41");
    assertThat(event.header("ce_trace")).isEqualTo("a \"b\"");
    assertThat(event.header("content-type")).isEqualTo("application/json; charset=utf-8");
  }

  @Test
  void aBatchOfCloudEventsMayBeEmptyAndIsAnsweredRecordByRecord() throws Exception {
    HttpResponse<String> empty = gateway.post("sender", BATCH, "[]");
    assertThat(empty.statusCode()).isEqualTo(202);
    assertThat(empty.body()).isEqualTo("{\"accepted\":0,\"rejected\":0,\"results\":[]}");

    String ce = "\"specversion\":\"1.0\",\"source\":\"/s\",\"type\":\"ty\"";
    String body =
        "[{"
            + ce
            + ",\"id\":\"cb-0\",\"data\":{\"device\":\"cb\"}},"
            + "{\"specversion\":\"0.3\",\"id\":\"x\",\"source\":\"/s\",\"type\":\"ty\"},"
            + "{"
            + ce
            + "},{"
            + ce
            + ",\"id\":\"cb-3\"},{"
            + ce
            + ",\"id\":\"cb-4\",\"datacontenttype\":\"text/plain\",\"data\":\"x\"},{"
            + ce
            + ",\"id\":\"cb-5\",\"leatclient\":\"me\",\"data\":{}},{"
            + ce
            + ",\"id\":\"cb-6\",\"data\":{\"device\":\"cb\",\"t\":101}},{"
            + ce
            + ",\"id\":\"cb-7\",\"time\":\"yesterday\",\"data\":{\"device\":\"cb\"}}]";
    HttpResponse<String> answer = gateway.post("sender", BATCH, body);
    assertThat(answer.statusCode()).isEqualTo(207);
    List<String> results = new ArrayList<>();
    MAPPER
        .readTree(answer.body())
        .get("results")
        .forEach(
            r ->
                results.add(
                    r.get("status").asInt()
                        + " "
                        + r.path("code").asText()
                        + " "
                        + r.path("reason").asText()));
    assertThat(results)
        .containsExactly(
            "202  ",
            "400 malformed-cloudevent the attribute 'specversion' must be 1.0",
            "400 malformed-cloudevent the attribute 'id' is missing",
            "422 schema-violation /data: the event has no data",
            "415 unsupported-media-type the attribute 'datacontenttype' must mean JSON",
            "400 malformed-cloudevent the attribute 'leatclient' has a name of Leat's own",
            "422 schema-violation /data/t: must be at most 100",
            "422 invalid-time /time: the time is no RFC 3339 date-time");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "text/plain|{}|The content type is not supported. Supported are application/json, application/x-ndjson, application/cloudevents+json and application/cloudevents-batch+json",
        "''|{}|The request has no Content-Type. Supported are application/json, application/x-ndjson, application/cloudevents+json and application/cloudevents-batch+json",
        "application/cloudevents+xml|{}|CloudEvents are supported in JSON only. Supported are application/json, application/x-ndjson, application/cloudevents+json and application/cloudevents-batch+json",
        "application/json; charset=latin1|{}|The charset is not supported; JSON is UTF-8 (RFC 8259)",
      })
  void otherContentTypesAreRefused(String type, String body, String detail) throws Exception {
    assertProblem(gateway.post("sender", type, body), 415, "unsupported-media-type", detail);
  }

  @Test
  void aSingleRecordIsRefusedWithAProblemDocument() throws Exception {
    HttpResponse<String> answer =
        gateway.post("sender", JSON, "{\"device\":\"x\",\"t\":\"hot\",\"event\":\"bad-1\"}");
    assertProblem(answer, 422, "schema-violation", "/t: must be of type number, not string");
    JsonNode problem = MAPPER.readTree(answer.body());
    assertThat(problem.get("errors"))
        .isEqualTo(
            MAPPER.readTree(
                "[{\"pointer\":\"/t\",\"message\":\"must be of type number, not string\"}]"));
    assertThat(problem.get("kept").asBoolean()).isTrue();
  }

  @Test
  void refusedRecordsAreKeptWithReasonAndOriginalBytesCutAtABound() throws Exception {
    String body = "{\"device\":\"kept\",\"event\":\"kept-1\",\"t\":\"" + "x".repeat(2_000) + "\"}";
    HttpResponse<String> answer = gateway.post("sender", JSON, "[" + body + "]");
    String request = answer.headers().firstValue("X-Request-Id").orElseThrow();

    LoggedEvent kept = rejected(request);

    assertThat(kept.value()).isEqualTo(body.substring(0, 1_000));
    assertThat(kept.key()).isEmpty();
    assertThat(kept.headers())
        .containsExactlyInAnyOrderEntriesOf(
            Map.ofEntries(
                Map.entry("leat_stream", "telemetry"),
                Map.entry("leat_code", "schema-violation"),
                Map.entry("leat_reason", "/t: must be of type number, not string"),
                Map.entry("leat_stage", "gateway"),
                Map.entry("leat_received", kept.header("leat_received")),
                Map.entry("leat_client", "c-sender"),
                Map.entry("leat_request", request),
                Map.entry("leat_index", "0"),
                Map.entry("leat_schema", "3"),
                Map.entry("leat_id", "kept-1"),
                Map.entry("leat_length", Integer.toString(body.length()))));
  }

  @Test
  void anUnreadableBodyIsKeptAsOneAndNothingOfItIsLogged() throws Exception {
    String body = "[{\"device\":\"u\",\"event\":\"unread-0\"},{\"device\"]";
    HttpResponse<String> answer = gateway.post("sender", JSON, body);
    assertProblem(
        answer,
        400,
        "malformed-json",
        "Unexpected character (']' (code 93)): was expecting a colon to separate field name and"
            + " value at byte 44");
    LoggedEvent kept = rejected(answer.headers().firstValue("X-Request-Id").orElseThrow());
    assertThat(kept.value()).isEqualTo(body);
    assertThat(kept.header("leat_index")).isEqualTo("none");
    assertThat(events()).noneMatch(e -> e.header("ce_id").equals("unread-0"));
  }

  @Test
  void beyondItsBudgetAClientsRefusedRecordsAreOnlyCounted() throws Exception {
    String bad = "{\"device\":\"g\",\"t\":\"" + "x".repeat(900) + "\"}";
    JsonNode answer = json(gateway.post("greedy", NDJSON, (bad + "\n").repeat(30)));
    List<Boolean> kept = new ArrayList<>();
    answer.get("results").forEach(r -> kept.add(r.get("kept").asBoolean()));
    long count = kept.stream().filter(k -> k).count();
    assertThat(count).isBetween(10L, 20L);
    assertThat(kept.subList((int) count, 30)).containsOnly(false);
    assertThat(
            gateway
                .registry
                .get("leat.rejections.dropped")
                .tag("reason", "budget")
                .counter()
                .count())
        .isEqualTo((double) (30 - count));
  }

  @Test
  void aBoundCredentialSendsOnlyForItsOwnEntities() throws Exception {
    HttpResponse<String> answer =
        gateway.post(
            "device-7",
            JSON,
            "[{\"device\":\"d7\",\"event\":\"own-7\"},{\"device\":\"d8\",\"event\":\"own-8\"}]");
    assertThat(answer.statusCode()).isEqualTo(207);
    assertThat(MAPPER.readTree(answer.body()).get("results").get(1))
        .isEqualTo(
            MAPPER.readTree(
                """
                {"index":1,"status":403,"id":"own-8","code":"entity-mismatch",
                 "reason":"/device: the credential does not allow to send for this entity",
                 "errors":[{"pointer":"/device",
                   "message":"the credential does not allow to send for this entity"}]}
                """));
    assertThat(logged("own-7").facts().client()).isEqualTo("c-device");
    assertThat(events()).noneMatch(e -> e.header("ce_id").equals("own-8"));
    assertProblem(
        gateway.post("device-7", JSON, "{\"device\":\"d8\"}"),
        403,
        "entity-mismatch",
        "/device: the credential does not allow to send for this entity");
  }

  @Test
  void whoMayNotSendIsRefused() throws Exception {
    assertThat(gateway.post("nobody", JSON, "{}").statusCode()).isEqualTo(401);
    assertThat(gateway.post("reader", JSON, "{}").statusCode()).isEqualTo(403);
    assertProblem(
        post("/v1/events/bss.orders", "{}"),
        403,
        "forbidden",
        "The credential does not allow to send to this stream");
    assertProblem(
        post("/v1/events/devices.nothing", "{}"),
        404,
        "unknown-stream",
        "There is no stream 'devices.nothing'");
  }

  @Test
  void boundsAreKept() throws Exception {
    assertThat(post("/v1/events/devices.telemetry", " ".repeat(200_001)).statusCode())
        .isEqualTo(413);
    assertProblem(
        gateway.post("sender", JSON, "[" + "{},".repeat(1_000) + "{}]"),
        413,
        "batch-too-large",
        "the batch has more than 1000 records; send it in parts");
    assertThat(gateway.post("sender", NDJSON, "{}\n".repeat(1_001)).statusCode()).isEqualTo(413);
    assertProblem(
        gateway.post(
            "sender", JSON, "{\"device\":\"x\",\"t\":" + "[".repeat(40) + "]".repeat(40) + "}"),
        400,
        "too-deep",
        "/t" + "/0".repeat(31) + ": more than 32 levels of nesting");
    assertProblem(
        gateway.post("sender", JSON, "{\"tags\":[" + "\"\",".repeat(2_000) + "\"\"]}"),
        400,
        "too-many-fields",
        "/tags: more than 2000 fields");
    assertProblem(
        gateway.post("sender", JSON, "{\"device\":\"x\",\"big\":\"" + "x".repeat(100_000) + "\"}"),
        422,
        "record-too-large",
        "the record has 100023 bytes, more than the 100000 that are allowed");
  }

  @Test
  void compressedBodiesAreInflated() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(TestingGateway.bytes("{\"device\":\"z\",\"event\":\"zip-1\"}"));
    }
    HttpResponse<String> answer =
        gateway.post(
            "/v1/events/devices.telemetry",
            "sender",
            JSON,
            bytes.toByteArray(),
            "Content-Encoding",
            "gzip");
    assertThat(answer.statusCode()).isEqualTo(202);
    assertThat(logged("zip-1").value()).isEqualTo("{\"device\":\"z\",\"event\":\"zip-1\"}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "zstd"})
  void whatCannotBeInflatedIsKeptAsItCame(String encoding) throws Exception {
    String body = "[not " + encoding + "]";
    HttpResponse<String> answer =
        gateway.post(
            "/v1/events/devices.telemetry",
            "sender",
            JSON,
            TestingGateway.bytes(body),
            "Content-Encoding",
            encoding);
    String reason = "The body is not whole and valid " + encoding;
    assertProblem(answer, 400, "malformed-encoding", reason);
    assertThat(json(answer).get("kept").asBoolean()).isTrue();
    LoggedEvent kept = rejected(answer.headers().firstValue("X-Request-Id").orElseThrow());
    assertThat(kept.header("leat_code")).isEqualTo("malformed-encoding");
    assertThat(kept.header("leat_reason")).isEqualTo(reason);
    assertThat(kept.header("leat_length")).isEqualTo(String.valueOf(body.length()));
    assertThat(kept.value()).isEqualTo(body);
  }

  @Test
  void recordsOfAKeyKeepTheirOrder() throws Exception {
    for (int request = 0; request < 5; request++) {
      StringBuilder body = new StringBuilder();
      for (int i = 0; i < 200; i++) {
        int n = request * 200 + i;
        body.append("{\"device\":\"order-" + n % 3 + "\",\"n\":" + n + "}\n");
      }
      assertThat(gateway.post("sender", NDJSON, body.toString()).statusCode()).isEqualTo(202);
    }
    for (int key = 0; key < 3; key++) {
      String name = "order-" + key;
      List<LoggedEvent> own = events().stream().filter(e -> e.key().equals(name)).toList();
      assertThat(own.stream().map(LoggedEvent::partition).distinct()).hasSize(1);
      List<Integer> numbers = new ArrayList<>();
      for (LoggedEvent event : own) {
        numbers.add(MAPPER.readTree(event.value()).get("n").asInt());
      }
      assertThat(numbers).isSorted().hasSizeBetween(333, 334);
    }
  }

  @Test
  void integersAreKeysToo() throws Exception {
    assertThat(gateway.post("sender", JSON, "{\"device\":42,\"event\":\"int-1\"}").statusCode())
        .isEqualTo(202);
    assertThat(logged("int-1").key()).isEqualTo("42");
    assertProblem(
        gateway.post("sender", JSON, "{\"device\":\"\"}"),
        422,
        "missing-key",
        "/device: the stream's key must be a string or an integer, not empty and at most 1024"
            + " bytes");
  }

  @Test
  void theOpenApiDocumentNamesTheRoutes() {
    Routes own = new DocumentedOnly();
    assertThat(
            OpenApiRoutes.check(gateway.service.router(), OpenApiDocument.of(List.of(own))).stream()
                .filter(difference -> difference.contains("/v1/events")))
        .isEmpty();
  }

  private static final class DocumentedOnly implements Routes {
    @Override
    public void mount(io.vertx.ext.web.Router router, io.leat.http.Guard guard) {}

    @Override
    public java.util.Optional<String> openApi() {
      return java.util.Optional.of("openapi/gateway.json");
    }
  }

  @Test
  void whatWasAcceptedAndRejectedIsCounted() throws Exception {
    double accepted = counter("leat.events.accepted");
    gateway.post("sender", JSON, "[{\"device\":\"c\"},{\"device\":\"c\"}]");
    assertThat(counter("leat.events.accepted") - accepted).isEqualTo(2);
    gateway.post("sender", JSON, "{}");
    assertThat(
            gateway
                .registry
                .get("leat.events.rejected")
                .tag("stream", "devices.telemetry")
                .tag("code", "missing-key")
                .counter()
                .count())
        .isPositive();
  }

  private static double counter(String name) {
    return gateway.registry.find(name).counters().stream().mapToDouble(c -> c.count()).sum();
  }

  private static HttpResponse<String> post(String path, String body) throws Exception {
    return gateway.post(path, "sender", JSON, TestingGateway.bytes(body));
  }

  private static void assertProblem(
      HttpResponse<String> answer, int status, String code, String detail) throws Exception {
    JsonNode problem = MAPPER.readTree(answer.body());
    assertThat(
            List.of(
                answer.statusCode(),
                problem.path("code").asText(),
                problem.path("detail").asText()))
        .containsExactly(status, code, detail);
  }

  private static JsonNode json(HttpResponse<String> answer) throws Exception {
    return MAPPER.readTree(answer.body());
  }

  private static List<String> ids(JsonNode answer) {
    List<String> ids = new ArrayList<>();
    answer.get("results").forEach(r -> ids.add(r.get("id").asText()));
    return ids;
  }

  private static List<LoggedEvent> events() {
    return broker.records("devices.telemetry").stream().map(LoggedEvent::of).toList();
  }

  private static LoggedEvent logged(String id) {
    return events().stream().filter(e -> e.header("ce_id").equals(id)).findFirst().orElseThrow();
  }

  private static LoggedEvent rejected(String request) {
    return broker.records("devices.rejected").stream()
        .map(LoggedEvent::of)
        .filter(e -> e.header("leat_request").equals(request))
        .findFirst()
        .orElseThrow();
  }
}
