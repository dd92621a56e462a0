package io.leat.app.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.app.client.BatchFormat;
import io.leat.app.client.EventSender;
import io.leat.app.client.LeatClient;
import io.leat.app.client.RetryPolicy;
import io.leat.app.client.TestingLeat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class FleetGeneratorTest {
  private final Instant start = Instant.now();

  @Test
  void theSameSeedGivesTheSameBytes() {
    assertThat(lines(7)).isEqualTo(lines(7)).isNotEqualTo(lines(8));
  }

  @Test
  void evenAShortRunHasRecordsOfEveryFate() {
    Ledger ledger = new Ledger();
    FleetGenerator fleet = fleet(42, 400);
    while (fleet.hasNext()) {
      ledger.add(fleet.next());
    }
    assertThat(ledger.total().duplicates()).isEqualTo(6);
    assertThat(ledger.total().quarantined())
        .containsOnlyKeys("event-id-conflict", "quality-rule-failed", "time-out-of-range");
    assertThat(ledger.total().rejected())
        .containsOnlyKeys(
            "duplicate-json-key", "malformed-json", "missing-key", "schema-violation");
    assertThat(ledger.streams()).containsOnlyKeys("fault", "heartbeat", "telemetry", "transaction");
  }

  /** What the generator claims is counted again from the bytes by logic of its own. */
  @Test
  void itsTruthIsWhatTheBytesSay() throws IOException {
    try (TestingLeat leat = new TestingLeat()) {
      EventSender sender =
          new EventSender(new LeatClient(leat.uri(), "k"), RetryPolicy.DEFAULT, d -> {});
      Ledger ledger = new Ledger();
      FleetGenerator fleet = fleet(42, 10_000);
      Map<String, List<byte[]>> byStream = new TreeMap<>();
      while (fleet.hasNext()) {
        DemoRecord record = fleet.next();
        ledger.add(record);
        byStream.computeIfAbsent(record.stream(), s -> new ArrayList<>()).add(record.line());
      }
      for (Map.Entry<String, List<byte[]>> of : byStream.entrySet()) {
        sender.send("devices." + of.getKey(), BatchFormat.NDJSON, of.getValue(), of.getKey());
      }

      Tallies found =
          Tallies.count(new LeatClient(leat.uri(), "k"), "devices", ledger.streams().keySet());
      assertThat(found.quarantined()).isEqualTo(ledger.total().quarantined());
      assertThat(found.rejected()).isEqualTo(ledger.total().rejected());
      ledger
          .streams()
          .forEach(
              (name, counts) -> {
                assertThat(found.processed().get(name)).isEqualTo(counts.processed());
                assertThat(found.raw().get(name)).isEqualTo(counts.accepted());
                assertThat(found.duplicates().getOrDefault(name, 0L))
                    .isEqualTo(counts.duplicates());
              });
    }
  }

  private FleetGenerator fleet(long seed, long size) {
    return new FleetGenerator(seed, 50, "t", start, Duration.ofSeconds(20), size);
  }

  private List<String> lines(long seed) {
    List<String> lines = new ArrayList<>();
    FleetGenerator fleet = fleet(seed, 1_000);
    while (fleet.hasNext()) {
      lines.add(new String(fleet.next().line(), StandardCharsets.UTF_8));
    }
    return lines;
  }
}
