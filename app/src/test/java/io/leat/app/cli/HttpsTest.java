package io.leat.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.app.client.TestingLeat;
import io.leat.app.terminal.TestingTerminal;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Commands that talk to a server whose certificate no public authority has signed. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HttpsTest {
  private static final String PASSWORD = "testing";

  private final Path directory;
  private final Path certificate;
  private TestingTerminal terminal = TestingTerminal.pipe();

  HttpsTest(@TempDir Path directory) {
    this.directory = directory;
    this.certificate = directory.resolve("localhost.pem");
  }

  @BeforeAll
  void makeCertificates() throws Exception {
    make("localhost");
    make("elsewhere");
  }

  @BeforeEach
  void clearTheTerminal() {
    terminal = TestingTerminal.pipe();
  }

  @Test
  void theOptionOrTheVariableNamesWhomToTrust() throws Exception {
    try (TestingLeat leat = new TestingLeat(identity("localhost"))) {
      String ca = certificate.toString();
      assertThat(run(leat, Map.of(), "status", "--ca", ca)).as(terminal.err()).isZero();
      assertThat(run(leat, Map.of("LEAT_CA", ca), "status")).as(terminal.err()).isZero();
      assertThat(run(leat, Map.of("LEAT_CA", "nowhere"), "status", "--ca", ca)).isZero();
      assertThat(run(leat, Map.of("LEAT_CA", ca), "send", "devices.heartbeat", "-")).isZero();
      assertThat(leat.tally("processed")).isEqualTo(1);
    }
  }

  @Test
  void withoutThemTheErrorNamesThem() throws Exception {
    try (TestingLeat leat = new TestingLeat(identity("localhost"))) {
      String untrusted =
          "leat: the certificate of "
              + leat.uri()
              + " is not trusted; name a PEM file with it, or with the authority that signed it, by"
              + " --ca or LEAT_CA.\n";
      String other = directory.resolve("elsewhere.pem").toString();
      assertThat(run(leat, Map.of(), "status")).isEqualTo(1);
      assertThat(run(leat, Map.of(), "status", "--ca", other)).isEqualTo(1);
      assertThat(run(leat, Map.of(), "send", "devices.heartbeat", "-")).isEqualTo(1);
      assertThat(terminal.err()).isEqualTo(untrusted.repeat(3));
      assertThat(leat.bodies).isEmpty();
    }
  }

  @Test
  void aCertificateOfAnotherNameIsRefused() throws Exception {
    try (TestingLeat leat = new TestingLeat(identity("elsewhere"))) {
      String other = directory.resolve("elsewhere.pem").toString();
      assertThat(run(leat, Map.of(), "status", "--ca", other)).isEqualTo(1);
      assertThat(terminal.err())
          .isEqualTo(
              "leat: the TLS handshake with "
                  + leat.uri()
                  + " failed: No subject alternative DNS name matching localhost found.\n");
    }
  }

  @Test
  void aFileWithoutCertificatesIsNamed() throws Exception {
    Path empty = Files.createFile(directory.resolve("empty.pem"));
    Path missing = directory.resolve("missing.pem");
    try (TestingLeat leat = new TestingLeat(identity("localhost"))) {
      assertThat(run(leat, Map.of(), "status", "--ca", empty.toString())).isEqualTo(1);
      assertThat(run(leat, Map.of(), "status", "--ca", missing.toString())).isEqualTo(1);
      assertThat(terminal.err())
          .isEqualTo(
              "leat: "
                  + empty
                  + " holds no certificate.\nleat: there is no certificate file "
                  + missing
                  + ".\n");
    }
  }

  private int run(TestingLeat leat, Map<String, String> environment, String... words) {
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(List.of("--url", leat.uri().toString(), "--key", "k"));
    String input = "{\"device_id\":\"d\",\"ts\":\"%s\",\"firmware\":\"1\",\"uptime_s\":1}";
    Context context =
        new Context(
            terminal.terminal(),
            new ByteArrayInputStream(
                input.formatted(InstantSource.system().instant()).getBytes(StandardCharsets.UTF_8)),
            environment,
            directory,
            (blueprints, config, data, overrides, observer) -> {
              throw new IllegalStateException("nothing is started here");
            },
            InstantSource.system());
    return Leat.run(context, mode -> terminal.terminal(), all.toArray(String[]::new));
  }

  private SSLContext identity(String name) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(directory.resolve(name + ".p12"))) {
      store.load(in, PASSWORD.toCharArray());
    }
    KeyManagerFactory keys = KeyManagerFactory.getInstance("SunX509");
    keys.init(store, PASSWORD.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return context;
  }

  /** Makes a key with a self-signed certificate, and {@code <name>.pem} of the latter. */
  private void make(String name) throws Exception {
    keytool(
        name,
        "-genkeypair",
        "-keyalg",
        "EC",
        "-dname",
        "CN=" + name,
        "-ext",
        "san=dns:" + name,
        "-validity",
        "30");
    keytool(name, "-exportcert", "-rfc", "-file", directory.resolve(name + ".pem").toString());
  }

  private void keytool(String name, String... words) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(words));
    String store = directory.resolve(name + ".p12").toString();
    command.addAll(List.of("-alias", name, "-keystore", store, "-storepass", PASSWORD));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(command + ": " + output);
    }
  }
}
