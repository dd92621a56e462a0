package io.leat.app.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.event.LeatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedEnginesTest {
  private final Path directory;

  EmbeddedEnginesTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  void allStartSideBySideOnLoopbackOnlyAndStop() throws IOException {
    try (DataDirectory data = DataDirectory.open(directory)) {
      try (EmbeddedEngines engines =
          EmbeddedEngines.start(
              data,
              PostgresSettings.defaults(),
              KafkaSettings.defaults(),
              FlinkSettings.defaults())) {
        assertThat(engines.startTimes()).containsOnlyKeys("postgres", "kafka", "flink");
        assertThat(TestingPorts.listeningElsewhere()).isEmpty();
      }
      assertThat(TestingPorts.listeningOnLoopback()).isEmpty();
    }
  }

  @Test
  void whenOneDoesNotStartTheOthersAreStopped() throws IOException {
    try (DataDirectory data = DataDirectory.open(directory)) {
      Files.writeString(data.kafka(), "in the way");

      assertThatThrownBy(
              () ->
                  EmbeddedEngines.start(
                      data, PostgresSettings.defaults(), KafkaSettings.defaults(), null))
          .isInstanceOf(LeatException.class)
          .hasMessageStartingWith("The embedded Kafka broker did not start: its directory");

      assertThat(Postmaster.find(data.postgres())).isNull();
      assertThat(data.postgres().resolve("PG_VERSION")).exists();
    }
  }
}
