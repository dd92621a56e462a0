package io.leat.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.app.engine.DataDirectory;
import io.leat.app.engine.KafkaEngine;
import io.leat.app.engine.KafkaSettings;
import io.leat.app.engine.PostgresEngine;
import io.leat.app.engine.PostgresSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Kafka (TLS and SCRAM) and PostgreSQL run elsewhere; addresses change, nothing else. */
@Order(100)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExternalEnginesTest {
  private static final Duration SOON = Duration.ofSeconds(90);
  private static final String STORE_PASSWORD = "changeit-1";

  private final Path directory;
  private DataDirectory elsewhere;
  private KafkaEngine kafka;
  private PostgresEngine postgres;
  private int securePort;

  ExternalEnginesTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @BeforeAll
  void start() throws Exception {
    elsewhere = DataDirectory.open(directory.resolve("elsewhere"));
    makeCertificate();
    int local = elsewhere.ports().choose("kafka.broker");
    int controller = elsewhere.ports().choose("kafka.controller");
    securePort = elsewhere.ports().choose("kafka.secure");
    String listener = "listener.name.secure.";
    KafkaSettings settings =
        KafkaSettings.defaults()
            .with(
                "listeners",
                "LOCAL://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d,SECURE://127.0.0.1:%d"
                    .formatted(local, controller, securePort))
            .with(
                "advertised.listeners",
                "LOCAL://127.0.0.1:%d,SECURE://127.0.0.1:%d".formatted(local, securePort))
            .with(
                "listener.security.protocol.map",
                "LOCAL:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURE:SASL_SSL")
            .with(listener + "sasl.enabled.mechanisms", "SCRAM-SHA-512")
            .with(
                listener + "scram-sha-512.sasl.jaas.config",
                "org.apache.kafka.common.security.scram.ScramLoginModule required;")
            .with(listener + "ssl.keystore.type", "PKCS12")
            .with(listener + "ssl.keystore.location", keyStore().toString())
            .with(listener + "ssl.keystore.password", STORE_PASSWORD);
    kafka = KafkaEngine.start(elsewhere, settings);
    postgres = PostgresEngine.start(elsewhere, PostgresSettings.defaults());
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
      admin
          .alterUserScramCredentials(
              List.of(
                  new UserScramCredentialUpsertion(
                      "leat",
                      new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096),
                      "kafka-secret")))
          .all()
          .get(20, TimeUnit.SECONDS);
    }
  }

  @AfterAll
  void stop() {
    if (kafka != null) {
      kafka.close();
    }
    if (postgres != null) {
      postgres.close();
    }
    elsewhere.close();
  }

  @Test
  void thePlatformRunsOnThem() throws Exception {
    Path data = directory.resolve("data");
    try (LeatProcess leat = up(data, config("kafka-secret"))) {
      TestingClient client = leat.awaitReady(data);
      Instant time = Instant.now();
      for (int i = 0; i < 20; i++) {
        String event =
            "{\"event_id\":\"ext-%d\",\"device_id\":\"ext\",\"ts\":\"%s\"}".formatted(i % 15, time);
        int status = client.send("devices.telemetry", event).status();
        assertThat(status).isEqualTo(202);
      }

      Books books = Books.settled(client);

      assertThat(books).isEqualTo(new Books(20, 20, 15, 5, 0));
      assertThat(client.status().path("components").toString())
          .contains("127.0.0.1:" + securePort, String.valueOf(postgres.port()))
          .doesNotContain("secret");
      assertThat(data.resolve("kafka")).doesNotExist();
      assertThat(data.resolve("postgres")).doesNotExist();
      assertThat(leat.said()).doesNotContain("kafka-secret", postgres.password());
      assertThat(Files.readString(data.resolve("logs/leat.log")))
          .doesNotContain("kafka-secret", postgres.password());
      aSecondOneIsRefused(leat);
      leat.signal("KILL");
      leat.await(SOON);
    }
    try (LeatProcess again = up(data, config("kafka-secret"))) {
      assertThat(Books.settled(again.awaitReady(data))).isEqualTo(new Books(20, 20, 15, 5, 0));
    }
  }

  /** It has a data directory of its own, as one on another machine would. */
  private void aSecondOneIsRefused(LeatProcess first) throws Exception {
    try (LeatProcess second = up(directory.resolve("data-second"), config("kafka-secret"))) {
      LeatProcess.Result ended = second.await(SOON);
      assertThat(ended.exitCode()).isEqualTo(1);
      assertThat(ended.err())
          .contains("Another Leat works on the database", "leat process " + first.pid() + " on ")
          .doesNotContain("\tat ");
    }
  }

  @Test
  void aWrongPasswordIsToldWithoutAStackTrace() throws Exception {
    try (LeatProcess leat = up(directory.resolve("data-wrong"), config("wrong"))) {
      LeatProcess.Result ended = leat.await(SOON);
      assertThat(ended.exitCode()).isEqualTo(1);
      assertThat(ended.err())
          .contains("leat: ", "Kafka", "Authentication failed")
          .doesNotContain("\tat ");
    }
  }

  @Test
  void anUnknownKeyFailsWithASuggestion() throws Exception {
    Path config = directory.resolve("typo.yaml");
    Files.writeString(config, "kafka:\n  bootstrp: localhost:9092\npostgress: embedded\n");
    try (LeatProcess leat = up(directory.resolve("data-typo"), config)) {
      LeatProcess.Result ended = leat.await(SOON);
      assertThat(ended.exitCode()).isEqualTo(1);
      assertThat(ended.err())
          .contains("typo.yaml:2", "'bootstrp'", "Did you mean 'bootstrap'?")
          .contains("typo.yaml:3", "'postgress'", "Did you mean 'postgres'?");
    }
  }

  private Path config(String password) throws Exception {
    Path config = directory.resolve("leat-" + password + ".yaml");
    Files.writeString(
        config,
        """
        http: {port: 0}
        flink: {commit-interval: 1s}
        kafka:
          bootstrap: 127.0.0.1:%d
          replication: 1
          properties:
            security.protocol: SASL_SSL
            sasl.mechanism: SCRAM-SHA-512
            sasl.jaas.config: 'org.apache.kafka.common.security.scram.ScramLoginModule required username="leat" password="%s";'
            ssl.truststore.type: PKCS12
            ssl.truststore.location: %s
            ssl.truststore.password: %s
        postgres:
          url: %s
          user: %s
          password: %s
        """
            .formatted(
                securePort,
                password,
                keyStore(),
                STORE_PASSWORD,
                postgres.jdbcUrl(),
                postgres.user(),
                postgres.password()));
    return config;
  }

  private LeatProcess up(Path data, Path config) throws Exception {
    return LeatProcess.start(
        directory,
        "up",
        Repository.root().resolve("blueprints/devices").toString(),
        "--config",
        config.toString(),
        "--data",
        data.toString());
  }

  private Path keyStore() {
    return directory.resolve("kafka.p12");
  }

  private void makeCertificate() throws Exception {
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "kafka",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=ip:127.0.0.1,dns:localhost",
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-keystore",
                keyStore().toString(),
                "-storepass",
                STORE_PASSWORD)
            .redirectErrorStream(true)
            .start();
    assertThat(keytool.waitFor()).isEqualTo(0);
  }
}
