package io.leat.http;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullUnmarked;

/** A running server and ways to talk to it. */
@NullUnmarked
final class TestingServer implements AutoCloseable {
  final Vertx vertx = Vertx.vertx();
  final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  final Health health =
      new Health(InstantSource.system(), Duration.ofMillis(50), Duration.ofMillis(300));
  final Bodies bodies;
  final HttpClient client;
  HttpService service;

  TestingServer() {
    this(HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build(), 64L << 20);
  }

  TestingServer(HttpClient client, long maxBytesHeld) {
    this.client = client;
    this.bodies = new Bodies(vertx, registry, maxBytesHeld);
  }

  static HttpSettings settings() {
    return HttpSettings.defaults().withAddress("127.0.0.1", 0);
  }

  TestingServer start(HttpSettings settings, Authenticator authenticator, List<Routes> routes) {
    service = new HttpService(vertx, settings, authenticator, registry, routes, health);
    await(service.start());
    return this;
  }

  static <T> T await(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    } catch (java.util.concurrent.ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e);
    } catch (InterruptedException | java.util.concurrent.TimeoutException e) {
      throw new IllegalStateException(e);
    }
  }

  HttpRequest.Builder request(String path) {
    String scheme = service.isSecure() ? "https" : "http";
    return HttpRequest.newBuilder(URI.create(scheme + "://localhost:" + service.port() + path))
        .timeout(Duration.ofSeconds(15));
  }

  HttpResponse<String> send(HttpRequest.Builder request) throws IOException {
    try {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  HttpResponse<String> get(String path, String bearer) throws IOException {
    return send(request(path).header("Authorization", "Bearer " + bearer));
  }

  static JsonObject json(HttpResponse<String> response) {
    return new JsonObject(response.body());
  }

  /** Writes the bytes, reads until the server closes or {@code millis} pass without a byte. */
  String raw(String request, int millis) throws IOException {
    try (Socket socket = new Socket(java.net.InetAddress.getLoopbackAddress(), service.port())) {
      socket.setSoTimeout(millis);
      OutputStream out = socket.getOutputStream();
      out.write(request.getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
      return readAll(socket.getInputStream());
    }
  }

  static String readAll(InputStream in) throws IOException {
    StringBuilder text = new StringBuilder();
    byte[] buffer = new byte[8192];
    try {
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        text.append(new String(buffer, 0, count, StandardCharsets.ISO_8859_1));
      }
      text.append("<closed>");
    } catch (java.net.SocketTimeoutException e) {
      text.append("<open>");
    }
    return text.toString();
  }

  double counter(String name, String... tags) {
    var counter = registry.find(name).tags(tags).counter();
    return counter == null ? 0 : counter.count();
  }

  @Override
  public void close() {
    if (service != null) {
      service.close();
    }
    health.close();
    await(vertx.close());
  }
}
