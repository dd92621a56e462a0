package io.leat.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Error;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.leat.app.platform.Platform;
import io.leat.http.HttpService;
import io.leat.http.OpenApiRoutes;
import io.vertx.core.json.JsonObject;
import java.lang.reflect.Field;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The OpenAPI document says what the running service does. */
@Order(20)
@ExtendWith(SharedPlatform.class)
class OpenApiStoryTest {
  private final SharedPlatform.Running leat;
  private final TestingClient client;
  private final JsonNode document;

  OpenApiStoryTest(SharedPlatform.Running leat) throws Exception {
    this.leat = leat;
    this.client = leat.admin();
    this.document = client.get("/openapi.json").json();
  }

  @Test
  void everyRouteIsDocumentedAndEveryDocumentedRouteIsThere() throws Exception {
    Field field = Platform.class.getDeclaredField("http");
    field.setAccessible(true);
    HttpService service = (HttpService) field.get(leat.platform());

    assertThat(OpenApiRoutes.check(service.router(), new JsonObject(document.toString())))
        .isEmpty();
  }

  @Test
  void realAnswersAreWhatTheDocumentSays() throws Exception {
    String time = Instant.now().toString();
    String good = "{\"device_id\":\"api\",\"ts\":\"" + time + "\"}";
    String bad = "{\"device_id\":\"api\",\"ts\":\"" + time + "\",\"seq\":-1}";
    String events = "/v1/events/devices.telemetry";
    String route = "/v1/events/{stream}";
    check("POST", route, 202, client.post(events, good));
    check("POST", route, 202, client.post(events, "[" + good + "," + good + "]"));
    check("POST", route, 207, client.post(events, "[" + good + "," + bad + ",7]"));
    check("POST", route, 400, client.post(events, "{"));
    check("POST", route, 422, client.post(events, bad));
    check("POST", route, 404, client.post("/v1/events/devices.nothing", good));
    check(
        "POST",
        route,
        415,
        client.post(events, "text/html", good.getBytes(StandardCharsets.UTF_8)));
    check("POST", route, 401, client.as("nobody").post(events, good));

    check("POST", "/v1/sql", 200, client.query("SELECT 1 AS a, 'x' AS b", 10));
    check("POST", "/v1/sql", 400, client.query("SELEC", 10));
    check("POST", "/v1/sql", 403, client.query("DROP TABLE x", 10));
    check("POST", "/v1/sql", 404, client.query("SELECT * FROM devices_raw.nothing", 10));
    check("GET", "/v1/sql/tables", 200, client.get("/v1/sql/tables"));
    check("GET", "/v1/status", 200, client.get("/v1/status"));
    check("GET", "/v1/trace/{id}", 200, client.get("/v1/trace/nothing"));
    quarantine();
    replays();
    incidents();
    backtests();
    states();
    check("GET", "/v1/tail/{stream}", 404, client.get("/v1/tail/devices.nothing"));
    check("GET", "/v1/tail/{stream}", 400, client.get("/v1/tail/devices.telemetry?limit=x"));
    check("POST", "/v1/blueprints/apply", 200, client.apply());
    String run = Reconciled.of(client, "").json().path("run").asText();
    check("GET", "/v1/reconcile", 200, client.get("/v1/reconcile?run=" + run));
    check("GET", "/v1/backups", 200, client.get("/v1/backups"));
    check("POST", "/v1/backups", 422, client.post("/v1/backups", "{\"target\":\"nowhere\"}"));
    check("POST", "/v1/backups", 400, client.post("/v1/backups", "{}"));
    check("GET", "/v1/reconcile", 404, client.get("/v1/reconcile?run=nothing"));
    check("GET", "/v1/reconcile", 400, client.get("/v1/reconcile?from=nothing"));
    check("POST", "/v1/maintenance", 200, client.post("/v1/maintenance?dry-run=true", "{}"));
    check("POST", "/v1/maintenance", 400, client.post("/v1/maintenance?dry-run=x", "{}"));
    check("POST", "/v1/maintenance", 404, client.post("/v1/maintenance?table=x.y", "{}"));
    check("GET", "/v1/maintenance", 200, client.get("/v1/maintenance"));

    TestingClient.Answer added =
        client.post(
            "/v1/clients",
            "{\"name\":\"api\",\"roles\":[\"send\"],\"streams\":[\"devices.fault\"]}");
    check("POST", "/v1/clients", 201, added);
    check("POST", "/v1/clients", 400, client.post("/v1/clients", "{\"nam\":\"api\"}"));
    check("GET", "/v1/clients", 200, client.get("/v1/clients"));
    check(
        "DELETE",
        "/v1/clients/{id}",
        200,
        client.delete("/v1/clients/" + added.json().path("id").asText()));
    check("DELETE", "/v1/clients/{id}", 404, client.delete("/v1/clients/ffff"));
    TestingClient sender = client.as(client.newKey("api-send", "\"send\"", "\"devices.fault\""));
    check("GET", "/v1/clients", 403, sender.get("/v1/clients"));

    check("GET", "/health/live", 200, client.get("/health/live"));
    check("GET", "/health/ready", 200, client.get("/health/ready"));
    check("GET", "/openapi.json", 200, client.get("/openapi.json"));
    check("GET", "/metrics", 200, client.get("/metrics"));
  }

