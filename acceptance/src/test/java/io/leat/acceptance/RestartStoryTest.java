package io.leat.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Leat is stopped and killed in the middle of its work, and nothing is lost or there twice. */
@Order(70)
class RestartStoryTest {
  private static final Duration SOON = Duration.ofSeconds(60);

  private final Path directory;

  RestartStoryTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  void aStopAndAKillInMidLoadLoseNothingAndDoubleNothing() throws Exception {
    Path data = directory.resolve("data");
    String port = String.valueOf(Ports.free());
    TestingClient client;
    TestingFeeder feeder;
    try (LeatProcess leat = up(data, port)) {
      client = leat.awaitReady(data);
      feeder = new TestingFeeder(client, "r");
      feeder.awaitMore(1_000, SOON);
      refusesASecondOnTheSameData(data, leat.pid());

      leat.signal("TERM");
      LeatProcess.Result ended = leat.await(SOON);

      assertThat(ended.exitCode()).isEqualTo(0);
      assertThat(ended.err())
          .contains("Stopping the gateway, the jobs at a savepoint, then the engines")
          .containsPattern("Stopped in [0-9.,]+ m?s");
      assertThat(data.resolve("run.json")).doesNotExist();
    }
    try (LeatProcess leat = up(data, port)) {
      leat.awaitReady(data);
      feeder.awaitMore(500, SOON);
      everyAcknowledgedEventIsThereOnce(client, new HashSet<>(feeder.acknowledged()));
      feeder.awaitMore(500, SOON);

      leat.signal("KILL");
      leat.await(SOON);
    }
    theBooksBalanceAfterTheLastStart(data, port, feeder);
  }

  /** As after a broken disk: other records stand at the offsets that the job remembers. */
  @Test
  void aLogThatWasLostBeginsANewEpoch() throws Exception {
    Path data = directory.resolve("data");
    String port = String.valueOf(Ports.free());
    Set<String> acknowledged = new HashSet<>();
    for (String life : List.of("first", "second")) {
      try (LeatProcess leat = up(data, port)) {
        TestingClient client = leat.awaitReady(data);
        TestingFeeder feeder = new TestingFeeder(client, life);
        feeder.awaitMore(life.equals("first") ? 600 : 300, SOON);
        feeder.end();
        acknowledged.addAll(feeder.acknowledged());
        Books books = Books.settled(client);
        assertThat(books).isEqualTo(all(acknowledged.size()));
        everyAcknowledgedEventIsThereOnce(client, acknowledged);
        Reconciled whole = Reconciled.whole(client);
        whole.isClean();
        assertThat(Books.of(whole.stream("devices.telemetry"))).isEqualTo(books);
        leat.signal("TERM");
        assertThat(leat.await(SOON).exitCode()).isEqualTo(0);
      }
      if (life.equals("first")) {
        Folders.delete(data.resolve("kafka"));
      }
    }
  }

  @Test
  void aStreamThatIsMissingAtAStartIsRefused() throws Exception {
    Path data = directory.resolve("data");
    Path blueprint = Repository.copyOfBlueprint("devices", directory.resolve("blueprints"));
    Path yaml = blueprint.resolve("blueprint.yaml");
    String with = Files.readString(yaml);
    String without =
        with.substring(0, with.indexOf("\n  transaction:"))
            + with.substring(with.indexOf("\n\ndetectors:"));
    try (LeatProcess leat = up(blueprint, data, "0")) {
      leat.awaitReady(data);
      leat.signal("TERM");
      assertThat(leat.await(SOON).exitCode()).isEqualTo(0);
    }
    Files.delete(blueprint.resolve("schemas/transaction.json"));
    Files.writeString(yaml, without);
    try (LeatProcess leat = up(blueprint, data, "0")) {
      LeatProcess.Result ended = leat.await(SOON);
      assertThat(ended.exitCode()).isEqualTo(1);
      assertThat(ended.err())
          .contains(
              "The blueprint 'devices' had the streams [transaction]", "removed: [transaction]")
          .doesNotContain("\tat ");
    }
    Files.writeString(yaml, without + "\nremoved: [transaction]\n");
    try (LeatProcess leat = up(blueprint, data, "0")) {
      TestingClient client = leat.awaitReady(data);
      assertThat(client.status().path("jobs").path(0).path("state").asText()).isEqualTo("RUNNING");
      assertThat(client.number("SELECT count(*) FROM devices_raw.transaction")).isZero();
    }
  }

  private static Books all(int events) {
    return new Books(events, events, events, 0, 0);
  }

