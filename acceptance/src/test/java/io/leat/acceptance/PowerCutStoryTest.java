package io.leat.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The power is cut while Leat works for several clients: what was not synced is gone. Each promise
 * of {@code durability} is held against what is there afterwards; nobody does anything but to start
 * it again.
 *
 * <p>{@code -Dleat.faults.seed=N} repeats when the power was cut and which unsynced writes
 * survived.
 */
@Order(77)
class PowerCutStoryTest {
  private static final Duration SOON = Duration.ofSeconds(90);
  private static final int CLIENTS = 4;
  private static final int MOST_MILLIS = 4_000;

  private final Path directory;
  private final String port;

  PowerCutStoryTest(@TempDir Path directory) throws IOException {
    this.directory = directory;
    this.port = String.valueOf(Ports.free());
  }

  @Test
  void withDiskEachAcknowledgedEventIsThereOnceAfterPowerCuts() throws Exception {
    repeatable(random -> nothingAcknowledgedIsLost(1, random));
  }

  @Test
  @Tag("slow")
  void withDiskEachAcknowledgedEventIsThereOnceAfterManyPowerCuts() throws Exception {
    repeatable(random -> nothingAcknowledgedIsLost(20, random));
  }

  @Test
  @Tag("slow")
  void withProcessOnlyTheLastMomentsAreLostAndNothingLaterIsSkippedOrThereTwice() throws Exception {
    repeatable(random -> onlyTheLastMomentsAreLost(1, random));
  }

  @Test
  @Tag("slow")
  void withProcessNothingLaterIsSkippedOrThereTwiceAfterManyPowerCuts() throws Exception {
    repeatable(random -> onlyTheLastMomentsAreLost(10, random));
  }

  @FunctionalInterface
  private interface Story {
    void tell(Random random) throws Exception;
  }

  private static void repeatable(Story story) throws Exception {
    long seed = Long.getLong("leat.faults.seed", System.nanoTime() & 0xFFFF_FFFFL);
    System.out.println("power cuts with -Dleat.faults.seed=" + seed);
    try {
      story.tell(new Random(seed));
    } catch (AssertionError | RuntimeException | IOException e) {
      throw new AssertionError("Repeat with -Dleat.faults.seed=" + seed + ": " + e.getMessage(), e);
    }
  }

  private void nothingAcknowledgedIsLost(int cuts, Random random) throws Exception {
    try (PowerCutFileSystem disk = PowerCutFileSystem.mount(directory, random.nextInt(3))) {
      Path data = disk.root().resolve("data");
      LeatProcess leat = up(data, "disk");
      Load load = new Load(leat.awaitReady(data), "d");
      try (load) {
        for (int cut = 0; cut < cuts; cut++) {
          load.awaitMore(200 * CLIENTS);
          Thread.sleep(random.nextInt(MOST_MILLIS));
          cutPower(leat, disk, random);
          leat = up(data, "disk");
          leat.awaitReady(data);
        }
        load.awaitMore(100 * CLIENTS);
        load.end();
        TestingClient client = leat.awaitReady(data);
        assertThat(load.refusals()).isEmpty();
        Books books = Books.settled(client);
        positionsAreDense(client, books);
        assertThat(books.processed()).isEqualTo(load.acknowledged().size());
        Map<String, Integer> processed = processed(client);
        assertThat(processed.keySet()).isEqualTo(load.acknowledged());
        assertThat(processed.values()).containsOnly(1);
        assertThat(raw(client)).containsAll(load.acknowledged());
        assertThat(client.status().path("log_gaps")).isEmpty();
        leat.signal("TERM");
        assertThat(leat.await(SOON).exitCode()).isEqualTo(0);
      } finally {
        leat.close();
      }
    }
  }