  private void replays() throws Exception {
    String all = "/v1/replays";
    String one = "/v1/replays/{id}";
    String to = "/v1/replays/{id}/switch";
    String wanted =
        "{\"stream\":\"devices.telemetry\",\"from\":\"2020-01-01T00:00:00Z\",\"to\":\"%s\"}"
            .formatted(Instant.now());
    TestingClient.Answer begun = client.post(all, wanted);
    check("POST", all, 202, begun);
    String id = all + "/" + begun.json().path("id").asText();
    check("POST", all, 400, client.post(all, "{}"));
    check("POST", all, 404, client.post(all, wanted.replace("telemetry", "nothing")));
    Until.holds(
        java.time.Duration.ofSeconds(60),
        () -> client.get(id).json().path("state").asText().equals("built"),
        "it is built");
    check("GET", all, 200, client.get(all));
    check("GET", one, 200, client.get(id));
    check("GET", one, 404, client.get(all + "/999999"));
    check("DELETE", one, 202, client.delete(id));
    check("POST", to, 409, client.post(id + "/switch", "{}"));
    check("POST", to, 404, client.post(all + "/999999/switch", "{}"));
  }

  private void incidents() throws Exception {
    String incidents = "/v1/incidents";
    check("GET", incidents, 200, client.get(incidents));
    check("GET", incidents, 400, client.get(incidents + "?state=lost"));
    check("GET", incidents + "/{id}", 404, client.get(incidents + "/ffff"));
    String act = incidents + "/{id}/{action}";
    check("POST", act, 404, client.post(incidents + "/ffff/ack", "{}"));
    check("POST", act, 400, client.post(incidents + "/ffff/ack", "[]"));
    String quiet = incidents + "/{id}/silence";
    check("POST", quiet, 404, client.post(incidents + "/ffff/silence", "{}"));
    check("POST", quiet, 400, client.post(incidents + "/ffff/silence", "{\"for\":\"2h\"}"));
    String silences = "/v1/silences";
    String silence =
        "{\"blueprint\":\"devices\",\"matchers\":[{\"field\":\"key\",\"equals\":\"api\"}],"
            + "\"reason\":\"a test\",\"ends_at\":\"%s\"}".formatted(Instant.now().plusSeconds(600));
    TestingClient.Answer made = client.post(silences, silence);
    check("POST", silences, 201, made);
    check("POST", silences, 400, client.post(silences, "{}"));
    check("GET", silences, 200, client.get(silences));
    String one = silences + "/" + made.json().path("id").asText();
    check("DELETE", silences + "/{id}", 200, client.delete(one));
    check("DELETE", silences + "/{id}", 404, client.delete(silences + "/999999"));
    check("GET", "/v1/deliveries", 200, client.get("/v1/deliveries"));
    check("GET", "/v1/deliveries/{id}", 404, client.get("/v1/deliveries/999999"));
    String log = "/v1/targets/devices.log";
    String target = "/v1/targets/{name}";
    check("GET", "/v1/targets", 200, client.get("/v1/targets"));
    check("POST", target + "/test", 200, client.post(log + "/test", "{}"));
    check("POST", target + "/test", 404, client.post("/v1/targets/devices.no/test", "{}"));
    check("POST", target + "/pause", 200, client.post(log + "/pause", "{\"reason\":\"x\"}"));
    check("POST", target + "/pause", 400, client.post(log + "/pause", "{}"));
    check("POST", target + "/resume", 200, client.post(log + "/resume", "{}"));
    check("POST", target + "/redrive", 200, client.post(log + "/redrive", "{}"));
    String test = "/v1/routes/{blueprint}/test";
    String alert = "{\"severity\":\"info\"}";
    check("POST", test, 200, client.post("/v1/routes/devices/test", alert));
    check("POST", test, 400, client.post("/v1/routes/devices/test", "{\"detail\":7}"));
    check("POST", test, 404, client.post("/v1/routes/nothing/test", alert));
    TestingClient sender = client.as(client.newKey("api-i", "\"send\"", "\"devices.fault\""));
    check("GET", incidents, 403, sender.get(incidents));
    check("GET", "/v1/alerts/{id}", 404, client.get("/v1/alerts/ffff"));
    check("GET", "/v1/alerts/{id}", 403, sender.get("/v1/alerts/ffff"));
  }

