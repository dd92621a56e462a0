package io.leat.app.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.leat.app.client.LeatClient;
import io.leat.app.client.TestingLeat;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SeriesReplayTest {
  private static final Instant END = Instant.parse("2026-03-01T12:00:00Z");

  @Test
  void everySeriesEndsNowWithItsIntervalsKept() throws IOException {
    Map<String, List<JsonNode>> devices = replay(1);
    assertThat(devices).hasSize(5);
    assertThat(devices.get("nab-machine-temperature")).hasSize(22_695);
    devices.forEach(
        (device, readings) -> {
          Duration shift = null;
          Instant last = Instant.EPOCH;
          for (JsonNode reading : readings) {
            Instant time = Instant.parse(reading.path("ts").asText());
            Instant source = Instant.parse(reading.path("source_time").asText());
            Duration moved = Duration.between(source, time);
            assertThat(shift == null ? moved : shift).isEqualTo(moved);
            shift = moved;
            last = time.isAfter(last) ? time : last;
          }
          assertThat(last).isEqualTo(END);
        });
  }

  @Test
  void fahrenheitBecomesCelsius() throws IOException {
    JsonNode first = of(replay(1), "nab-ambient-temperature").get(0);
    // 69.88083514 degrees Fahrenheit
    assertThat(first.path("ambient_c").asDouble()).isEqualTo(21.0449);
    assertThat(first.path("source_time").asText()).isEqualTo("2013-07-04T00:00:00Z");
  }

  @Test
  void everyReadingHasAnIdOfItsOwnAlsoWhereATimestampRepeats() throws IOException {
    List<String> ids = new ArrayList<>();
    replay(1).values().forEach(l -> l.forEach(r -> ids.add(r.path("event_id").asText())));
    assertThat(ids).hasSize(53_926).doesNotHaveDuplicates();
  }

  @Test
  void aShareIsTakenFromTheEnd() throws IOException {
    List<JsonNode> tenth = of(replay(0.1), "nab-key-hold");
    assertThat(tenth).hasSize(188);
    assertThat(tenth.get(tenth.size() - 1).path("ts").asText()).isEqualTo(END.toString());
  }

  private static List<JsonNode> of(Map<String, List<JsonNode>> devices, String device) {
    return devices.getOrDefault(device, List.of());
  }

  private static Map<String, List<JsonNode>> replay(double share) throws IOException {
    SeriesReplay replay = SeriesReplay.load(TestingLeat.blueprint(), "r", END, share);
    Map<String, List<JsonNode>> devices = new HashMap<>();
    while (replay.hasNext()) {
      DemoRecord record = replay.next();
      devices
          .computeIfAbsent(record.key(), k -> new ArrayList<>())
          .add(LeatClient.JSON.readTree(record.line()));
    }
    return devices;
  }
}
