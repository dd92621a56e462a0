package io.leat.app.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class LogHoldsTest {
  private static final TopicPartition ONE = new TopicPartition("devices.telemetry", 0);

  private final LogHolds holds = new LogHolds();

  @Test
  void whileTheLogIsHeldNothingIsGivenUpButWhatCouldBeBefore() {
    holds.note(Map.of(ONE, 5L));
    LogRetention.Hold hold = holds.hold();
    holds.note(Map.of(ONE, 10L));
    holds.note(Map.of(ONE, 20L));
    assertThat(holds.within(Map.of(ONE, 30L))).isEqualTo(Map.of(ONE, 10L));

    LogRetention.Hold other = holds.hold();
    hold.close();
    assertThat(holds.within(Map.of(ONE, 40L))).isEqualTo(Map.of(ONE, 10L));

    other.close();
    assertThat(holds.within(Map.of(ONE, 50L))).isEqualTo(Map.of(ONE, 50L));
    hold = holds.hold();
    assertThat(holds.within(Map.of(ONE, 60L))).isEqualTo(Map.of(ONE, 60L));
    assertThat(holds.within(Map.of(ONE, 70L))).isEqualTo(Map.of(ONE, 60L));
    hold.close();
  }
}