  private void backtests() throws Exception {
    String route = "/v1/detectors/{detector}/backtest";
    String offline = "/v1/detectors/devices.offline/backtest";
    String from = "{\"from\":\"2020-01-01T00:00:00Z\"}";
    check("POST", route, 200, client.post(offline, from));
    check("POST", route, 400, client.post(offline, "{}"));
    check("POST", route, 400, client.post(offline, "{\"form\":7}"));
    check("POST", route, 404, client.post("/v1/detectors/devices.no/backtest", from));
    check(
        "POST",
        route,
        422,
        client.post(offline, from.replace("}", ",\"files\":{\"blueprint.yaml\":\"a: b\"}}")));
    TestingClient reader = client.as(client.newKey("api-b", "\"read\"", "\"devices.fault\""));
    check("POST", route, 403, reader.post(offline, from));
    check("POST", route, 401, client.as("nobody").post(offline, from));
  }

  private void states() throws Exception {
    String list = "/v1/state/{table}";
    String one = "/v1/state/{table}/{key}";
    String table = "/v1/state/devices.device";
    check("GET", list, 200, client.get(table + "?status=online&prefix=no-&firmware=1&limit=5"));
    check("GET", list, 400, client.get(table + "?firmwear=1"));
    check("GET", list, 400, client.get(table + "?limit=1&limit=2"));
    check("GET", list, 404, client.get("/v1/state/devices.nothing"));
    check("GET", one, 404, client.get(table + "/never-seen"));
    TestingClient reader = client.as(client.newKey("api-state", "\"read\"", "\"devices.fault\""));
    check("GET", list, 403, reader.get(table));
    check("GET", one, 403, reader.get(table + "/never-seen"));
    check("GET", one, 401, client.as("nobody").get(table + "/never-seen"));
  }

