package io.leat.rules.detect;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.rules.Condition;
import io.leat.rules.InvalidConditionException;
import io.leat.schema.Column;
import io.leat.schema.ColumnType.Primitive;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class DetectorKindTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final List<Column> COLUMNS =
      List.of(
          new Column("temperature_c", Primitive.DOUBLE, false, null, null, null),
          new Column("count", Primitive.LONG, false, null, null, null),
          new Column("state", Primitive.STRING, false, null, null, null));

  @Test
  void aThresholdHasTheColumnsOfItsConditionAndTheCount() throws InvalidConditionException {
    DetectorKind threshold =
        new DetectorKind.Threshold(
            "telemetry",
            condition("temperature_c > 85.0 && count > 1"),
            1,
            Duration.ZERO,
            condition("state == 'cold'"),
            1);

    assertThat(threshold.values()).containsExactlyInAnyOrder("count", "temperature_c");
  }

  @Test
  void aSequenceHasTheColumnsOfItsFirstCondition() throws InvalidConditionException {
    DetectorKind sequence =
        new DetectorKind.Sequence(
            "fault", condition("state == 'a'"), condition("count > 1"), null, MINUTE, null, MINUTE);

    assertThat(sequence.values()).containsExactly("state");
  }

  @Test
  void everyKindHasItsNameItsStreamsAndItsValues() {
    DetectorKind silence = new DetectorKind.Silence(List.of("a", "b"), MINUTE, MINUTE);
    DetectorKind rate = new DetectorKind.Rate("a", null, true, 1L, null, MINUTE);
    DetectorKind change = new DetectorKind.Change("a", "state", null, null, MINUTE);
    DetectorKind anomaly = new DetectorKind.Anomaly("a", "temperature_c", MINUTE, 6, 3, MINUTE);
    DetectorKind missing = new DetectorKind.MissingData("a", MINUTE, MINUTE, 0.9);

    assertThat(List.of(silence, rate, change, anomaly, missing))
        .extracting(DetectorKind::yaml)
        .containsExactly("silence", "rate", "change", "anomaly", "missing-data");
    assertThat(silence.streams()).containsExactly("a", "b");
    assertThat(rate.streams()).containsExactly("a");
    assertThat(silence.values()).containsExactlyInAnyOrder("last_seen", "after");
    assertThat(rate.values()).containsExactlyInAnyOrder("count", "within", "more_than");
    assertThat(change.values()).containsExactlyInAnyOrder("column", "from", "to");
    assertThat(anomaly.values())
        .containsExactlyInAnyOrder("column", "value", "usual", "deviations");
    assertThat(missing.values()).containsExactlyInAnyOrder("expected", "received", "from", "to");
  }

  private static Condition condition(String text) throws InvalidConditionException {
    return Condition.compile(text, COLUMNS);
  }
}
