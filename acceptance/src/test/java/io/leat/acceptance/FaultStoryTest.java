package io.leat.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.leat.acceptance.TestingLoad.Fate;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Leat under load meets faults at random points; afterwards each record is where it is meant to be,
 * and nobody had to do anything but to start a dead process again.
 *
 * <p>{@code -Dleat.faults.seed=N} repeats a run's faults; {@code -Dleat.faults.kills=N} sets the
 * length of the long one.
 */
@Order(75)
class FaultStoryTest {
  private static final Duration RECOVERY = Duration.ofSeconds(90);
  private static final int MOST_BETWEEN_MILLIS = 5_000;

  private static final int MOST_STARTS = 10;

  /** One of each kind. */
  private static final int BROKER_OUTAGES = 2;

  /** Of the file system that Leat has to itself; its file takes only what is written. */
  private static final long DISK_MIB = 16 * 1024;

  /** Rows of one query, well below what an answer may have. */
  private static final int PAGE = 50_000;

  private final Path directory;
  private final Map<String, List<Long>> recoveries = new TreeMap<>();
  private final Map<String, Integer> struck = new HashMap<>();
  private String port = "";
  private String engines = "";

  FaultStoryTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  void nothingIsLostAndNothingIsThereTwiceWhateverHappens() throws Exception {
    run(seed(), (random, seed) -> faults(3, random, seed));
  }

  @Test
  @Tag("slow")
  void nothingIsLostAndNothingIsThereTwiceForHours() throws Exception {
    int kills = Integer.getInteger("leat.faults.kills", 100);
    run(seed(), (random, seed) -> faults(kills, random, seed));
  }

  /** The log is elsewhere: it refuses and hangs for a while, at random points. */
  @Test
  @Tag("slow")
  void nothingIsLostAndNothingIsThereTwiceWhileABrokerElsewhereRefuses() throws Exception {
    run(
        seed(),
        (random, seed) -> {
          try (TestingBroker broker = new TestingBroker(directory)) {
            brokerFaults(broker, random, seed);
          }
        });
  }

  private void brokerFaults(TestingBroker broker, Random random, long seed) throws Exception {
    Path data = directory.resolve("data");
    port = String.valueOf(Ports.free());
    engines = "kafka: {bootstrap: '%s', replication: 1}\n".formatted(broker.bootstrap());
    LeatProcess leat = up(data);
    try (TestingLoad load = new TestingLoad(leat.awaitReady(data), seed)) {
      for (int outage = 0; outage < BROKER_OUTAGES; outage++) {
        Thread.sleep(random.nextInt(MOST_BETWEEN_MILLIS));
        long begin = System.nanoTime();
        if (outage % 2 == 0) {
          broker.kill(); // connections are refused
          Thread.sleep(random.nextInt(10_000));
          broker.startAgain();
        } else {
          broker.signal("STOP");
          Thread.sleep(random.nextInt(10_000));
          broker.signal("CONT");
        }
        leat.awaitReady(data);
        load.awaitMore(100, RECOVERY);
        recovered(outage % 2 == 0 ? "BROKER_REFUSES" : "BROKER_HANGS", begin);
      }
      TestingClient client = leat.awaitReady(data);
      load.end();
      check(client, load);
    } finally {
      leat.close();
    }
  }

  /** Some recoveries are not measured: the next fault comes while they are under way. */
  private void recovered(String fault, long begin) {
    recoveries
        .computeIfAbsent(fault, f -> new ArrayList<>())
        .add((System.nanoTime() - begin) / 1_000_000);
  }

  @AfterEach
  void tell() {
    StringBuilder table =
        new StringBuilder("fault           times  recovered after, median  most\n");
    recoveries.forEach(
        (fault, millis) -> {
          List<Long> sorted = new ArrayList<>(millis);
          Collections.sort(sorted);
          table.append(
              String.format(
                  Locale.ROOT,
                  "%-15s %5d %21.1f s %5.1f s%n",
                  fault,
                  struck.getOrDefault(fault, sorted.size()),
                  sorted.get(sorted.size() / 2) / 1e3,
                  sorted.get(sorted.size() - 1) / 1e3));
        });
    System.out.print(table);
  }

  private static long seed() {
    return Long.getLong("leat.faults.seed", System.nanoTime() & 0xFFFF_FFFFL);
  }

  @FunctionalInterface
  private interface Story {
    void happens(Random random, long seed) throws Exception;
  }