  private void quarantine() throws Exception {
    String all = "/v1/quarantine";
    String one = "/v1/quarantine/{id}";
    String redrive = "/v1/quarantine/redrive";
    String missing = "q:devices.fault:1/0/999999999";
    String hot =
        "{\"event_id\":\"api-hot\",\"device_id\":\"api\",\"ts\":\"%s\",\"temperature_c\":900}"
            .formatted(Instant.now());
    check("POST", "/v1/events/{stream}", 202, client.send("devices.telemetry", hot));
    String id =
        Until.fits(
            java.time.Duration.ofSeconds(60),
            () -> client.get(all).json().path("records").path(0).path("id").asText(),
            found -> !found.isEmpty(),
            () -> "nothing is quarantined");
    check("GET", all, 200, client.get(all));
    check("GET", all, 200, client.get(all + "?rejected=true"));
    check("GET", all, 200, client.get(all + "?summary=true"));
    check("GET", all, 400, client.get(all + "?from=soon"));
    check("GET", all, 404, client.get(all + "?stream=devices.nothing"));
    String encoded = java.net.URLEncoder.encode(id, StandardCharsets.UTF_8);
    check("GET", one, 200, client.get(all + "/" + encoded));
    check("GET", one, 400, client.get(all + "/nothing"));
    check(
        "GET",
        one,
        404,
        client.get(all + "/" + java.net.URLEncoder.encode(missing, StandardCharsets.UTF_8)));
    check("POST", redrive, 200, client.post(redrive, "{\"ids\":[\"" + missing + "\"]}"));
    check(
        "POST", redrive, 200, client.post(redrive, "{\"ids\":[\"" + id + "\"],\"dry_run\":true}"));
    check("POST", redrive, 400, client.post(redrive, "{}"));
    check("POST", redrive, 404, client.post(redrive, "{\"stream\":\"devices.nothing\"}"));
    check("POST", redrive, 401, client.as("nobody").post(redrive, "{}"));
    TestingClient reader = client.as(client.newKey("api-q", "\"read\"", "\"devices.fault\""));
    check("POST", redrive, 403, reader.post(redrive, "{}"));
    check("GET", all, 403, reader.get(all + "?stream=devices.telemetry"));
    check("GET", all + "/redrives", 200, client.get(all + "/redrives"));
    check("GET", all + "/redrives", 400, client.get(all + "/redrives?limit=x"));
  }

  @Test
  void aMethodThatIsNotThereIsRefusedWithThoseThatAre() throws Exception {
    TestingClient.Answer answer =
        client.exchange(
            client.request("/v1/clients").method("PATCH", HttpRequest.BodyPublishers.noBody()));

    assertThat(answer.status()).isEqualTo(405);
    assertThat(answer.http().headers().firstValue("Allow")).hasValue("GET, POST");
    assertThat(client.get("/v1/nothing").status()).isEqualTo(404);
  }

  private void check(String method, String route, int status, TestingClient.Answer answer) {
    String what = method + " " + route + " " + answer.status();
    assertThat(answer.status()).as(() -> what + " " + answer.text()).isEqualTo(status);
    JsonNode operation =
        document.path("paths").path(path(route)).path(method.toLowerCase(java.util.Locale.ROOT));
    JsonNode response = resolved(operation.path("responses").path(String.valueOf(status)));
    assertThat(response.isObject()).as(what + " is documented").isTrue();
    String type =
        answer.http().headers().firstValue("Content-Type").orElse("").replaceFirst(";.*", "");
    JsonNode content = response.path("content").path(type);
    assertThat(content.isObject()).as(what + " answers " + type).isTrue();
    if (type.endsWith("json") && content.has("schema")) {
      assertThat(errors(content.path("schema"), answer.json())).as(what + answer.text()).isEmpty();
    }
  }

  /** Names of path parameters are the document's own. */
  private String path(String route) {
    if (!document.path("paths").path(route).isMissingNode()) {
      return route;
    }
    String pattern = route.replaceAll("\\{[a-z]+}", "\\\\{[^/]+}");
    List<String> found = new java.util.ArrayList<>();
    document.path("paths").fieldNames().forEachRemaining(found::add);
    return found.stream().filter(p -> p.matches(pattern)).findFirst().orElse(route);
  }

  private JsonNode resolved(JsonNode node) {
    return node.has("$ref") ? document.at(node.path("$ref").asText().substring(1)) : node;
  }

  /** References in the schema are to the document's components. */
  private List<String> errors(JsonNode schema, JsonNode answer) {
    ObjectNode root = TestingClient.JSON.createObjectNode();
    root.set("components", document.path("components"));
    root.putArray("allOf").add(schema);
    return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
        .getSchema(root)
        .validate(answer)
        .stream()
        .map(Error::toString)
        .toList();
  }
}