  private void theBooksBalanceAfterTheLastStart(Path data, String port, TestingFeeder feeder)
      throws Exception {
    try (LeatProcess leat = up(data, port)) {
      TestingClient client = leat.awaitReady(data);
      feeder.awaitMore(500, SOON);
      feeder.end();
      assertThat(feeder.refusals()).isEmpty();
      Books books = Books.settled(client);
      assertThat(books.quarantined()).isZero();
      assertThat(books.processed()).isEqualTo(feeder.acknowledged().size());
      assertThat(books.logged() - feeder.acknowledged().size())
          .as("logged, but not known to the client")
          .isEqualTo(books.duplicates())
          .isBetween(0L, feeder.sentAgain());
      everyAcknowledgedEventIsThereOnce(client, feeder.acknowledged());
      Reconciled whole = Reconciled.whole(client);
      whole.isClean();
      JsonNode gateway = whole.stream("devices.telemetry").path("gateway");
      assertThat(gateway.path("logged").asLong()).isEqualTo(books.logged());
      assertThat(gateway.path("acknowledged").asLong()).isBetween(1L, books.logged());
      assertThat(gateway.path("unclean_stops").asInt()).as("kills").isPositive();

      leat.signal("INT");
      assertThat(leat.await(SOON).exitCode()).isEqualTo(0);
    }
  }

  /** As after a power cut: the tables' files are on disk, the newest checkpoints are not. */
  @Test
  void tablesAheadOfTheirJobsCheckpointGoBackToIt() throws Exception {
    Path data = directory.resolve("data");
    String port = String.valueOf(Ports.free());
    TestingFeeder feeder;
    try (LeatProcess leat = up(data, port)) {
      feeder = new TestingFeeder(leat.awaitReady(data), "b");
      feeder.awaitMore(4_000, SOON);
      leat.signal("KILL");
      leat.await(SOON);
    }
    losesItsNewestCheckpoint(data);
    try (LeatProcess leat = up(data, port)) {
      leat.awaitReady(data);
      feeder.awaitMore(500, SOON);
      leat.signal("KILL");
      leat.await(SOON);
      assertThat(Files.readString(data.resolve("logs/leat.log")))
          .contains("devices_processed.telemetry was ahead of checkpoint ");
    }
    theBooksBalanceAfterTheLastStart(data, port, feeder);
  }

  @Test
  @Tag("slow")
  void withoutAnyCheckpointTheTablesGoOnTogetherAndDuplicatesAreKnown() throws Exception {
    Path data = directory.resolve("data");
    String port = String.valueOf(Ports.free());
    String again =
        "{\"event_id\":\"again\",\"device_id\":\"a\",\"ts\":\"%s\"}".formatted(Instant.now());
    Set<String> acknowledged = new HashSet<>(Set.of("again"));
    long sentAgain;
    try (LeatProcess leat = up(data, port)) {
      TestingClient client = leat.awaitReady(data);
      assertThat(client.send("devices.telemetry", again).status()).isEqualTo(202);
      assertThat(client.send("devices.telemetry", "{\"event_id\":\"bad\"}").status())
          .isEqualTo(422);
      TestingFeeder feeder = new TestingFeeder(client, "w");
      feeder.awaitMore(4_000, SOON);
      Until.holds(
          SOON,
          () -> client.number("SELECT count(*) FROM devices_raw.rejected") == 1,
          "the refused record is kept");
      leat.signal("KILL");
      leat.await(SOON);
      Folders.delete(data.resolve("flink"));
      try (LeatProcess second = up(data, port)) {
        second.awaitReady(data);
        feeder.awaitMore(500, SOON);
        feeder.end();
        acknowledged.addAll(feeder.acknowledged());
        sentAgain = feeder.sentAgain();
        assertThat(feeder.refusals()).isEmpty();
        assertThat(client.send("devices.telemetry", again).status()).isEqualTo(202);

        Books books = Books.settled(client);

        assertThat(books.processed()).isEqualTo(acknowledged.size());
        assertThat(books.duplicates()).isBetween(1L, 1 + sentAgain);
        everyAcknowledgedEventIsThereOnce(client, acknowledged);
        assertThat(client.number("SELECT count(*) FROM devices_raw.rejected")).isOne();
        Reconciled.whole(client).isClean();
        second.signal("KILL");
        second.await(SOON);
      }
    }
    assertThat(Files.readString(data.resolve("logs/leat.log")))
        .contains(
            "The job devices-lake has no checkpoint any more, but its tables have rows. They are"
                + " together at checkpoint ");
    try (LeatProcess leat = up(data, port)) {
      TestingClient client = leat.awaitReady(data);
      assertThat(client.send("devices.telemetry", again).status()).isEqualTo(202);
      Books books = Books.settled(client);
      assertThat(books.processed()).isEqualTo(acknowledged.size());
      assertThat(books.duplicates()).isBetween(2L, 2 + sentAgain);
      Reconciled.whole(client).isClean();
      List<String> log = Files.readAllLines(data.resolve("logs/leat.log"));
      assertThat(log.stream().filter(line -> line.contains("begins without state at")))
          .as("from a checkpoint nothing is read again")
          .hasSize(1);
    }
  }

