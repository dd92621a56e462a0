package io.leat.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A client of Leat's HTTP interface that takes every answer as it is. */
final class TestingClient {
  static final JsonMapper JSON = new JsonMapper();
  private static final Duration ANSWER = Duration.ofSeconds(30);

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();
  private final URI base;
  private final String key;

  TestingClient(URI base, String key) {
    this.base = base;
    this.key = key;
  }

  /** Any answer. */
  record Answer(int status, byte[] body, HttpResponse<byte[]> http, long millis) {
    String text() {
      return new String(body, StandardCharsets.UTF_8);
    }

    JsonNode json() {
      try {
        return JSON.readTree(body);
      } catch (IOException e) {
        throw new UncheckedIOException("not JSON: " + text(), e);
      }
    }

    String code() {
      return json().path("code").asText();
    }

    @Override
    public String toString() {
      return status + " " + text();
    }
  }

  URI base() {
    return base;
  }

  String key() {
    return key;
  }

  TestingClient as(String otherKey) {
    return new TestingClient(base, otherKey);
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(base.resolve(path))
        .timeout(ANSWER)
        .header("Authorization", "Bearer " + key);
  }

  Answer exchange(HttpRequest.Builder request) throws IOException, InterruptedException {
    long start = System.nanoTime();
    HttpResponse<byte[]> answer =
        http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    long millis = (System.nanoTime() - start) / 1_000_000;
    return new Answer(answer.statusCode(), answer.body(), answer, millis);
  }

  Answer get(String path) throws IOException, InterruptedException {
    return exchange(request(path).GET());
  }

  Answer delete(String path) throws IOException, InterruptedException {
    return exchange(request(path).DELETE());
  }

  Answer post(String path, String type, byte[] body) throws IOException, InterruptedException {
    return exchange(
        request(path)
            .header("Content-Type", type)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body)));
  }

  Answer post(String path, String json) throws IOException, InterruptedException {
    return post(path, "application/json", json.getBytes(StandardCharsets.UTF_8));
  }

  /** One event, as JSON. */
  Answer send(String stream, String event) throws IOException, InterruptedException {
    return post("/v1/events/" + stream, event);
  }

  /** Applies the blueprints as they now are in their folders. */
  Answer apply() throws IOException, InterruptedException {
    return post("/v1/blueprints/apply", "{}");
  }

  JsonNode status() throws IOException, InterruptedException {
    Answer answer = get("/v1/status");
    assertThat(answer.status()).as(answer::toString).isEqualTo(200);
    return answer.json();
  }

  Answer query(String sql, int limit) throws IOException, InterruptedException {
    ObjectNode body = JSON.createObjectNode().put("query", sql).put("limit", limit);
    return post("/v1/sql", body.toString());
  }

  /** All rows, each an array; fails when there are more than an answer may have. */
  List<JsonNode> rows(String sql) throws IOException, InterruptedException {
    Answer answer = query(sql, 100_000);
    assertThat(answer.status()).as(answer::toString).isEqualTo(200);
    JsonNode json = answer.json();
    assertThat(json.has("error")).as(() -> "error of " + sql + ": " + json.path("error")).isFalse();
    assertThat(json.path("summary").path("truncated").asBoolean()).isFalse();
    List<JsonNode> rows = new ArrayList<>();
    json.path("rows").forEach(rows::add);
    return rows;
  }

  /** The one number that a query answers. */
  long number(String sql) throws IOException, InterruptedException {
    List<JsonNode> rows = rows(sql);
    assertThat(rows).hasSize(1);
    return rows.get(0).path(0).asLong();
  }

  /** A new client's key. */
  String newKey(String name, String roles, String streams)
      throws IOException, InterruptedException {
    Answer answer =
        post(
            "/v1/clients",
            "{\"name\":\"%s\",\"roles\":[%s],\"streams\":[%s],\"rate\":{\"per_second\":100000,\"burst\":100000}}"
                .formatted(name, roles, streams));
    assertThat(answer.status()).as(answer::toString).isEqualTo(201);
    return answer.json().path("key").asText();
  }
}
