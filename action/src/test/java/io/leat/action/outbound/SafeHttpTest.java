package io.leat.action.outbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.TrustOptions;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@NullUnmarked
@Timeout(60)
class SafeHttpTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final Duration SHORT = Duration.ofMillis(300);

  @TempDir Path directory;
  private final Vertx vertx = Vertx.vertx();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final AtomicInteger lookUps = new AtomicInteger();
  private final Addresses addresses =
      new Addresses(
          host -> {
            lookUps.incrementAndGet();
            return new InetAddress[] {InetAddress.getLoopbackAddress()};
          },
          Thread::new);

  @AfterEach
  void close() throws Exception {
    addresses.close();
    vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  private int serve(HttpServerOptions options) throws Exception {
    HttpServer server = vertx.createHttpServer(options).requestHandler(this::answer);
    server.listen(0, "127.0.0.1").toCompletionStage().toCompletableFuture().get();
    return server.actualPort();
  }

  private void answer(HttpServerRequest request) {
    asked.add(request.method() + " " + request.authority() + request.uri());
    switch (request.path()) {
      case "/echo" ->
          request.body().onSuccess(body -> request.response().setStatusCode(201).end(body));
      case "/redirect" ->
          request.response().setStatusCode(307).putHeader("Location", "/echo").end();
      case "/endless" -> {
        request.response().setChunked(true);
        vertx.setPeriodic(
            5,
            timer -> {
              if (request.response().closed()) {
                vertx.cancelTimer(timer);
              } else {
                request.response().write(Buffer.buffer("x".repeat(100_000)));
              }
            });
      }
      case "/drip" -> {
        request.response().setChunked(true);
        vertx.setPeriodic(
            5,
            timer -> {
              if (request.response().closed()) {
                vertx.cancelTimer(timer);
              } else {
                request.response().write(Buffer.buffer("x"));
              }
            });
      }
      case "/break" -> request.connection().close();
      default -> {
        // Says nothing.
      }
    }
  }

  private static HttpCall call(String uri, Duration timeout, boolean allowPrivate) {
    return new HttpCall(
        "POST",
        URI.create(uri),
        Map.of("X-Secret", "hunter2"),
        "hunter2".getBytes(StandardCharsets.UTF_8),
        timeout,
        allowPrivate);
  }

  private HttpAnswer exchange(String uri, Duration timeout) throws Exception {
    return exchange(call(uri, timeout, true), null);
  }

  private HttpAnswer exchange(HttpCall call, @Nullable TrustOptions trust) throws Exception {
    try (SafeHttp http = new SafeHttp(vertx, addresses, trust)) {
      return http.exchange(call);
    }
  }

  @Test
  void aRequestGoesToTheAddressThatWasChecked() throws Exception {
    int port = serve(new HttpServerOptions());

    HttpAnswer answer = exchange("http://tickets.example:" + port + "/echo?a=b", LONG);

    assertThat(answer).isInstanceOf(HttpAnswer.Response.class);
    HttpAnswer.Response response = (HttpAnswer.Response) answer;
    assertThat(response.status()).isEqualTo(201);
    assertThat(response.body()).asString().isEqualTo("hunter2");
    assertThat(asked).containsExactly("POST tickets.example:" + port + "/echo?a=b");
    assertThat(lookUps).hasValue(1);
  }

  @Test
  void whoAsksIsToldThatARequestHasLeftAlthoughNoAnswerComes() throws Exception {
    int port = serve(new HttpServerOptions());
    AtomicInteger sent = new AtomicInteger();

    try (SafeHttp http = new SafeHttp(vertx, addresses)) {
      HttpCall call = call("http://tickets.example:" + port + "/silent", SHORT, true);
      assertThat(http.exchange(call, sent::incrementAndGet))
          .isInstanceOf(HttpAnswer.NoAnswer.class);
    }

    assertThat(sent).hasValue(1);
    assertThat(asked).hasSize(1);
  }

  @Test
  void aHostInsideIsNotAskedUnlessAllowed() throws Exception {
    int port = serve(new HttpServerOptions());

    HttpAnswer answer =
        exchange(call("http://tickets.example:" + port + "/echo", LONG, false), null);

    assertThat(answer)
        .isEqualTo(
            new HttpAnswer.NotSent(
                "'tickets.example' is at 127.0.0.1, inside: if it is meant, write"
                    + " 'allow-private: true' at the target",
                true));
    assertThat(asked).isEmpty();
  }

  @Test
  void aCertificateIsHeldAgainstTheHostOfTheUrl() throws Exception {
    TestingCertificate certificate = new TestingCertificate(directory, "tickets.example");
    int port = serve(new HttpServerOptions().setSsl(true).setKeyCertOptions(certificate.options()));

    HttpAnswer right =
        exchange(
            call("https://tickets.example:" + port + "/echo", LONG, true), certificate.options());
    HttpAnswer wrong =
        exchange(
            call("https://others.example:" + port + "/echo", LONG, true), certificate.options());

    assertThat(right).isInstanceOf(HttpAnswer.Response.class);
    assertThat(wrong).isInstanceOf(HttpAnswer.NotSent.class);
    assertThat(((HttpAnswer.NotSent) wrong).reason())
        .startsWith("no trusted connection to 'others.example:" + port + "': ")
        .contains("others.example");
    assertThat(asked).hasSize(1);
  }

  @Test
  void aCertificateOfNobodyIsNotTrusted() throws Exception {
    TestingCertificate certificate = new TestingCertificate(directory, "tickets.example");
    int port = serve(new HttpServerOptions().setSsl(true).setKeyCertOptions(certificate.options()));

    HttpAnswer answer = exchange("https://tickets.example:" + port + "/echo", LONG);

    assertThat(answer).isInstanceOf(HttpAnswer.NotSent.class);
    assertThat(asked).isEmpty();
  }

  @Test
  void aRedirectIsAnAnswer() throws Exception {
    int port = serve(new HttpServerOptions());

    HttpAnswer answer = exchange("http://tickets.example:" + port + "/redirect", LONG);

    assertThat(((HttpAnswer.Response) answer).status()).isEqualTo(307);
    assertThat(asked).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({"silence", "drip"})
  void anAnswerThatDoesNotEndInTimeIsNoAnswer(String path) throws Exception {
    int port = serve(new HttpServerOptions());

    assertThat(exchange("http://tickets.example:" + port + "/" + path, SHORT))
        .isEqualTo(
            new HttpAnswer.NoAnswer(
                "no whole answer within 300 ms from 'tickets.example:" + port + "'"));
  }

  @Test
  void anAnswerWithoutEndIsNoAnswer() throws Exception {
    int port = serve(new HttpServerOptions());

    assertThat(exchange("http://tickets.example:" + port + "/endless", LONG))
        .isEqualTo(
            new HttpAnswer.NoAnswer(
                "the answer of 'tickets.example:" + port + "' has more than 1048576 bytes"));
  }

  @Test
  void aConnectionThatBreaksBehindTheRequestIsNoAnswer() throws Exception {
    int port = serve(new HttpServerOptions());

    assertThat(exchange("http://tickets.example:" + port + "/break", LONG))
        .isEqualTo(
            new HttpAnswer.NoAnswer("the connection to 'tickets.example:" + port + "' broke"));
  }

  @Test
  void aConnectionThatIsNotMadeSendsNothing() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }

    assertThat(exchange("http://tickets.example:" + port + "/echo", LONG))
        .isEqualTo(
            new HttpAnswer.NotSent(
                "no connection to 'tickets.example:" + port + "': is it up?", false));
  }

  @Test
  void theNextAddressIsTriedWhenOneDoesNotAnswer() throws Exception {
    int port = serve(new HttpServerOptions());
    try (Addresses two =
            new Addresses(
                host ->
                    new InetAddress[] {
                      InetAddress.getByAddress(new byte[] {127, 0, 0, 2}),
                      InetAddress.getLoopbackAddress()
                    },
                Thread::new);
        SafeHttp http = new SafeHttp(vertx, two)) {
      assertThat(http.exchange(call("http://tickets.example:" + port + "/echo", LONG, true)))
          .isInstanceOf(HttpAnswer.Response.class);
    }
  }

  @Test
  void anInterruptedCallerIsInterrupted() throws Exception {
    int port = serve(new HttpServerOptions());
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> exchange("http://tickets.example:" + port + "/silence", LONG))
        .isInstanceOf(InterruptedException.class);
  }

  @Test
  void callsAndAnswersShowNeitherPathNorBody() {
    assertThat(call("https://tickets.example/hunter2", LONG, false).toString())
        .isEqualTo("POST https://tickets.example");
    assertThat(
            new HttpAnswer.Response(
                    200, Map.of("a", "hunter2"), "hunter2".getBytes(StandardCharsets.UTF_8))
                .toString())
        .isEqualTo("Response[200]");
  }

  @ParameterizedTest
  @CsvSource({
    "http://tickets.example/hunter2, 'the URL begins with http:, so that anybody on the way could"
        + " read it: write https:, or ''allow-private: true'' at the target if it is inside'",
    "https://a:hunter2@tickets.example, 'the URL holds a user or a password: give them as an option"
        + " of their own'",
    "ftp://tickets.example/hunter2, 'the URL is not one of the form https://host/path'",
    "file:///etc/hunter2, 'the URL is not one of the form https://host/path'",
    "hunter2, 'the URL is not one of the form https://host/path'",
    "https://tickets.example/hunter2 x, 'the URL is not one: Illegal character in path'"
  })
  void aUrlThatNothingMayBeSentToIsRefusedWithoutShowingIt(String url, String message) {
    assertThatThrownBy(() -> HttpCall.destination(url, false))
        .isInstanceOf(UnusableSettingException.class)
        .hasMessage(message);
  }
}
