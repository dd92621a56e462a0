package io.leat.action.twin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.Vertx;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ServiceNowTwinTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TwinSettings SETTINGS = TwinSettings.of(0, Map.of("leat", "pw"));

  private final Vertx vertx = Vertx.vertx();
  private final HttpClient client = HttpClient.newHttpClient();
  private ServiceNowTwin twin;

  @BeforeEach
  void start() throws Exception {
    twin = twin(SETTINGS);
  }

  @AfterEach
  void close() throws Exception {
    twin.close();
    vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  private ServiceNowTwin twin(TwinSettings settings) throws Exception {
    return new ServiceNowTwin(
        vertx, settings, InstantSource.fixed(Instant.parse("2026-03-01T10:00:00Z")));
  }

  private HttpResponse<String> send(String method, String path, String body, String password)
      throws Exception {
    String basic =
        Base64.getEncoder().encodeToString(("leat:" + password).getBytes(StandardCharsets.UTF_8));
    return client.send(
        HttpRequest.newBuilder(twin.uri().resolve(path))
            .timeout(Duration.ofSeconds(20))
            .header("Authorization", "Basic " + basic)
            .method(method, BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }

  private HttpResponse<String> send(String method, String path, String body) throws Exception {
    return send(method, path, body, "pw");
  }

  private JsonNode result(HttpResponse<String> response) throws Exception {
    return JSON.readTree(response.body()).path("result");
  }

  private List<String> numbers(String query) throws Exception {
    List<String> numbers = new ArrayList<>();
    result(
            send(
                "GET",
                "/api/now/table/incident?sysparm_fields=number&sysparm_query="
                    + URLEncoder.encode(query, StandardCharsets.UTF_8),
                ""))
        .forEach(row -> numbers.add(row.path("number").asText()));
    return numbers;
  }

  @Test
  void aTicketIsMadeChangedFoundAndDeleted() throws Exception {
    HttpResponse<String> made =
        send(
            "POST", "/api/now/table/incident", "{\"short_description\": \"a\", \"impact\": \"1\"}");
    String path = "/api/now/table/incident/" + result(made).path("sys_id").asText();
    HttpResponse<String> changed = send("PATCH", path, "{\"state\": \"2\"}");

    assertThat(made.statusCode()).isEqualTo(201);
    assertThat(result(made).path("number").asText()).isEqualTo("INC0010001");
    assertThat(result(made).path("priority").asText()).isEqualTo("3");
    assertThat(result(made).path("sys_created_on").asText()).isEqualTo("2026-03-01 10:00:00");
    assertThat(changed.statusCode()).isEqualTo(200);
    assertThat(result(send("GET", path, "")).path("state").asText()).isEqualTo("2");
    assertThat(send("DELETE", path, "").statusCode()).isEqualTo(204);
    assertThat(send("GET", path, "").statusCode()).isEqualTo(404);
    assertThat(send("PATCH", path, "{}").statusCode()).isEqualTo(404);
  }

  @Test
  void twoCreationsAreTwoTicketsWhateverTheirCorrelation() throws Exception {
    send("POST", "/api/now/table/incident", "{\"correlation_id\": \"x\"}");
    send("POST", "/api/now/table/incident", "{\"correlation_id\": \"x\"}");
    send("POST", "/api/now/table/incident", "{}");

    assertThat(numbers("correlation_id=x")).containsExactly("INC0010001", "INC0010002");
    assertThat(numbers("correlation_id=")).containsExactly("INC0010003");
    assertThat(numbers("correlation_id=x^ORDERBYDESCnumber"))
        .containsExactly("INC0010002", "INC0010001");
    assertThat(numbers("correlation_idSTARTSWITHx^number>INC0010001"))
        .containsExactly("INC0010002");
  }

  @Test
  void anAlternativeBelongsToTheConditionBeforeIt() throws Exception {
    send("POST", "/api/now/table/incident", "{\"correlation_id\": \"x\"}");
    send("POST", "/api/now/table/incident", "{\"correlation_id\": \"y\"}");
    send("POST", "/api/now/table/incident", "{\"correlation_id\": \"y\", \"state\": \"2\"}");

    assertThat(numbers("correlation_id=y^state=3^ORnumber>INC0010002"))
        .containsExactly("INC0010003");
    assertThat(numbers("state=2^ORcorrelation_id=x^number<INC0010003"))
        .containsExactly("INC0010001");
  }

  @Test
  void aConditionOnAFieldThatIsNotThereMatchesAll() throws Exception {
    send("POST", "/api/now/table/incident", "{}");
    send("POST", "/api/now/table/incident", "{}");

    assertThat(numbers("correlation_no=x")).hasSize(2);
    assertThat(numbers("state=7^ORcorrelation_no=x")).hasSize(2);
  }

  @Test
  void whoIsNotKnownIsNotLetIn() throws Exception {
    HttpResponse<String> answer = send("POST", "/api/now/table/incident", "{}", "other");

    assertThat(answer.statusCode()).isEqualTo(401);
    assertThat(JSON.readTree(answer.body()).at("/error/message").asText())
        .isEqualTo("User Not Authenticated");
    assertThat(twin.incidents()).isEmpty();
  }

  @Test
  void aTicketIsNotResolvedWithoutSayingHow() throws Exception {
    HttpResponse<String> answer = send("POST", "/api/now/table/incident", "{\"state\": \"6\"}");

    assertThat(answer.statusCode()).isEqualTo(403);
    assertThat(answer.body()).contains("Close code, Close notes");
  }

  @Test
  void eventsOfOneKeyAreOneAlert() throws Exception {
    String event = "{\"records\": [{\"message_key\": \"k\", \"severity\": \"%s\"}]}";
    send("POST", "/api/global/em/jsonv2", event.formatted("0"));
    assertThat(twin.alerts()).isEmpty();
    send("POST", "/api/global/em/jsonv2", event.formatted("1"));
    send("POST", "/api/global/em/jsonv2", event.formatted("2"));
    assertThat(twin.alerts())
        .singleElement()
        .satisfies(alert -> assertThat(alert).containsEntry("state", "Open"));
    send("POST", "/api/global/em/jsonv2", event.formatted("0"));

    assertThat(twin.alerts())
        .singleElement()
        .satisfies(
            alert ->
                assertThat(alert)
                    .containsEntry("state", "Closed")
                    .containsEntry("event_count", "3"));
  }

  @Test
  void whatIsTooMuchIsRefusedAndCounted() throws Exception {
    twin.close();
    twin = twin(SETTINGS.withLimit(2));
    List<Integer> statuses = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      statuses.add(send("POST", "/api/now/table/incident", "{}").statusCode());
    }

    assertThat(statuses).contains(201, 429);
    TwinStatistics statistics = twin.statistics();
    assertThat(statistics.requests()).isEqualTo(20);
    assertThat(statistics.byStatus().get(201)).isEqualTo(twin.incidents().size());
    assertThat(statistics.byStatus().get(429)).isEqualTo(20 - twin.incidents().size());
    assertThat(statistics.excess()).isPositive();
    assertThat(statistics.mostInASecond()).isGreaterThan(2);
  }

  @Test
  void whatGoesWrongByChanceIsTheSameForASeed() throws Exception {
    List<List<Integer>> runs = new ArrayList<>();
    for (long seed : List.of(1L, 1L, 2L)) {
      twin.close();
      twin = twin(SETTINGS.withFaults(TwinFaults.byChance(5, 0), seed));
      List<Integer> statuses = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        statuses.add(send("POST", "/api/now/table/incident", "{}").statusCode());
      }
      runs.add(statuses);
    }

    assertThat(runs.get(0)).contains(201, 500).isEqualTo(runs.get(1)).isNotEqualTo(runs.get(2));
  }

  @Test
  void aPersonSeesTheTicketsAndNoScriptOfThem() throws Exception {
    send(
        "POST",
        "/api/now/table/incident",
        "{\"short_description\": \"<script>alert(1)</script>\", \"state\": \"2\"}");

    String page = send("GET", "/", "").body();
    JsonNode tickets = JSON.readTree(send("GET", "/twin/tickets", "").body());
    JsonNode statistics = JSON.readTree(send("GET", "/twin/statistics", "").body());

    assertThat(page)
        .contains("<td>&lt;script&gt;alert(1)&lt;/script&gt;</td>")
        .contains("<td>In Progress</td>")
        .doesNotContain("<script>");
    assertThat(tickets.at("/incidents/0/number").asText()).isEqualTo("INC0010001");
    assertThat(statistics.path("requests").asInt()).isEqualTo(1);
    assertThat(statistics.at("/answers/201").asInt()).isEqualTo(1);
  }

  @Test
  void whatIsDoneInSilenceMayBeDoneLate() throws Exception {
    twin.close();
    twin =
        twin(
            SETTINGS.withFaults(
                new TwinFaults(
                    0,
                    0,
                    0,
                    0,
                    Duration.ofSeconds(1),
                    Duration.ofMillis(100),
                    Duration.ofMillis(400)),
                1));
    twin.next(TwinFault.TIME_OUT);
    try {
      send("POST", "/api/now/table/incident", "{}");
    } catch (java.io.IOException e) {
      assertThat(twin.incidents()).isEmpty();
    }
    while (twin.incidents().isEmpty()) {
      Thread.sleep(10);
    }
    assertThat(twin.incidents()).hasSize(1);
  }

  @Test
  void aTwinThatIsFullSaysSo() throws Exception {
    twin.close();
    twin = twin(new TwinSettings("127.0.0.1", 0, Map.of("leat", "pw"), 0, TwinFaults.NONE, 1, 1));
    assertThat(send("POST", "/api/now/table/incident", "{}").statusCode()).isEqualTo(201);
    assertThat(send("POST", "/api/now/table/incident", "{}").body()).contains("the twin is full");
  }
}
