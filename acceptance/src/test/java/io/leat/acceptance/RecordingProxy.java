package io.leat.acceptance;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.GZIPInputStream;

/** Stands between a client and Leat, and remembers each event of NDJSON with its answer. */
final class RecordingProxy implements AutoCloseable {
  private static final Set<String> FORWARDED =
      Set.of("authorization", "content-type", "content-encoding", "accept", "idempotency-key");

  private final URI target;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final ConcurrentLinkedQueue<Sent> sent = new ConcurrentLinkedQueue<>();

  /**
   * An event that was sent.
   *
   * @param stream such as {@code devices.telemetry}
   * @param line its bytes
   * @param result the gateway's answer to it
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Sent(String stream, byte[] line, JsonNode result) {
    boolean isAccepted() {
      return result.path("status").asInt() == 202;
    }

    String id() {
      return result.path("id").asText();
    }

    String position() {
      return result.path("position").asText();
    }
  }

  RecordingProxy(URI target) throws IOException {
    this.target = target;
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::forward);
    server.start();
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  List<Sent> sent() {
    return List.copyOf(sent);
  }

  private void forward(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      HttpRequest.Builder request =
          HttpRequest.newBuilder(target.resolve(exchange.getRequestURI()))
              .method(exchange.getRequestMethod(), HttpRequest.BodyPublishers.ofByteArray(body));
      exchange
          .getRequestHeaders()
          .forEach(
              (name, values) -> {
                if (FORWARDED.contains(name.toLowerCase(java.util.Locale.ROOT))) {
                  values.forEach(value -> request.header(name, value));
                }
              });
      HttpResponse<byte[]> answer =
          http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      String path = exchange.getRequestURI().getPath();
      if (path.startsWith("/v1/events/")) {
        record(path.substring("/v1/events/".length()), body, answer.body());
      }
      answer
          .headers()
          .firstValue("content-type")
          .ifPresent(type -> exchange.getResponseHeaders().set("Content-Type", type));
      int length = answer.body().length;
      exchange.sendResponseHeaders(answer.statusCode(), length == 0 ? -1 : length);
      exchange.getResponseBody().write(answer.body());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void record(String stream, byte[] gzip, byte[] answer) throws IOException {
    List<byte[]> lines = lines(new GZIPInputStream(new ByteArrayInputStream(gzip)).readAllBytes());
    JsonNode results = TestingClient.JSON.readTree(answer).path("results");
    for (JsonNode result : results) {
      sent.add(new Sent(stream, lines.get(result.path("index").asInt()), result));
    }
  }

  private static List<byte[]> lines(byte[] body) {
    List<byte[]> lines = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < body.length; i++) {
      if (body[i] == '\n') {
        lines.add(java.util.Arrays.copyOfRange(body, start, i));
        start = i + 1;
      }
    }
    return lines;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
