package io.leat.http;

import static io.leat.http.TestingServer.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.state.Client;
import io.leat.state.Clients;
import io.leat.state.NewClient;
import io.leat.state.StateDatabase;
import io.leat.state.StateSettings;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NullUnmarked
class TlsTest {
  @TempDir static Path made;
  private static TestingCertificates authority;
  private static EmbeddedPostgres postgres;

  @TempDir Path dir;
  private final TestingServer server = new TestingServer();
  private StateDatabase database;
  private ClientDirectory directory;
  private Tokens tokens;

  @BeforeAll
  static void makeCertificates() throws Exception {
    authority = new TestingCertificates(made);
    authority.make("server", "localhost");
    authority.make("server2", "localhost");
    authority.make("known", "press-1");
    authority.make("named", "press-2");
    authority.make("nobody", "press-3");
    postgres = EmbeddedPostgres.builder().start();
  }

  @AfterAll
  static void stopPostgres() throws IOException {
    postgres.close();
  }

  @BeforeEach
  void start() throws Exception {
    install("server");
    database =
        StateDatabase.open(
            StateSettings.of(postgres.getJdbcUrl("postgres", "postgres"), "postgres", "postgres"));
    database.transaction(
        "empty the table",
        connection -> connection.createStatement().executeUpdate("delete from client"));
    Clients clients = new Clients(database, new SecureRandom(), InstantSource.system());
    clients.add(withCertificate("known", authority.fingerprint("known"), null));
    clients.add(withCertificate("named", null, "press-2"));
    directory = new ClientDirectory(clients, server.registry);
    directory.refresh();
    tokens = new Tokens(server.vertx, List.of(), InstantSource.system());
    server.start(
        settings(),
        new StandardAuthenticator(directory, tokens, InstantSource.system()),
        List.of(new EchoRoutes(server.bodies, Duration.ofSeconds(5))));
  }

  @AfterEach
  void stop() {
    server.close();
    directory.close();
    tokens.close();
    database.close();
  }

  private static NewClient withCertificate(String name, String fingerprint, String subject) {
    return new NewClient(
        name,
        List.of("read"),
        List.of("*"),
        List.of(),
        null,
        new Client.Certificate(fingerprint, subject),
        null);
  }

  private HttpSettings settings() {
    return TestingServer.settings()
        .withTls(
            new TlsSettings(
                dir.resolve("cert.pem"),
                dir.resolve("key.pem"),
                made.resolve("ca.pem"),
                Duration.ofMillis(100)));
  }

