package io.leat.blueprint;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DetectorTextTest {
  private static final String YAML =
      """
      blueprint: devices
      detectors:
        # Machines send one every 30 seconds.
        # Three in a row are missing.
        offline:
          silence: {stream: heartbeat, after: 90s}  # as long as the SLA allows

          # who looks after it
          labels: {team: field}

        # too hot
        overheating: {threshold: {stream: telemetry, when: "t > 85"}}
        last:
          change: {stream: heartbeat, of: firmware}

          summary: >
            it is
            another
      # what follows
      routes:
        default: {to: [log]}
      """;

  @Test
  void hasTheLinesAsTheyWereWrittenWithTheirComments() {
    assertThat(DetectorText.of(YAML, "offline"))
        .contains(
            """
            # Machines send one every 30 seconds.
            # Three in a row are missing.
            offline:
              silence: {stream: heartbeat, after: 90s}  # as long as the SLA allows

              # who looks after it
              labels: {team: field}""");
  }

  @Test
  void endsWhereTheNextBegins() {
    assertThat(DetectorText.of(YAML, "overheating"))
        .contains(
            """
            # too hot
            overheating: {threshold: {stream: telemetry, when: "t > 85"}}""");
    assertThat(DetectorText.of(YAML, "last"))
        .contains(
            """
            last:
              change: {stream: heartbeat, of: firmware}

              summary: >
                it is
                another""");
  }

  @Test
  void readsTheLastLinesOfAFile() {
    assertThat(DetectorText.of("detectors:\n  a:\n    rate: {}\n    labels: {b: c}", "a"))
        .contains("a:\n  rate: {}\n  labels: {b: c}");
    assertThat(DetectorText.of("detectors: {a: {rate: {}},\n  b: {}}", "a"))
        .contains("detectors: {a: {rate: {}},");
  }

  @Test
  void isEmptyWithoutSuchADetector() {
    assertThat(DetectorText.of(YAML, "heartbeat")).isEmpty();
    assertThat(DetectorText.of("detectors: [", "offline")).isEmpty();
    assertThat(DetectorText.of("", "offline")).isEmpty();
  }
}
