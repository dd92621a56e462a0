package io.leat.http;

import static io.leat.http.TestingServer.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import io.leat.event.LeatException;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@NullUnmarked
class HttpServiceTest {
  private final TestingServer server = new TestingServer();

  @AfterEach
  void stop() {
    server.close();
  }

  private TestingServer start(HttpSettings settings) {
    return server.start(
        settings,
        new TestingAuthenticator(server.vertx),
        List.of(new EchoRoutes(server.bodies, Duration.ofMillis(800))));
  }

  private HttpResponse<String> post(byte[] body, String... headers) throws IOException {
    var request =
        server
            .request("/v1/echo/a")
            .header("Authorization", "Bearer send")
            .POST(BodyPublishers.ofByteArray(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return server.send(request);
  }

  private static void assertProblem(HttpResponse<String> response, int status, String detail) {
    JsonObject problem = json(response);
    assertThat(problem.getString("detail")).isEqualTo(detail);
    assertThat(response.statusCode()).isEqualTo(status);
    assertThat(problem.getInteger("status")).isEqualTo(status);
    assertThat(problem.getString("type")).isEqualTo("urn:leat:error:" + problem.getString("code"));
    assertThat(response.headers().firstValue("content-type")).contains("application/problem+json");
    assertThat(response.headers().firstValue("x-request-id"))
        .contains(problem.getString("request_id"));
  }

  @Test
  void aRequestGetsAnIdOfVersion7() throws IOException {
    start(TestingServer.settings());

    HttpResponse<String> response = post("abc".getBytes(StandardCharsets.UTF_8));

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(json(response).getInteger("bytes")).isEqualTo(3);
    String id = response.headers().firstValue("x-request-id").orElseThrow();
    assertThat(json(response).getString("request_id")).isEqualTo(id);
    assertThat(id.charAt(14)).isEqualTo('7');
  }

  @Test
  void anUnknownPathIsNotFound() throws IOException {
    start(TestingServer.settings());

    assertProblem(server.send(server.request("/v2/x")), 404, "There is nothing at this path");
  }

  @Test
  void anotherMethodNamesTheAllowed() throws IOException {
    start(TestingServer.settings());

    HttpResponse<String> response = server.send(server.request("/v1/echo/a").DELETE());

    assertProblem(response, 405, "DELETE is not allowed here; allowed: GET, POST");
    assertThat(response.headers().firstValue("allow")).contains("GET, POST");
  }

  @Test
  void aDefectIsNotShown() throws IOException {
    start(TestingServer.settings());

    HttpResponse<String> response = server.send(server.request("/v1/defect"));

    String id = response.headers().firstValue("x-request-id").orElseThrow();
    assertProblem(response, 500, "The request failed. The server's log has it under " + id);
    assertThat(response.body()).doesNotContain("hunter2");
  }

  @Test
  void anAbsentEngineIsA503WithoutItsAddress() throws IOException {
    start(TestingServer.settings());

    HttpResponse<String> response = server.send(server.request("/v1/down"));

    String id = response.headers().firstValue("x-request-id").orElseThrow();
    assertProblem(response, 503, "The server's log has more under " + id);
    assertThat(response.headers().firstValue("retry-after")).contains("1");
  }

  @Test
  void withoutACredentialOrTheRoleNothingGoes() throws IOException {
    start(TestingServer.settings());

    HttpResponse<String> missing = server.send(server.request("/v1/echo/a"));
    assertProblem(missing, 401, "Send a credential");
    assertThat(missing.headers().firstValue("www-authenticate")).contains("Bearer realm=\"leat\"");

    assertProblem(
        server.get("/v1/echo/a", "send"),
        403,
        "This needs the role 'read', which the client 'send' has not");
    assertThat(server.get("/v1/echo/a", "admin").statusCode()).isEqualTo(200);
    assertThat(server.counter("leat_auth_rejected", "reason", "missing")).isEqualTo(1);
    assertThat(server.counter("leat_auth_rejected", "reason", "forbidden")).isEqualTo(1);
  }

  @Test
  void slowAuthenticationKeepsTheBodyAndTheConnection() throws IOException {
    start(TestingServer.settings());
    String body = "x".repeat(500_000);
    String post =
        "POST /v1/echo/a HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer slow-send\r\n"
            + "Content-Length: 500000\r\n\r\n"
            + body;
    String get = "GET /v1/echo/a HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer slow-read\r\n\r\n";

    String answers = server.raw(post + get + get + post, 1_000);

    assertThat(answers.split("HTTP/1.1 200 OK", -1)).hasSize(5);
    assertThat(answers.split("\"bytes\":500000", -1)).hasSize(3);
    assertThat(answers).endsWith("<open>");
  }

  @Test
  void overTheRateIsA429WithTheTimeToWait() throws IOException {
    start(TestingServer.settings().withRateLimit(new RateLimit(0.25, 2)));

    assertThat(server.get("/v1/echo/a", "read").statusCode()).isEqualTo(200);
    assertThat(server.get("/v1/echo/a", "read").statusCode()).isEqualTo(200);
    HttpResponse<String> third = server.get("/v1/echo/a", "read");
    assertProblem(third, 429, "The client 'read' may go on in 4 s");
    assertThat(third.headers().firstValue("retry-after")).contains("4");
    assertThat(server.get("/v1/echo/a", "admin").statusCode()).isEqualTo(200);
    assertThat(server.counter("leat_rate_limited")).isEqualTo(1);
  }

  @Test
  void tooManyRequestsAtOnceAre503() throws IOException {
    HttpBounds b = HttpBounds.defaults();
    start(
        TestingServer.settings()
            .withBounds(
                new HttpBounds(b.idleTimeout(), b.requestTimeout(), 16_384, 1, 100, 10, 2)));
    int before = EchoRoutes.HUNG.get();
    CompletableFuture<HttpResponse<String>> hanging =
        server.client.sendAsync(
            server.request("/v1/hang").build(), HttpResponse.BodyHandlers.ofString());
    waitUntil(() -> EchoRoutes.HUNG.get() > before);

    HttpResponse<String> response = server.send(server.request("/health/live"));

    assertProblem(response, 503, "More than 1 requests are in work. Try again in a second");
    assertThat(hanging.join().body()).isEqualTo("late");
    assertThat(server.send(server.request("/health/live")).statusCode()).isEqualTo(200);
  }

  @Test
  void onlyConfiguredOriginsMayCall() throws IOException {
    start(TestingServer.settings().withCorsOrigins(List.of("https://a.example")));

    String preflight =
        head(
            "OPTIONS /v1/echo/a HTTP/1.1",
            "Host: a",
            "Origin: https://%s.example",
            "Access-Control-Request-Method: POST",
            "Access-Control-Request-Headers: authorization");
    String good = server.raw(preflight.formatted("a"), 300);
    assertThat(good)
        .startsWith("HTTP/1.1 204")
        .containsIgnoringCase("access-control-allow-origin: https://a.example")
        .containsIgnoringCase("access-control-allow-headers: authorization")
        .containsIgnoringCase("vary: Origin");
    assertThat(server.raw(preflight.formatted("b"), 300))
        .startsWith("HTTP/1.1 405")
        .doesNotContainIgnoringCase("access-control-allow-origin");
  }

  @Test
  void aBodyOverTheLimitIsRefusedBeforeItIsRead() throws IOException {
    start(TestingServer.settings());

    HttpResponse<String> declared = post(new byte[EchoRoutes.MAX_BYTES + 1]);
    assertProblem(declared, 413, "The body has more than the 1000000 bytes that are taken here");

    String promised =
        server.raw(
            head(
                "POST /v1/echo/a HTTP/1.1",
                "Host: a",
                "Authorization: Bearer send",
                "Content-Length: 9000000000",
                "Expect: 100-continue"),
            3_000);
    assertThat(promised).startsWith("HTTP/1.1 413").contains("close").endsWith("<closed>");

    HttpResponse<String> chunked =
        server.send(
            server
                .request("/v1/echo/a")
                .header("Authorization", "Bearer send")
                .POST(
                    BodyPublishers.ofInputStream(
                        () -> new java.io.ByteArrayInputStream(new byte[1_200_000]))));
    assertProblem(chunked, 413, "The body has more than the 1000000 bytes that are taken here");
    assertThat(post(new byte[EchoRoutes.MAX_BYTES]).statusCode()).isEqualTo(200);
  }

  @Test
  void aClientThatAsksIsToldToGoOn() throws IOException {
    start(TestingServer.settings());

    String answer =
        server.raw(
            "POST /v1/echo/a HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer slow-send\r\n"
                + "Content-Length: 3\r\nExpect: 100-continue\r\n\r\nabc",
            500);

    assertThat(answer).startsWith("HTTP/1.1 100 Continue").contains("\"bytes\":3");
  }

  @Test
  void compressedBodiesAreInflated() throws IOException {
    start(TestingServer.settings());
    byte[] text = "{\"a\":1}\n".repeat(10_000).getBytes(StandardCharsets.UTF_8);

    HttpResponse<String> gzip = post(gzip(text), "Content-Encoding", "gzip");
    HttpResponse<String> zstd = post(Zstd.compress(text), "Content-Encoding", "zstd");

    assertThat(json(gzip).getInteger("bytes")).isEqualTo(80_000);
    assertThat(json(zstd).getInteger("bytes")).isEqualTo(80_000);
    waitUntil(() -> server.registry.get("leat_http_bodies_held").gauge().value() == 0);
  }

  @Test
  void bombsAreRefused() throws IOException {
    start(TestingServer.settings());
    byte[] zeros = new byte[100_000_000];

    HttpResponse<String> gzip = post(gzip(zeros), "Content-Encoding", "gzip");
    HttpResponse<String> zstd = post(Zstd.compress(zeros), "Content-Encoding", "zstd");

    String detail = "The decoded body has more than the 2000000 bytes that are taken here";
    assertProblem(gzip, 413, detail);
    assertProblem(zstd, 413, detail);
    byte[] exact = new byte[EchoRoutes.MAX_INFLATED];
    assertThat(post(gzip(exact), "Content-Encoding", "gzip").statusCode()).isEqualTo(200);
  }

  @Test
  void brokenEncodingsAreMalformed() throws IOException {
    start(TestingServer.settings());
    byte[] noise = new byte[50_000];
    new java.util.Random(7).nextBytes(noise);
    byte[] gzip = gzip(noise);
    byte[] zstd = Zstd.compress(noise);
    byte[] flipped = gzip.clone();
    flipped[flipped.length - 6] ^= 1;
    String badGzip = "The body is not whole and valid gzip";
    String badZstd = "The body is not whole and valid zstd";

    assertProblem(post(half(gzip), "Content-Encoding", "gzip"), 400, badGzip);
    assertProblem(post(noise, "Content-Encoding", "gzip"), 400, badGzip);
    assertProblem(post(flipped, "Content-Encoding", "gzip"), 400, badGzip);
    assertProblem(post(new byte[0], "Content-Encoding", "gzip"), 400, badGzip);
    assertProblem(post(half(zstd), "Content-Encoding", "zstd"), 400, badZstd);
    assertProblem(post(noise, "Content-Encoding", "zstd"), 400, badZstd);
    assertProblem(post(new byte[0], "Content-Encoding", "zstd"), 400, badZstd);
    assertProblem(
        post(noise, "Content-Encoding", "br"),
        415,
        "The content encoding is not supported. Send gzip, zstd or none");
  }

  @Test
  void aSlowBodyIsA408() throws IOException {
    start(TestingServer.settings());

    String answer =
        server.raw(
            "POST /v1/echo/a HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer send\r\n"
                + "Content-Length: 10\r\n\r\nabc",
            4_000);

    assertThat(answer)
        .startsWith("HTTP/1.1 408")
        .contains("The body did not arrive within 800 ms")
        .endsWith("<closed>");
  }

  @Test
  void aSlowHeadIsHungUpOn() throws Exception {
    HttpBounds b = HttpBounds.defaults();
    start(
        TestingServer.settings()
            .withBounds(
                new HttpBounds(
                    Duration.ofMillis(900), Duration.ofMillis(600), 16_384, 10, 1, 10, 2)));
    assertThat(b.maxConnections()).isEqualTo(10_000);

    try (Socket socket =
        new Socket(java.net.InetAddress.getLoopbackAddress(), server.service.port())) {
      waitUntil(() -> server.registry.get("leat_http_connections").gauge().value() == 1);
      assertThat(server.raw("GET /health/live HTTP/1.1\r\n\r\n", 2_000)).isEqualTo("<closed>");
      long start = System.nanoTime();
      socket.setSoTimeout(100);
      boolean closed = false;
      while (!closed && System.nanoTime() - start < 5_000_000_000L) {
        try {
          socket.getOutputStream().write('G');
          closed = socket.getInputStream().read() < 0;
        } catch (java.net.SocketTimeoutException e) {
          closed = false;
        } catch (IOException e) {
          closed = true;
        }
      }
      assertThat(closed).isTrue();
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    }
    waitUntil(() -> server.registry.get("leat_http_connections").gauge().value() == 0);
    String one = "GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n";
    assertThat(server.raw(one + one + "GET /he", 3_000)).endsWith("<closed>");
    assertThat(server.counter("leat_http_connections_refused")).isEqualTo(1);
  }

  @Test
  void aClientThatHangsUpHoldsNothing() throws IOException {
    start(TestingServer.settings());
    try (Socket socket =
        new Socket(java.net.InetAddress.getLoopbackAddress(), server.service.port())) {
      socket
          .getOutputStream()
          .write(
              ("POST /v1/echo/a HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer send\r\n"
                      + "Content-Length: 10\r\n\r\nabc")
                  .getBytes(StandardCharsets.US_ASCII));
    }
    waitUntil(() -> server.registry.get("leat_http_requests_running").gauge().value() == 0);
    waitUntil(() -> server.registry.get("leat_http_bodies_held").gauge().value() == 0);
  }

  @Test
  void whoReadsABodyIsToldThatTheClientHungUp() throws Exception {
    CompletableFuture<Throwable> told = new CompletableFuture<>();
    CompletableFuture<Void> reading = new CompletableFuture<>();
    server.start(
        TestingServer.settings(),
        new TestingAuthenticator(server.vertx),
        List.of(
            (router, guard) ->
                router
                    .put("/v1/slow")
                    .handler(guard.requires(Role.SEND))
                    .handler(
                        ctx -> {
                          ctx.request().exceptionHandler(told::complete);
                          ctx.request().handler(chunk -> reading.complete(null));
                        })));
    try (Socket socket =
        new Socket(java.net.InetAddress.getLoopbackAddress(), server.service.port())) {
      socket
          .getOutputStream()
          .write(
              ("PUT /v1/slow HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer send\r\n"
                      + "Content-Length: 10\r\n\r\nabc")
                  .getBytes(StandardCharsets.US_ASCII));
      reading.get(20, TimeUnit.SECONDS);
    }

    assertThat(told.get(20, TimeUnit.SECONDS)).isInstanceOf(HttpClosedException.class);
  }

  @Test
  void tooManyBodiesAtOnceAre503() throws IOException {
    try (TestingServer small =
        new TestingServer(java.net.http.HttpClient.newHttpClient(), 100_000)) {
      small.start(
          TestingServer.settings(),
          new TestingAuthenticator(small.vertx),
          List.of(new EchoRoutes(small.bodies, Duration.ofSeconds(5))));
      HttpResponse<String> response =
          small.send(
              small
                  .request("/v1/echo/a")
                  .header("Authorization", "Bearer send")
                  .POST(BodyPublishers.ofByteArray(new byte[100_001])));
      assertProblem(response, 503, "The server holds as many request bodies as it can");
      waitUntil(() -> small.registry.get("leat_http_bodies_held").gauge().value() == 0);
    }
  }

  @Test
  void whatIsNotHttpGetsAProblemToo() throws IOException {
    start(TestingServer.settings());

    assertThat(server.raw("GET / HTTP/1.1\r\nA: " + "x".repeat(20_000) + "\r\n\r\n", 2_000))
        .startsWith("HTTP/1.1 431")
        .contains("urn:leat:error:headers-too-large")
        .endsWith("<closed>");
    assertThat(server.raw("GET /" + "x".repeat(20_000) + " HTTP/1.1\r\n\r\n", 2_000))
        .matches("(?s)HTTP/1.. 431.*");
    for (String line :
        List.of(
            "GET /%zz HTTP/1.1",
            "GET /v1/echo/%zz HTTP/1.1",
            "GET /v1/echo/%ff HTTP/1.1",
            "GET /v1/echo/a?b=%zz HTTP/1.1",
            "GET * HTTP/1.1",
            "GET http:// HTTP/1.1",
            "GET  HTTP/1.1",
            "\u0000\u0001\u0002",
            "BREW /v1/echo/a HTTP/1.1",
            "GET /v1/echo/../../x HTTP/1.1",
            "CONNECT a:1 HTTP/1.1")) {
      String answer = server.raw(line + "\r\nHost: a\r\nAuthorization: Bearer send\r\n\r\n", 500);
      assertThat(answer).as(line).matches("(?s)HTTP/1.. 4\\d\\d.*application/problem.*");
    }
    String smuggled =
        server.raw(
            head(
                    "POST /v1/echo/a HTTP/1.1",
                    "Host: a",
                    "Content-Length: 3",
                    "Transfer-Encoding: chunked")
                + head("0"),
            500);
    assertThat(smuggled).matches("(?s)HTTP/1.. 4\\d\\d.*");
  }

  @Test
  void whatIsNeverAnsweredIsA503() throws IOException {
    start(TestingServer.settings());

    HttpResponse<String> response = server.send(server.request("/v1/never"));

    assertProblem(
        response,
        503,
        "There is no answer yet. What was asked for may have taken effect: look before you ask"
            + " again");
    assertThat(json(response).getString("code")).isEqualTo("overloaded");
    assertThat(response.headers().firstValue("retry-after")).contains("1");
  }

  @Test
  void theTimeToAnswerBeginsWithTheLastByteOfTheBody() throws Exception {
    server.start(
        TestingServer.settings(),
        new TestingAuthenticator(server.vertx),
        List.of(new EchoRoutes(server.bodies, Duration.ofSeconds(20))));
    try (Socket socket =
        new Socket(java.net.InetAddress.getLoopbackAddress(), server.service.port())) {
      socket.setSoTimeout(10_000);
      String head =
          String.join(
              "\r\n",
              "POST /v1/echo/a HTTP/1.1",
              "Host: x",
              "Authorization: Bearer send",
              "Connection: close",
              "Content-Length: 2",
              "",
              "");
      socket.getOutputStream().write((head + "a").getBytes(StandardCharsets.US_ASCII));
      Thread.sleep(AnswerTimer.WITHIN.plusMillis(400).toMillis());
      socket.getOutputStream().write('b');

      assertThat(TestingServer.readAll(socket.getInputStream())).startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void aBodyThatCannotBeInflatedSoonIsA503() throws Exception {
    ThreadPoolExecutor inflaters =
        new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(1));
    CountDownLatch release = new CountDownLatch(1);
    try (Bodies bodies = new Bodies(server.vertx, server.registry, 1L << 20, inflaters)) {
      server.start(
          TestingServer.settings(),
          new TestingAuthenticator(server.vertx),
          List.of(new EchoRoutes(bodies, Duration.ofSeconds(5))));
      for (int i = 0; i < 2; i++) {
        inflaters.execute(
            () -> {
              try {
                release.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
      }
      byte[] body = Zstd.compress("abc".getBytes(StandardCharsets.UTF_8));

      HttpResponse<String> full = post(body, "Content-Encoding", "zstd");

      assertProblem(full, 503, "As many bodies wait to be inflated as may; try again");
      assertThat(json(full).getString("code")).isEqualTo("overloaded");
      assertThat(full.headers().firstValue("retry-after")).contains("1");
      assertThat(post(body).statusCode()).isEqualTo(200);
      release.countDown();
      waitUntil(() -> inflaters.getQueue().isEmpty());
      assertThat(json(post(body, "Content-Encoding", "zstd")).getInteger("bytes")).isEqualTo(3);
    }
  }

  @Test
  void healthNamesWhatIsNotReady() throws IOException {
    AtomicReference<Optional<String>> kafka = new AtomicReference<>(Optional.empty());
    server.health.register("kafka", kafka::get);
    server.health.register("postgres", Optional::empty);
    start(TestingServer.settings());

    waitUntil(server.health::ready);
    HttpResponse<String> ready = server.send(server.request("/health/ready"));
    assertThat(ready.statusCode()).isEqualTo(200);
    assertThat(ready.body())
        .isEqualTo(
            "{\"status\":\"ready\",\"checks\":{\"kafka\":\"ready\",\"postgres\":\"ready\"}}");

    kafka.set(Optional.of("no broker answers"));
    waitUntil(() -> !server.health.ready());
    HttpResponse<String> not = server.send(server.request("/health/ready"));
    assertThat(not.statusCode()).isEqualTo(503);
    assertThat(json(not).getJsonObject("checks").getString("kafka")).isEqualTo("not ready");
    assertThat(not.body()).doesNotContain("broker");

    server.health.register(
        "stuck",
        () -> {
          new java.util.concurrent.CountDownLatch(1).await();
          return Optional.empty();
        });
    waitUntil(
        () ->
            server
                .health
                .report()
                .get("stuck")
                .equals(Optional.of("did not answer within 300 ms")));
    assertThat(server.send(server.request("/health/live")).body())
        .isEqualTo("{\"status\":\"live\"}");
  }

  @Test
  void metricsAreByRouteNotByPath() throws IOException {
    start(TestingServer.settings());
    server.get("/v1/echo/secret-name", "read");
    server.send(server.request("/v2/probe"));
    waitUntil(() -> server.registry.find("leat_http_requests").timers().size() >= 2);

    String metrics = server.send(server.request("/metrics")).body();

    assertThat(metrics)
        .contains(
            "leat_http_requests_seconds_count{method=\"GET\",route=\"/v1/echo/:name\",status=\"200\"} 1")
        .contains(
            "leat_http_requests_seconds_count{method=\"GET\",route=\"none\",status=\"404\"} 1")
        .doesNotContain("secret-name");
  }

  @Test
  void aPortInUseIsNamed() {
    start(TestingServer.settings());
    int port = server.service.port();

    try (TestingServer second = new TestingServer()) {
      assertThatThrownBy(
              () ->
                  second.start(
                      TestingServer.settings().withAddress("127.0.0.1", port),
                      new TestingAuthenticator(second.vertx),
                      List.of()))
          .isInstanceOf(LeatException.class)
          .hasMessage(
              "Cannot listen on 127.0.0.1:"
                  + port
                  + ": the port is in use or the address is not this machine's."
                  + " Stop the other process or choose another port");
      second.service = null;
    }
  }

  @Test
  void theDocumentIsComparedWithTheRoutes() {
    start(TestingServer.settings());

    assertThat(OpenApiRoutes.check(server.service.router(), OpenApiDocument.of(List.of())))
        .containsExactly(
            "GET /v1/defect is not documented",
            "GET /v1/down is not documented",
            "GET /v1/echo/{} is not documented",
            "GET /v1/hang is not documented",
            "GET /v1/never is not documented",
            "POST /v1/echo/{} is not documented");
    assertThat(
            OpenApiRoutes.check(
                io.vertx.ext.web.Router.router(server.vertx), OpenApiDocument.of(List.of())))
        .contains("GET /metrics is documented but not mounted");
  }

  static void waitUntil(java.util.function.BooleanSupplier condition) {
    long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("it did not come true within 10 s");
      }
      java.util.concurrent.locks.LockSupport.parkNanos(10_000_000);
    }
  }

  private static String head(String... lines) {
    return String.join("\r\n", lines) + "\r\n\r\n";
  }

  private static byte[] half(byte[] bytes) {
    return Arrays.copyOf(bytes, bytes.length / 2);
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }
}