  private void install(String name) throws IOException {
    for (String kind : List.of("cert", "key")) {
      Path target = dir.resolve(kind + ".pem");
      Path next = dir.resolve(kind + ".next");
      Files.copy(made.resolve(name + "." + kind + ".pem"), next);
      Files.move(next, target, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  private HttpResponse<String> get(HttpClient client) throws IOException {
    var request =
        java.net.http.HttpRequest.newBuilder(
                java.net.URI.create("https://localhost:" + server.service.port() + "/v1/echo/a"))
            .timeout(Duration.ofSeconds(10))
            .build();
    try {
      return client.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  private HttpClient client(String identity) throws Exception {
    return HttpClient.newBuilder().sslContext(authority.context(identity)).build();
  }

  private X509Certificate shown() throws Exception {
    try (SSLSocket socket =
        (SSLSocket)
            authority
                .context(null)
                .getSocketFactory()
                .createSocket("localhost", server.service.port())) {
      socket.startHandshake();
      assertThat(socket.getSession().getProtocol()).isEqualTo("TLSv1.3");
      return (X509Certificate) socket.getSession().getPeerCertificates()[0];
    }
  }

  @Test
  void aKnownCertificateIsAClientByFingerprintOrName() throws Exception {
    HttpResponse<String> known = get(client("known"));
    assertThat(known.statusCode()).as(known.body()).isEqualTo(200);
    assertThat(known.version()).isEqualTo(HttpClient.Version.HTTP_2);
    assertThat(get(client("named")).statusCode()).isEqualTo(200);
  }

  @Test
  void anUnknownOrMissingCertificateIsA401() throws Exception {
    HttpResponse<String> unknown = get(client("nobody"));
    assertThat(unknown.statusCode()).isEqualTo(401);
    assertThat(json(unknown).getString("detail")).isEqualTo("No client has this certificate");
    HttpResponse<String> none = get(client(null));
    assertThat(none.statusCode()).isEqualTo(401);
    assertThat(json(none).getString("detail"))
        .isEqualTo("Send 'Authorization: Bearer' and an API key or a token");
  }

  @Test
  void aCertificateOfAnotherAuthorityIsRefusedInTheHandshake() throws Exception {
    Path elsewhere = Files.createDirectory(dir.resolve("other"));
    TestingCertificates other = new TestingCertificates(elsewhere);
    other.make("known", "press-1");
    HttpClient client =
        HttpClient.newBuilder().sslContext(authority.contextWith(other.keyStore("known"))).build();

    // A client that knows no fitting authority may show nothing; then it is nobody.
    try {
      assertThat(get(client).statusCode()).isEqualTo(401);
    } catch (IOException e) {
      assertThat(e).hasMessageMatching(".*(certificate|alert|reset|closed|EOF|broken).*");
    }
  }

  @Test
  void anAnswerBeforeTheBodyReachesAnHttp2Client() throws Exception {
    HttpClient client = client("known");
    for (int i = 0; i < 3; i++) {
      var request =
          java.net.http.HttpRequest.newBuilder(
                  java.net.URI.create("https://localhost:" + server.service.port() + "/v1/x"))
              .POST(java.net.http.HttpRequest.BodyPublishers.ofByteArray(new byte[300_000]))
              .build();
      assertThat(client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
          .isEqualTo(404);
    }
    assertThat(get(client).statusCode()).isEqualTo(200);
  }

  @Test
  void olderTlsIsRefused() throws Exception {
    try (SSLSocket socket =
        (SSLSocket)
            authority
                .context(null)
                .getSocketFactory()
                .createSocket("localhost", server.service.port())) {
      socket.setEnabledProtocols(new String[] {"TLSv1.2"});
      assertThatThrownBy(socket::startHandshake)
          .isInstanceOf(SSLException.class)
          .hasMessageContaining("protocol_version");
    }
  }

  @Test
  void aNewCertificateIsTakenAndABadOneIsNot() throws Exception {
    assertThat(shown()).isEqualTo(authority.certificate("server"));
    HttpClient open = client("known");
    assertThat(get(open).statusCode()).isEqualTo(200);

    install("server2");
    HttpServiceTest.waitUntil(() -> server.counter("leat_tls_reloads", "outcome", "done") >= 1);
    assertThat(shown()).isEqualTo(authority.certificate("server2"));
    assertThat(get(open).statusCode()).isEqualTo(200);
    assertThat(get(client("known")).statusCode()).isEqualTo(200);

    double failed = server.counter("leat_tls_reloads", "outcome", "failed");
    Files.writeString(dir.resolve("key.pem"), "-----BEGIN PRIVATE KEY-----\nxx\n");
    HttpServiceTest.waitUntil(
        () -> server.counter("leat_tls_reloads", "outcome", "failed") > failed);
    assertThat(shown()).isEqualTo(authority.certificate("server2"));

    Files.copy(
        made.resolve("server.key.pem"),
        dir.resolve("key.pem"),
        StandardCopyOption.REPLACE_EXISTING);
    HttpServiceTest.waitUntil(
        () -> server.counter("leat_tls_reloads", "outcome", "failed") > failed + 1);
    assertThat(shown()).isEqualTo(authority.certificate("server2"));
  }

  @Test
  void aPairThatDoesNotBelongTogetherIsRefusedAtStart() throws Exception {
    Files.copy(
        made.resolve("server2.key.pem"),
        dir.resolve("key.pem"),
        StandardCopyOption.REPLACE_EXISTING);
    try (TestingServer second = new TestingServer()) {
      assertThatThrownBy(
              () -> second.start(settings(), new TestingAuthenticator(second.vertx), List.of()))
          .isInstanceOfSatisfying(
              LeatException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_CONFIGURATION))
          .hasMessage(
              "The TLS key "
                  + dir.resolve("key.pem")
                  + " (PEM, PKCS#8) and the certificate "
                  + dir.resolve("cert.pem")
                  + " cannot be used: the key belongs to another certificate");
      second.service = null;
    }
  }
}