  private static void run(long seed, Story story) throws Exception {
    System.out.println("faults with -Dleat.faults.seed=" + seed);
    try {
      story.happens(new Random(seed), seed);
    } catch (AssertionError | RuntimeException | IOException e) {
      throw new AssertionError("Repeat with -Dleat.faults.seed=" + seed + ": " + e.getMessage(), e);
    }
  }

  /** Every kind of fault at least once; kills until there were enough. */
  private void faults(int kills, Random random, long seed) throws Exception {
    if (SmallDisk.refusal().isPresent()) {
      System.out.println("without the fault DISK_FULL: " + SmallDisk.refusal().get());
      faults(directory.resolve("data"), kills, random, seed);
      return;
    }
    try (SmallDisk disk = SmallDisk.mount(directory.resolve("disk"), DISK_MIB)) {
      faults(disk.root().resolve("data"), kills, random, seed);
    }
  }

  private void faults(Path data, int kills, Random random, long seed) throws Exception {
    port = String.valueOf(Ports.free());
    LeatProcess leat = up(data);
    try (TestingLoad load = new TestingLoad(leat.awaitReady(data), seed)) {
      List<Fault> faults = plan(kills, random);
      boolean isUp = true;
      for (Fault fault : faults) {
        if (!isUp && (!fault.ends() || random.nextInt(4) > 0)) {
          leat.awaitReady(data); // else it dies while it starts
          isUp = true;
        }
        Thread.sleep(random.nextInt(MOST_BETWEEN_MILLIS));
        if (isUp) {
          load.cutRequest();
        }
        long begin = System.nanoTime();
        struck.merge(fault.name(), 1, Integer::sum);
        fault.strike(leat, data, random);
        if (fault.ends()) {
          leat.await(RECOVERY);
          leat = up(data);
          isUp = random.nextBoolean();
        }
        if (fault.mayEnd() && !fault.ends()) {
          leat = survivor(leat, data);
        }
        if (isUp) {
          leat.awaitReady(data);
          load.awaitMore(100, RECOVERY);
          recovered(fault.name(), begin);
        }
      }
      TestingClient client = leat.awaitReady(data);
      load.awaitMore(500, RECOVERY);
      load.end();
      check(client, load);
      leat.signal("TERM");
      assertThat(leat.await(RECOVERY).exitCode()).isEqualTo(0);
    } finally {
      leat.close();
    }
  }

  /** What a service manager does: a process that ends is started again, until one serves. */
  private LeatProcess survivor(LeatProcess first, Path data) throws Exception {
    LeatProcess leat = first;
    for (int starts = 0; starts < MOST_STARTS; starts++) {
      if (leat.servesOrEnds(data)) {
        return leat;
      }
      leat.close();
      leat = up(data);
    }
    throw new AssertionError("It ended " + MOST_STARTS + " times; at last: " + leat.said());
  }

  private static List<Fault> plan(int kills, Random random) {
    List<Fault> all = new ArrayList<>(List.of(Fault.values()));
    if (SmallDisk.refusal().isPresent()) {
      all.remove(Fault.DISK_FULL);
    }
    List<Fault> plan = new ArrayList<>();
    for (int kill = 0; kill < kills; kill++) {
      plan.add(Fault.KILL);
    }
    for (int other = 0; other < Math.max(all.size(), kills / 2); other++) {
      plan.add(all.get(other % all.size()));
    }
    Collections.shuffle(plan, random);
    return plan;
  }

  private LeatProcess up(Path data) throws IOException {
    return LeatProcess.up(
        directory, Repository.root().resolve("blueprints/devices"), data, port, engines);
  }

  private static void check(TestingClient client, TestingLoad load) throws Exception {
    assertThat(load.surprises()).as("answers").isEmpty();
    Books books = Books.settled(client);
    positionsAreDense(client, books);
    nothingRefusedIsThere(client);
    long clean = 0;
    for (int machine = 0; machine < TestingLoad.MACHINES; machine++) {
      clean += checkClean(client, load, machine);
      checkQuarantined(client, load, machine);
      checkRejected(client, load, machine);
    }
    assertThat(books.processed()).isEqualTo(clean);
    assertThat(books.logged())
        .as("acknowledged is a subset of logged")
        .isGreaterThanOrEqualTo(load.acknowledged());
  }

  /** Every offset of the log is in raw, each once. */
  private static void positionsAreDense(TestingClient client, Books books) throws Exception {
    long dense = 0;
    for (JsonNode partition :
        client.rows(
            "SELECT log_partition, count(*), count(DISTINCT log_offset), min(log_offset),"
                + " max(log_offset) FROM devices_raw.telemetry GROUP BY 1")) {
      long rows = partition.path(1).asLong();
      assertThat(partition.path(2).asLong()).as("positions twice: " + partition).isEqualTo(rows);
      assertThat(partition.path(3).asLong()).isZero();
      assertThat(partition.path(4).asLong()).as("gaps: " + partition).isEqualTo(rows - 1);
      dense += rows;
    }
    assertThat(dense).isEqualTo(books.logged());
  }

