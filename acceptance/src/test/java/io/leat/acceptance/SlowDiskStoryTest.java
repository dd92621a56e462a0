package io.leat.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The disk becomes slow, and then ten times more comes in than before: senders are slowed down or
 * refused, each gets its answer, and nobody has to do anything for it to be over.
 */
@Order(78)
class SlowDiskStoryTest {
  private static final Duration SOON = Duration.ofSeconds(60);

  /** What a sync takes on a disk that is overloaded, or about to die. */
  private static final Duration SLOW = Duration.ofMillis(200);

  /** What it takes on one that is only busy. */
  private static final Duration BUSY = Duration.ofMillis(50);

  /** Of the busy disk's requests; some 270 go through in the time when nobody wastes any. */
  private static final int LEAST_ACCEPTED = 40;

  private static final Duration USUAL_TIME = Duration.ofSeconds(4);
  private static final Duration SPIKE_TIME = Duration.ofSeconds(12);

  /** Requests a second. */
  private static final int USUALLY = 20;

  private static final int SPIKE = 10 * USUALLY;

  /** As docs/concepts/limits.md has it: the heap of {@link Launch}, and what comes besides. */
  private static final long MOST_KIB = (512 + 450) << 10;

  private final Path directory;

  SlowDiskStoryTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  @Tag("slow")
  void aSlowDiskAndASpikeSlowSendersDownAndNothingElse() throws Exception {
    try (PowerCutFileSystem disk = PowerCutFileSystem.mount(directory, 0)) {
      Path data = disk.root().resolve("data");
      try (LeatProcess leat = up(data);
          TestingSpike senders = new TestingSpike(leat.awaitReady(data))) {
        TestingClient client = leat.awaitReady(data);
        senders.send(USUALLY, USUAL_TIME);
        senders.awaitAnswers();
        assertThat(senders.answers()).as("before").containsOnlyKeys(202);

        disk.slow(BUSY);
        senders.send(SPIKE, SPIKE_TIME);
        senders.awaitAnswers();
        assertThat(senders.answers().get(202))
            .as("accepted by a busy disk in a spike, %s", senders.answers())
            .isGreaterThan(USUALLY * (int) USUAL_TIME.toSeconds() + LEAST_ACCEPTED);

        disk.slow(SLOW);
        int refusedBefore = senders.refused();
        for (int i = 0; i < 3; i++) {
          senders.send(1, Duration.ofSeconds(1));
          senders.awaitAnswers();
        }
        assertThat(senders.refused()).as("one after the other").isEqualTo(refusedBefore);
        int refusedAtOnce = senders.answers().getOrDefault(503, 0);
        senders.send(SPIKE, SPIKE_TIME);
        assertThat(client.get("/health/live").status()).isEqualTo(200);
        disk.slow(Duration.ZERO);
        senders.awaitAnswers();
        assertThat(senders.answers().getOrDefault(503, 0))
            .as("it was a spike")
            .isGreaterThan(refusedAtOnce);

        Until.holds(SOON, () -> client.get("/health/ready").status() == 200, "ready again");
        senders.awaitAcceptance(SOON);
        int refused = senders.refused();
        senders.send(USUALLY, USUAL_TIME);
        senders.awaitAnswers();
        assertThat(senders.refused()).as("refused after it was over").isEqualTo(refused);
        assertThat(senders.surprises()).as("answers").isEmpty();
        assertThat(mostResident(leat)).as("KiB of memory, at most").isLessThan(MOST_KIB);
        eachIsThereOnce(client, senders.acknowledged());
        leat.signal("TERM");
        assertThat(leat.await(SOON).exitCode()).isEqualTo(0);
      }
    }
  }

  private LeatProcess up(Path data) throws IOException {
    return LeatProcess.up(
        directory,
        Repository.root().resolve("blueprints/devices"),
        data,
        String.valueOf(Ports.free()),
        "durability: disk\n");
  }

  /** By id. */
  private static void eachIsThereOnce(TestingClient client, Set<String> acknowledged)
      throws Exception {
    Books books = Books.settled(client);
    Set<String> processed = new HashSet<>();
    for (JsonNode row :
        client.rows("SELECT _event_id, count(*) FROM devices_processed.telemetry GROUP BY 1")) {
      assertThat(row.path(1).asInt()).as("times: " + row).isEqualTo(1);
      processed.add(row.path(0).asText());
    }
    assertThat(processed).containsAll(acknowledged);
    assertThat(books.processed()).isEqualTo(processed.size());
  }

  private static long mostResident(LeatProcess leat) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + leat.pid() + "/status")).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
        .findFirst()
        .orElseThrow();
  }
}
