package io.leat.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Asks every route of the OpenAPI document, and judges the answers of an outage. */
final class EveryRoute {
  /** What the product promises. */
  private static final Duration PROMISED = Duration.ofSeconds(5);

  /** As the operators of a Leat that does not do what it should would ask. */
  private static final int AT_A_TIME = 4;

  private final TestingClient client;

  /** As the document names them: {@code GET /v1/status}. */
  private final Set<String> operations = new TreeSet<>();

  /**
   * @param client an administrator's, of a Leat that is well: the document is read now
   */
  EveryRoute(TestingClient client) throws IOException, InterruptedException {
    this.client = client;
    JsonNode paths = client.get("/openapi.json").json().path("paths");
    for (Map.Entry<String, JsonNode> path : paths.properties()) {
      for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
        operations.add(method.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey());
      }
    }
    assertThat(operations).hasSizeGreaterThanOrEqualTo(14);
  }

  private HttpRequest.Builder request(String operation) {
    String path = operation.substring(operation.indexOf(' ') + 1);
    return switch (operation) {
      case "POST /v1/events/{stream}", "POST /v1/events/{blueprint}.{stream}" ->
          json(
              "/v1/events/devices.telemetry",
              "{\"device_id\":\"outage\",\"ts\":\"%s\"}".formatted(Instant.now()));
      case "POST /v1/sql" -> json(path, "{\"query\":\"SELECT count(*) FROM devices_raw.fault\"}");
      case "POST /v1/clients" ->
          json(
              path,
              "{\"name\":\"outage-%d\",\"roles\":[\"send\"],\"streams\":[\"devices.fault\"]}"
                  .formatted(System.nanoTime()));
      case "POST /v1/blueprints/apply" -> json(path, "{}");
      case "POST /v1/replays" ->
          json(
              path,
              "{\"stream\":\"devices.fault\",\"from\":\"1970-01-01T00:00:00Z\","
                  + "\"to\":\"1970-01-02T00:00:00Z\"}");
      case "GET /v1/replays/{id}" -> client.request("/v1/replays/999999").GET();
      case "DELETE /v1/replays/{id}" -> client.request("/v1/replays/999999").DELETE();
      case "POST /v1/replays/{id}/switch" -> json("/v1/replays/999999/switch", "{}");
      case "POST /v1/backups" -> json(path, "{\"target\":\"no-absolute-path\"}");
      case "POST /v1/maintenance" -> json(path + "?dry-run=true", "{}");
      case "DELETE /v1/clients/{id}" -> client.request("/v1/clients/ffff").DELETE();
      case "GET /v1/state/{table}" -> client.request("/v1/state/devices.device").GET();
      case "GET /v1/state/{table}/{key}" ->
          client.request("/v1/state/devices.device/never-seen").GET();
      case "GET /v1/trace/{id}" -> client.request("/v1/trace/never-sent").GET();
      case "GET /v1/quarantine/{id}" ->
          client.request("/v1/quarantine/q%3Adevices.fault%3A1%2F0%2F999999999").GET();
      case "POST /v1/quarantine/redrive" ->
          json(path, "{\"ids\":[\"q:devices.fault:1/0/999999999\"]}");
      case "GET /v1/incidents/{id}" -> client.request("/v1/incidents/ffff").GET();
      case "POST /v1/incidents/{id}/{action}" -> json("/v1/incidents/ffff/ack", "{}");
      case "POST /v1/incidents/{id}/silence" ->
          json(
              "/v1/incidents/ffff/silence",
              "{\"reason\":\"an outage\",\"ends_at\":\"%s\"}"
                  .formatted(Instant.now().plusSeconds(60)));
      case "POST /v1/silences" ->
          json(
              path,
              "{\"blueprint\":\"devices\",\"matchers\":[{\"field\":\"key\",\"equals\":\"outage\"}],"
                  + "\"reason\":\"an outage\",\"ends_at\":\"%s\"}"
                      .formatted(Instant.now().plusSeconds(60)));
      case "DELETE /v1/silences/{id}" -> client.request("/v1/silences/999999").DELETE();
      case "GET /v1/deliveries/{id}" -> client.request("/v1/deliveries/999999").GET();
      case "POST /v1/deliveries/{id}/redrive" -> json("/v1/deliveries/999999/redrive", "{}");
      case "POST /v1/targets/{name}/test" -> json("/v1/targets/devices.log/test", "{}");
      case "POST /v1/targets/{name}/pause" -> json("/v1/targets/devices.nothing/pause", "{}");
      case "POST /v1/targets/{name}/resume" -> json("/v1/targets/devices.log/resume", "{}");
      case "POST /v1/targets/{name}/redrive" -> json("/v1/targets/devices.log/redrive", "{}");
      case "POST /v1/routes/{blueprint}/test" ->
          json("/v1/routes/devices/test", "{\"severity\":\"major\"}");
      case "GET /v1/alerts/{id}" -> client.request("/v1/alerts/ffff").GET();
      case "POST /v1/detectors/{detector}/backtest" ->
          json("/v1/detectors/devices.nothing/backtest", "{\"from\":\"2020-01-01T00:00:00Z\"}");
      case "GET /v1/files/{id}" -> client.request("/v1/files/ffff").GET();
      case "GET /v1/files/{id}/manifest" -> client.request("/v1/files/ffff/manifest").GET();
      case "POST /v1/files/{id}/{action}" -> json("/v1/files/ffff/retry", "{}");
      case "POST /v1/file-sources/{source}/notifications" ->
          json("/v1/file-sources/devices.nothing/notifications", "{\"Records\":[]}");
      case "POST /v1/file-sources/{source}/uploads" ->
          upload("").header("Upload-Length", "1").POST(HttpRequest.BodyPublishers.noBody());
      case "HEAD /v1/file-sources/{source}/uploads/{upload}",
          "DELETE /v1/file-sources/{source}/uploads/{upload}" ->
          upload("/ffff")
              .method(
                  operation.substring(0, operation.indexOf(' ')),
                  HttpRequest.BodyPublishers.noBody());
      case "PATCH /v1/file-sources/{source}/uploads/{upload}" ->
          upload("/ffff")
              .header("Content-Type", "application/offset+octet-stream")
              .header("Upload-Offset", "0")
              .method("PATCH", HttpRequest.BodyPublishers.ofString("x"));
      case "GET /v1/tail/{stream}" ->
          client.request("/v1/tail/devices.telemetry?from=beginning&limit=1").GET();
      default -> {
        assertThat(path).as("this test has a request for " + operation).doesNotContain("{");
        assertThat(operation).as("this test has a request for it").startsWith("GET ");
        yield client.request(path).GET();
      }
    };
  }

  private HttpRequest.Builder upload(String one) {
    return client
        .request("/v1/file-sources/devices.nothing/uploads" + one)
        .header("Tus-Resumable", "1.0.0");
  }

  private HttpRequest.Builder json(String path, String body) {
    return client
        .request(path)
        .header("Content-Type", "application/json")
        .POST(HttpRequest.BodyPublishers.ofString(body));
  }

  /** Each is answered within the promised time: with success, a refusal, or a 503. */
  void areAnsweredInAnOutage(String outage) throws InterruptedException, ExecutionException {
    List<String> wrong = new ArrayList<>();
    ExecutorService threads = Executors.newFixedThreadPool(AT_A_TIME);
    try {
      List<Callable<Optional<String>>> asked = new ArrayList<>();
      operations.forEach(operation -> asked.add(() -> wrongAnswer(operation)));
      for (Future<Optional<String>> answer : threads.invokeAll(asked)) {
        answer.get().ifPresent(wrong::add);
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(wrong).as(outage).isEmpty();
  }

  private Optional<String> wrongAnswer(String operation) throws IOException, InterruptedException {
    HttpRequest.Builder request = request(operation).timeout(PROMISED);
    try {
      TestingClient.Answer answer = client.exchange(request);
      return answer.status() >= 500 && answer.status() != 503
          ? Optional.of(operation + ": " + answer)
          : Optional.empty();
    } catch (HttpTimeoutException e) {
      return Optional.of(operation + ": no answer within " + PROMISED.toSeconds() + " s");
    }
  }

  /** The code of a 503, or the status. */
  String outcome(String operation) throws IOException, InterruptedException {
    TestingClient.Answer answer = client.exchange(request(operation));
    HttpResponse<byte[]> http = answer.http();
    return http.statusCode() == 503 ? answer.code() : String.valueOf(http.statusCode());
  }
}