  private static void nothingRefusedIsThere(TestingClient client) throws Exception {
    for (String table : List.of("devices_raw.telemetry", "devices_raw.quarantine")) {
      assertThat(
              client.number(
                  "SELECT count(*) FROM "
                      + table
                      + " WHERE event_id LIKE 'R-%' OR event_id LIKE 'cut-%'"))
          .as("refused or cut off, but in " + table)
          .isZero();
    }
    assertThat(
            client.number(
                "SELECT count(*) FROM devices_processed.telemetry WHERE _event_id NOT LIKE 'C-%'"))
        .as("not clean, but processed")
        .isZero();
  }

  /**
   * Each acknowledged one is processed once and in raw, no other than those that were sent, and in
   * the order in which they were sent.
   */
  private static long checkClean(TestingClient client, TestingLoad load, int machine)
      throws Exception {
    BitSet answered = load.answered(Fate.CLEAN, machine);
    int sent = load.sent(Fate.CLEAN, machine);
    long rows = 0;
    long before = -1;
    for (int from = 0; from < sent; from += PAGE) {
      BitSet found = new BitSet();
      for (JsonNode row :
          client.rows(
              "SELECT seq, count(*), min(_log_offset) FROM devices_processed.telemetry"
                  + " WHERE device_id = '%s' AND seq >= %d AND seq < %d GROUP BY 1 ORDER BY 1"
                      .formatted(TestingLoad.machine(machine), from, from + PAGE))) {
        String id = TestingLoad.id(Fate.CLEAN, machine, row.path(0).asInt());
        assertThat(row.path(1).asInt()).as(id + " is processed once").isEqualTo(1);
        assertThat(row.path(2).asLong()).as(id + " is behind its elder").isGreaterThan(before);
        before = row.path(2).asLong();
        found.set(row.path(0).asInt());
        rows++;
      }
      BitSet missing = answered.get(from, from + PAGE);
      missing.andNot(found.get(from, from + PAGE));
      assertThat(missing.isEmpty())
          .as("acknowledged, but not processed: machine " + machine + ", " + from + " + " + missing)
          .isTrue();
    }
    String raw =
        "SELECT count(DISTINCT event_id) FROM devices_raw.telemetry WHERE event_id LIKE 'C-"
            + machine
            + "-%'";
    assertThat(client.number(raw)).as("raw and processed of machine " + machine).isEqualTo(rows);
    assertThat(rows).isLessThanOrEqualTo(sent);
    return rows;
  }

  private static void checkQuarantined(TestingClient client, TestingLoad load, int machine)
      throws Exception {
    String prefix = " WHERE event_id LIKE 'Q-" + machine + "-%'";
    BitSet missing = load.answered(Fate.QUARANTINED, machine);
    for (JsonNode row :
        client.rows("SELECT DISTINCT event_id FROM devices_raw.quarantine" + prefix)) {
      missing.clear(number(row.path(0).asText()));
    }
    assertThat(missing.isEmpty()).as("not in quarantine: " + missing).isTrue();
    String positions =
        "SELECT count(*), count(DISTINCT log_partition * 1000000000000 + log_offset) FROM ";
    JsonNode raw = client.rows(positions + "devices_raw.telemetry" + prefix).get(0);
    assertThat(client.rows(positions + "devices_raw.quarantine" + prefix).get(0)).isEqualTo(raw);
    assertThat(raw.path(0)).isEqualTo(raw.path(1));
  }

  /** What was refused with an answer is kept; what was refused without one may be. */
  private static void checkRejected(TestingClient client, TestingLoad load, int machine)
      throws Exception {
    BitSet answered = load.answered(Fate.REFUSED, machine);
    Until.holds(
        RECOVERY,
        () -> {
          BitSet missing = (BitSet) answered.clone();
          for (JsonNode row :
              client.rows(
                  "SELECT DISTINCT event_id FROM devices_raw.rejected WHERE event_id LIKE 'R-"
                      + machine
                      + "-%'")) {
            missing.clear(number(row.path(0).asText()));
          }
          return missing.isEmpty();
        },
        "what was refused is not all among the rejected: machine " + machine);
  }

  private static int number(String id) {
    return Integer.parseInt(id.substring(id.lastIndexOf('-') + 1));
  }
}
