package io.leat.app.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class ReadOffsetsTest {
  private static final TopicPartition ONE = new TopicPartition("devices.telemetry", 0);

  private final ReadOffsets read = new ReadOffsets(3);

  @Test
  void nothingIsDispensableUntilAsManyCheckpointsHaveCompletedAsAreKept() {
    read.note("a", Map.of(), 0);
    read.note("a", Map.of(ONE, 10L), 1);
    read.note("a", Map.of(ONE, 20L), 2);
    assertThat(read.dispensable()).isEmpty();

    read.note("a", Map.of(ONE, 30L), 3);

    assertThat(read.dispensable()).isEqualTo(Map.of(ONE, 10L));
  }

  @Test
  void whatTheOldestKeptCheckpointHadReadIsDispensable() {
    for (long checkpoint = 1; checkpoint <= 100; checkpoint++) {
      read.note("a", Map.of(ONE, checkpoint * 10), checkpoint);
    }

    assertThat(read.dispensable()).isEqualTo(Map.of(ONE, 980L));
  }

  @Test
  void aCheckpointThatWasNotSeenCountsAsThatBefore() {
    read.note("a", Map.of(ONE, 10L), 1);
    read.note("a", Map.of(ONE, 40L), 4);
    assertThat(read.dispensable()).isEqualTo(Map.of(ONE, 10L));

    read.note("a", Map.of(ONE, 50L), 5);
    assertThat(read.dispensable()).isEqualTo(Map.of(ONE, 10L));

    read.note("a", Map.of(ONE, 60L), 6);
    assertThat(read.dispensable()).isEqualTo(Map.of(ONE, 40L));
  }

  @Test
  void whatIsNotedWithoutANewCheckpointIsNotBelieved() {
    read.note("a", Map.of(ONE, 10L), 1);
    read.note("a", Map.of(ONE, 99L), 1);
    read.note("a", Map.of(ONE, 99L), 3);

    assertThat(read.dispensable()).isEqualTo(Map.of(ONE, 10L));
  }

  @Test
  void anotherSubmissionBeginsAnew() {
    for (long checkpoint = 1; checkpoint <= 5; checkpoint++) {
      read.note("a", Map.of(ONE, checkpoint * 10), checkpoint);
    }
    assertThat(read.dispensable()).isEqualTo(Map.of(ONE, 30L));

    read.note("b", Map.of(ONE, 60L), 1);

    assertThat(read.dispensable()).isEmpty();
  }
}