  /** As after a power cut with {@code durability: process}. */
  @Test
  void aLogThatLostItsEndGoesOnBehindWhatTheTablesHave() throws Exception {
    Path data = directory.resolve("data");
    String port = String.valueOf(Ports.free());
    Set<String> acknowledged = new HashSet<>();
    try (LeatProcess leat = up(data, port)) {
      TestingClient client = leat.awaitReady(data);
      TestingFeeder feeder = new TestingFeeder(client, "before");
      feeder.awaitMore(1_000, SOON);
      feeder.end();
      acknowledged.addAll(feeder.acknowledged());
      assertThat(Books.settled(client)).isEqualTo(all(acknowledged.size()));
      leat.signal("KILL");
      leat.await(SOON);
    }
    losesHalfOfItsLog(data);
    try (LeatProcess leat = up(data, port)) {
      TestingClient client = leat.awaitReady(data);
      JsonNode gaps = client.status().path("log_gaps");
      assertThat(gaps).isNotEmpty();
      assertThat(gaps.path(0).path("topic").asText()).isEqualTo("devices.telemetry");
      TestingFeeder feeder = new TestingFeeder(client, "after");
      feeder.awaitMore(500, SOON);
      feeder.end();
      acknowledged.addAll(feeder.acknowledged());
      assertThat(Books.settled(client)).isEqualTo(all(acknowledged.size()));
      everyAcknowledgedEventIsThereOnce(client, acknowledged);
      assertThat(
              client.number(
                  "SELECT count(DISTINCT log_partition * 1000000000000 + log_offset)"
                      + " FROM devices_raw.telemetry"))
          .isEqualTo(acknowledged.size());
      leat.signal("TERM");
      assertThat(leat.await(SOON).exitCode()).isEqualTo(0);
    }
  }

  private static void losesHalfOfItsLog(Path data) throws IOException {
    List<Path> segments;
    try (Stream<Path> files = Files.walk(data.resolve("kafka"), 2)) {
      segments =
          files
              .filter(file -> file.toString().matches(".*/devices\\.telemetry-[0-9]+/0+\\.log"))
              .toList();
    }
    assertThat(segments).isNotEmpty();
    for (Path segment : segments) {
      try (FileChannel channel = FileChannel.open(segment, StandardOpenOption.WRITE)) {
        channel.truncate(channel.size() / 2);
      }
    }
  }

  private static void losesItsNewestCheckpoint(Path data) throws IOException {
    List<Path> checkpoints;
    try (Stream<Path> files = Files.walk(data.resolve("flink/checkpoints/devices-lake"), 2)) {
      checkpoints =
          files
              .filter(file -> Files.exists(file.resolve("_metadata")))
              .sorted(Comparator.comparingInt(RestartStoryTest::number))
              .toList();
    }
    assertThat(checkpoints).as("retained checkpoints").hasSizeGreaterThan(1);
    for (Path lost : checkpoints.subList(1, checkpoints.size())) {
      Folders.delete(lost);
    }
  }

  private static int number(Path checkpoint) {
    return Integer.parseInt(checkpoint.getFileName().toString().substring("chk-".length()));
  }

  @Test
  void aTakenPortIsNamed() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Path data = directory.resolve("data");
      try (LeatProcess leat = up(data, String.valueOf(taken.getLocalPort()))) {
        LeatProcess.Result ended = leat.await(SOON);

        assertThat(ended.exitCode()).isEqualTo(1);
        assertThat(ended.err())
            .contains("leat: ")
            .contains(String.valueOf(taken.getLocalPort()))
            .doesNotContain("\tat ");
        assertThat(data.resolve("run.json")).doesNotExist();
      }
    }
  }

  private LeatProcess up(Path data, String port) throws IOException {
    return up(Repository.root().resolve("blueprints/devices"), data, port);
  }

  private LeatProcess up(Path blueprint, Path data, String port) throws IOException {
    return LeatProcess.up(directory, blueprint, data, port, "");
  }

  private void refusesASecondOnTheSameData(Path data, long pid) throws Exception {
    try (LeatProcess second = up(data, "0")) {
      LeatProcess.Result refused = second.await(SOON);
      assertThat(refused.exitCode()).isEqualTo(1);
      assertThat(refused.err())
          .contains("leat: The data directory " + data + " is in use by process " + pid + " on ")
          .contains("Stop it, or give another directory with --data.")
          .doesNotContain("\tat ");
    }
    assertThat(data.resolve("run.json")).exists();
  }

  private static void everyAcknowledgedEventIsThereOnce(
      TestingClient client, Set<String> acknowledged) throws Exception {
    Map<String, Integer> raw = new HashMap<>();
    Map<String, Integer> processed = new HashMap<>();
    Until.fits(
        SOON,
        () -> {
          raw.clear();
          processed.clear();
          count(client, "SELECT event_id, count(*) FROM devices_raw.telemetry GROUP BY 1", raw);
          count(
              client,
              "SELECT _event_id, count(*) FROM devices_processed.telemetry GROUP BY 1",
              processed);
          return raw.keySet().containsAll(acknowledged)
              && processed.keySet().containsAll(acknowledged);
        },
        isThere -> isThere,
        () -> "acknowledged events are not all in the tables");
    assertThat(processed.values()).containsOnly(1);
  }

  private static void count(TestingClient client, String sql, Map<String, Integer> counts)
      throws Exception {
    for (JsonNode row : client.rows(sql)) {
      counts.put(row.path(0).asText(), row.path(1).asInt());
    }
  }
}
