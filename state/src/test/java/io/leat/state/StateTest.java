package io.leat.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class StateTest {
  private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
  private static final InstantSource CLOCK = InstantSource.fixed(NOW);

  private static EmbeddedPostgres postgres;
  private static StateDatabase database;
  private static Clients clients;

  @BeforeAll
  static void start() throws IOException {
    postgres = EmbeddedPostgres.builder().start();
    database = StateDatabase.open(settings());
    clients = new Clients(database, new SecureRandom(), CLOCK);
  }

  @AfterAll
  static void stop() throws IOException {
    database.close();
    postgres.close();
  }

  private static StateSettings settings() {
    return StateSettings.of(postgres.getJdbcUrl("postgres", "postgres"), "postgres", "postgres");
  }

  @Test
  void tablesOfANewerLeatAreRefusedAndLeftAsTheyAre() throws Exception {
    try (EmbeddedPostgres newer = EmbeddedPostgres.builder().start()) {
      String url = newer.getJdbcUrl("postgres", "postgres");
      StateSettings settings = StateSettings.of(url, "postgres", "postgres");
      StateDatabase.open(settings).close();
      int next = StateDatabase.newestMigration() + 1;
      try (var connection = newer.getPostgresDatabase().getConnection();
          var statement = connection.createStatement()) {
        statement.execute(
            "INSERT INTO leat_migration VALUES (1000, '%d', 'later', 'SQL', 'V%d__later.sql', 1,"
                    .formatted(next, next)
                + " 'postgres', now(), 1, true)");

        assertThatThrownBy(() -> StateDatabase.open(settings))
            .isInstanceOfSatisfying(
                LeatException.class,
                e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_CONFIGURATION))
            .hasMessage(
                "The state tables at "
                    + url
                    + " were written by a newer Leat: they have migration "
                    + next
                    + ", this Leat knows "
                    + (next - 1)
                    + ". Nothing was changed. Use that Leat or a newer one, or another database.");
        statement.execute("DELETE FROM leat_migration WHERE version = '" + next + "'");
      }
      StateDatabase.open(settings).close();
    }
  }

  @Test
  void aServerThatForgetsCommitsIsRefusedInWords() throws Exception {
    // The tests' server is set up to be quick.
    assertThatThrownBy(database::requireDurable)
        .isInstanceOf(LeatException.class)
        .hasMessage(
            "PostgreSQL would forget commits in a power cut: 'fsync' is off, 'synchronous_commit'"
                + " is off. Set them to 'on' on the server, or say 'durability: process' in"
                + " leat.yaml.");
    try (EmbeddedPostgres durable =
            EmbeddedPostgres.builder()
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .start();
        StateDatabase kept =
            StateDatabase.open(
                StateSettings.of(
                    durable.getJdbcUrl("postgres", "postgres"), "postgres", "postgres"))) {
      kept.requireDurable();
    }
  }

  @Test
  void gapsOfTheLogAreRememberedInTheOrderInWhichTheyWereFound() {
    LogGaps gaps = new LogGaps(database);
    LogGap later = new LogGap("devices.telemetry", 1, 5, 9, NOW.plusSeconds(1));
    LogGap first = new LogGap("devices.telemetry", 0, 100, 101, NOW);

    gaps.add(later);
    gaps.add(first);

    assertThat(gaps.list()).containsExactly(first, later);
  }

  @Test
  void anAddedClientIsListedWithoutItsSecret() {
    NewClient wanted =
        new NewClient(
            "line-7",
            List.of("send"),
            List.of("devices.*"),
            List.of("m-1", "m-2"),
            new Client.Rate(12.5, 40),
            null,
            NOW.plusSeconds(60));

    AddedClient added = clients.add(wanted);

    Client listed = find(added.client().id());
    assertThat(listed).isEqualTo(added.client());
    assertThat(listed.entityKeys()).containsExactly("m-1", "m-2");
    ApiKey key = ApiKey.parse(added.key().orElseThrow()).orElseThrow();
    assertThat(key.id()).isEqualTo(listed.id());
    assertThat(key.matches(listed.secretHash())).isTrue();
    assertThat(listed.secretHash()).isNotEqualTo(key.secret());
    assertThat(added.toString() + key).doesNotContain(key.secret());
    assertThat(listed.refusal(NOW.plusSeconds(59))).isEmpty();
    assertThat(listed.refusal(NOW.plusSeconds(60))).contains("expired");
  }

  @Test
  void answersAreKeptBySumsAndAKillIsNoted() {
    AnsweredCounts counts = new AnsweredCounts(database, CLOCK);
    AnsweredCounts.Log log = new AnsweredCounts.Log("devices", "telemetry", 2);
    assertThat(counts.begin("one")).isEmpty();
    counts.save("one", Map.of(log, new AnsweredCounts.Sums(10, 1)));
    counts.save("one", Map.of(log, new AnsweredCounts.Sums(12, 1))); // sums, not increments

    assertThat(counts.begin("one")).isEqualTo(Map.of(log, new AnsweredCounts.Sums(12, 1)));
    counts.end("one", Map.of(log, new AnsweredCounts.Sums(20, 2)));
    counts.begin("one"); // after a clean end
    assertThat(counts.begin("two")).isEmpty();
    counts.save("two", Map.of(log, new AnsweredCounts.Sums(3, 0)));

    assertThat(counts.totals())
        .containsExactly(new AnsweredCounts.Total(log, new AnsweredCounts.Sums(23, 2), NOW, 1));
  }

  @Test
  void aClientWithACertificateGetsNoKey() {
    AddedClient added =
        clients.add(
            new NewClient(
                "press-1",
                List.of("send"),
                List.of("*"),
                List.of(),
                null,
                new Client.Certificate("ab".repeat(32), null),
                null));

    assertThat(added.key()).isEmpty();
    assertThat(find(added.client().id())).isEqualTo(added.client());
  }

  @Test
  void aLivingClientsNameIsNotGivenTwice() {
    NewClient wanted = NewClient.of("twin", List.of("read"), List.of("*"));
    AddedClient first = clients.add(wanted);

    assertThatThrownBy(() -> clients.add(wanted))
        .isInstanceOf(LeatException.class)
        .hasMessage(
            "A client with the name 'twin' or this certificate exists."
                + " Revoke it first or choose another name");

    clients.revoke(first.client().id());
    assertThat(clients.add(wanted).client().id()).isNotEqualTo(first.client().id());
  }

  @Test
  void revokingChangesTheVersionOnceAndIsKept() {
    Client client = clients.add(NewClient.of("gone", List.of("read"), List.of("*"))).client();
    long before = clients.version();

    Client revoked = clients.revoke(client.id()).orElseThrow();

    assertThat(revoked.revokedAt()).isEqualTo(NOW);
    assertThat(revoked.refusal(NOW)).contains("revoked");
    assertThat(clients.snapshot().version()).isGreaterThan(before);
    assertThat(clients.revoke(client.id()).orElseThrow()).isEqualTo(revoked);
    assertThat(clients.revoke("0000000000000000")).isEmpty();
  }

  @Test
  void aSchemaKeepsItsNumberAndANewOneGetsTheNext() {
    SchemaVersions versions = new SchemaVersions(database, CLOCK);

    assertThat(versions.versionOf("devices", "telemetry", "f1", "{1}")).isEqualTo(1);
    assertThat(versions.versionOf("devices", "telemetry", "f2", "{2}")).isEqualTo(2);
    assertThat(versions.versionOf("devices", "telemetry", "f1", "{1}")).isEqualTo(1);
    assertThat(versions.versionOf("devices", "heartbeat", "f1", "{1}")).isEqualTo(1);
    assertThat(versions.document("devices", "telemetry", 2)).contains("{2}");
    assertThat(versions.document("devices", "telemetry", 3)).isEmpty();
  }

  @Test
  void numbersGivenOutAtOnceHaveNoGapsAndNoTwins() throws Exception {
    SchemaVersions versions = new SchemaVersions(database, CLOCK);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Callable<Integer>> calls = new java.util.ArrayList<>();
      for (int i = 0; i < 40; i++) {
        String fingerprint = "f" + i % 20;
        calls.add(() -> versions.versionOf("race", "stream", fingerprint, "{}"));
      }
      Set<Integer> numbers = new HashSet<>();
      for (var answer : threads.invokeAll(calls)) {
        numbers.add(answer.get());
      }
      assertThat(numbers).hasSize(20).contains(1, 20);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void aTopicMadeAnewStartsANewEpoch() {
    LogEpochs epochs = new LogEpochs(database, CLOCK);

    assertThat(epochs.epochOf("devices.telemetry", "id-a")).isEqualTo(1);
    assertThat(epochs.epochOf("devices.telemetry", "id-a")).isEqualTo(1);
    assertThat(epochs.epochOf("devices.telemetry", "id-b")).isEqualTo(2);
    assertThat(epochs.epochOf("devices.telemetry", "id-a")).isEqualTo(1);
    assertThat(epochs.epochOf("devices.fault", "id-a")).isEqualTo(1);
    assertThat(epochs.topics()).contains("devices.telemetry", "devices.fault");
  }

  @Test
  void whatFailsLeavesNothingBehind() {
    long before = clients.version();

    assertThatThrownBy(
            () ->
                database.transaction(
                    "fail",
                    connection -> {
                      connection.createStatement().execute("truncate log_epoch");
                      connection.createStatement().execute("update client set name = name || '-x'");
                      throw new IllegalStateException("stop");
                    }))
        .hasMessage("stop");

    assertThat(clients.version()).isEqualTo(before);
  }

  @Test
  void openingTwiceMigratesOnce() {
    try (StateDatabase again = StateDatabase.open(settings())) {
      again.ping();
    }
    database.ping();
  }

  @Test
  void aPostgresThatNeverAnswersFailsInTime() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String url = "jdbc:postgresql://127.0.0.1:" + silent.getLocalPort() + "/postgres";
      long start = System.nanoTime();

      assertThatThrownBy(() -> StateDatabase.open(StateSettings.of(url, "postgres", "")))
          .isInstanceOfSatisfying(
              LeatException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STATE_UNAVAILABLE))
          .hasMessageStartingWith("Cannot connect to PostgreSQL at " + url);

      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    }
  }

  @Test
  void aPostgresThatDiesIsUnavailableInTimeAndComesBack() throws IOException {
    int port;
    EmbeddedPostgres first = EmbeddedPostgres.builder().start();
    port = first.getPort();
    try (StateDatabase state =
        StateDatabase.open(
            StateSettings.of(first.getJdbcUrl("postgres", "postgres"), "postgres", "postgres"))) {
      first.close();
      long start = System.nanoTime();

      assertThatThrownBy(state::ping)
          .isInstanceOfSatisfying(
              LeatException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.STATE_UNAVAILABLE));
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));

      try (EmbeddedPostgres second = EmbeddedPostgres.builder().setPort(port).start()) {
        awaitPing(state);
        assertThat(second.getPort()).isEqualTo(port);
      }
    }
  }

  /** A busy machine takes its time to make a connection. */
  private static void awaitPing(StateDatabase state) {
    for (int attempt = 1; ; attempt++) {
      try {
        state.ping();
        return;
      } catch (LeatException e) {
        if (attempt == 15) {
          throw e;
        }
      }
    }
  }

  private static Client find(String id) {
    return clients.list().stream().filter(c -> c.id().equals(id)).findFirst().orElseThrow();
  }
}
