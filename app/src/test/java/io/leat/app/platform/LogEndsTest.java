package io.leat.app.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.app.engine.DataDirectory;
import io.leat.app.engine.KafkaEngine;
import io.leat.app.engine.KafkaSettings;
import io.leat.app.engine.TopicSpec;
import io.leat.app.engine.Topics;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.state.LogGap;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogEndsTest {
  private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
  private static final TopicPartition FIRST = new TopicPartition("devices.telemetry", 0);
  private static final TopicPartition SECOND = new TopicPartition("devices.telemetry", 1);

  private final Path directory;
  private DataDirectory data;
  private KafkaEngine kafka;
  private LogReader reader;
  private final Properties client = new Properties();
  private final List<LogGap> kept = new ArrayList<>();

  LogEndsTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @BeforeEach
  void start() {
    data = DataDirectory.open(directory.resolve("data"));
    kafka = KafkaEngine.start(data, KafkaSettings.defaults());
    client.put("bootstrap.servers", kafka.bootstrapServers());
    try (Admin admin = Admin.create(client)) {
      new Topics(admin, Duration.ofSeconds(30))
          .provision(List.of(new TopicSpec(FIRST.topic(), 2, 1, Map.of())));
    }
    reader = new LogReader(client);
  }

  @AfterEach
  void stop() {
    reader.close();
    kafka.close();
    data.close();
  }

  @Test
  void aPartitionThatEndsBeforeWhatWasReadIsFilledAndTold() {
    LogEnds ends = ends();

    ends.restore(Map.of(FIRST, 1_234L, SECOND, 0L));

    LogGap gap = new LogGap("devices.telemetry", 0, 0, 1_234, NOW);
    assertThat(kept).containsExactly(gap);
    assertThat(ends.gaps()).containsExactly(gap);
    assertThat(reader.ends(List.of(FIRST, SECOND))).isEqualTo(Map.of(FIRST, 1_234L, SECOND, 0L));
    Set<Long> fillers = new HashSet<>();
    try (LogConsumer log = new LogConsumer(client, Map.of())) {
      log.consumer().assign(List.of(FIRST));
      log.consumer().seekToBeginning(List.of(FIRST));
      while (log.consumer().position(FIRST) < 1_234) {
        for (ConsumerRecord<byte[], byte[]> record : log.consumer().poll(Duration.ofMillis(200))) {
          assertThat(LogEnds.isFiller(record.headers())).isTrue();
          fillers.add(record.offset());
        }
      }
    }
    assertThat(fillers).hasSize(1_234);
  }

  @Test
  void aLogThatGoesOnBehindWhatWasReadIsLeftAlone() {
    ends().restore(Map.of(FIRST, 10L));
    kept.clear();

    ends().restore(Map.of(FIRST, 7L));

    assertThat(kept).isEmpty();
    assertThat(reader.ends(List.of(FIRST))).isEqualTo(Map.of(FIRST, 10L));
  }

  @Test
  void aLogThatLacksMoreThanAPowerCutTakesIsRefusedAndLeftAlone() {
    assertThatThrownBy(() -> ends().restore(Map.of(FIRST, 10_000_001L, SECOND, 5L)))
        .isInstanceOfSatisfying(
            LeatException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT))
        .hasMessage(
            "The log devices.telemetry-0 ends at offset 0, but its tables have read it up to"
                + " 10000001: this is not the log that they were made from. Give it back its files,"
                + " or delete the topic devices.telemetry: its next one begins a new log epoch, and"
                + " the tables stay.");
    assertThat(kept).isEmpty();
    assertThat(reader.ends(List.of(FIRST, SECOND))).isEqualTo(Map.of(FIRST, 0L, SECOND, 0L));
  }

  private LogEnds ends() {
    return new LogEnds(client, reader, List.copyOf(kept), kept::add, InstantSource.fixed(NOW));
  }
}