  private void onlyTheLastMomentsAreLost(int cuts, Random random) throws Exception {
    try (PowerCutFileSystem disk = PowerCutFileSystem.mount(directory, random.nextInt(3))) {
      Path data = disk.root().resolve("data");
      LeatProcess leat = up(data, "process");
      try {
        Set<String> kept = new HashSet<>();
        for (int cut = 0; cut < cuts; cut++) {
          TestingClient client = leat.awaitReady(data);
          Load load = new Load(client, "p" + cut);
          try (load) {
            load.awaitMore(500 * CLIENTS);
            Until.holds(
                SOON, () -> processed(client).size() > kept.size() + 200 * CLIENTS, "no rows");
            kept.addAll(processed(client).keySet());
            Thread.sleep(random.nextInt(MOST_MILLIS));
            cutPower(leat, disk, random);
            load.giveUp();
          }
          leat = up(data, "process");
          leat.awaitReady(data);
        }
        TestingClient client = leat.awaitReady(data);
        assertThat(Files.readString(data.resolve("logs/leat.log")))
            .contains("The log lost its end; the tables have the records");
        JsonNode gaps = client.status().path("log_gaps");
        assertThat(gaps).isNotEmpty();
        assertThat(gaps.path(0).path("topic").asText()).isEqualTo("devices.telemetry");
        Load later = new Load(client, "later");
        try (later) {
          later.awaitMore(300 * CLIENTS);
          later.end();
          assertThat(later.refusals()).isEmpty();
          Books books = Books.settled(client);
          positionsAreDense(client, books);
          Map<String, Integer> processed = processed(client);
          assertThat(processed.keySet()).containsAll(later.acknowledged()).containsAll(kept);
          assertThat(processed.values()).containsOnly(1);
        }
        leat.signal("TERM");
        assertThat(leat.await(SOON).exitCode()).isEqualTo(0);
      } finally {
        leat.close();
      }
    }
  }

  /** The device goes a moment before the machine, or after it. */
  private static void cutPower(LeatProcess leat, PowerCutFileSystem disk, Random random)
      throws Exception {
    List<ProcessHandle> all = new ArrayList<>();
    try (Stream<ProcessHandle> descendants = leat.handle().descendants()) {
      all.addAll(descendants.toList());
    }
    if (random.nextBoolean()) {
      disk.off();
      leat.signal("KILL");
    } else {
      leat.signal("KILL");
      disk.off();
    }
    all.forEach(ProcessHandle::destroyForcibly);
    leat.await(SOON);
    for (ProcessHandle process : all) {
      process.onExit().get(SOON.toSeconds(), TimeUnit.SECONDS);
    }
    disk.on();
  }

  private LeatProcess up(Path data, String durability) throws IOException {
    Path blueprint = Repository.root().resolve("blueprints/devices");
    return LeatProcess.up(directory, blueprint, data, port, "durability: " + durability + "\n");
  }

  private static Map<String, Integer> processed(TestingClient client) throws Exception {
    Map<String, Integer> counts = new HashMap<>();
    for (JsonNode row :
        client.rows("SELECT _event_id, count(*) FROM devices_processed.telemetry GROUP BY 1")) {
      counts.put(row.path(0).asText(), row.path(1).asInt());
    }
    return counts;
  }

  private static Set<String> raw(TestingClient client) throws Exception {
    Set<String> ids = new HashSet<>();
    for (JsonNode row : client.rows("SELECT DISTINCT event_id FROM devices_raw.telemetry")) {
      ids.add(row.path(0).asText());
    }
    return ids;
  }

  /** No position is there twice and none is missing: nothing was read twice or passed over. */
  private static void positionsAreDense(TestingClient client, Books books) throws Exception {
    long dense = 0;
    for (JsonNode partition :
        client.rows(
            "SELECT log_partition, count(*), count(DISTINCT log_offset), max(log_offset) + 1"
                + " FROM devices_raw.telemetry GROUP BY 1")) {
      assertThat(List.of(partition.path(2).asLong(), partition.path(3).asLong()))
          .as("partition, rows, positions, end: " + partition)
          .containsOnly(partition.path(1).asLong());
      dense += partition.path(1).asLong();
    }
    assertThat(dense).isEqualTo(books.logged());
  }

  /** Several clients at once. */
  private static final class Load implements AutoCloseable {
    private final List<TestingFeeder> feeders = new ArrayList<>();

    Load(TestingClient client, String run) {
      for (int i = 0; i < CLIENTS; i++) {
        feeders.add(new TestingFeeder(client, run + i));
      }
    }

    void awaitMore(int events) throws InterruptedException {
      int target = acknowledged().size() + events;
      Until.fits(
          SOON, () -> acknowledged().size(), n -> n >= target, () -> "no " + events + " more");
    }

    Set<String> acknowledged() {
      Set<String> all = new HashSet<>();
      feeders.forEach(feeder -> all.addAll(feeder.acknowledged()));
      return all;
    }

    List<String> refusals() {
      return feeders.stream().flatMap(feeder -> feeder.refusals().stream()).toList();
    }

    void end() {
      feeders.forEach(TestingFeeder::end);
    }

    /** As clients that are gone with their server. */
    void giveUp() {
      feeders.forEach(TestingFeeder::giveUp);
    }

    @Override
    public void close() {
      giveUp();
    }
  }
}
