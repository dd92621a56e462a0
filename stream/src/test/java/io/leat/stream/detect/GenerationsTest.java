package io.leat.stream.detect;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GenerationsTest {
  private static final long NOW = 1_800_000_000_000L;

  @Test
  void itIsWhenTheTaskWasOpened() {
    assertThat(Generations.next(List.of(), NOW)).isEqualTo(NOW);
    assertThat(Generations.next(List.of(NOW - 5_000), NOW)).isEqualTo(NOW);
  }

  @Test
  void itGrowsWithEachRestoreAlsoWhenTheClockWasSetBack() throws Exception {
    Opened first = new Opened(NOW + 3_600_000);
    OperatorSubtaskState one = run(first, 0, 1, null);
    Opened second = new Opened(NOW);
    OperatorSubtaskState two = run(second, 0, 1, one);
    Opened third = new Opened(NOW + 1);
    run(third, 0, 1, two);

    assertThat(first.generation).isEqualTo(NOW + 3_600_000);
    assertThat(second.generation).isEqualTo(NOW + 3_600_001);
    assertThat(third.generation).isEqualTo(NOW + 3_600_002);
  }

  @Test
  void itIsBehindThoseOfAllTasksThereWereBefore() throws Exception {
    OperatorSubtaskState states =
        AbstractStreamOperatorTestHarness.repackageState(
            run(new Opened(NOW + 1_000), 0, 2, null), run(new Opened(NOW + 7_000), 1, 2, null));

    for (int task = 0; task < 3; task++) {
      Opened restored = new Opened(NOW);
      run(
          restored,
          task,
          3,
          AbstractStreamOperatorTestHarness.repartitionOperatorState(states, 8, 2, 3, task));
      assertThat(restored.generation).isEqualTo(NOW + 7_001);
    }
  }

  /** Opens a task and takes its state. */
  @SuppressWarnings("try") // Nobody interrupts a test.
  private static OperatorSubtaskState run(
      Opened operator, int task, int tasks, @Nullable OperatorSubtaskState restored)
      throws Exception {
    try (OneInputStreamOperatorTestHarness<Long, Long> harness =
        new OneInputStreamOperatorTestHarness<>(operator, 8, tasks, task)) {
      harness.setup();
      if (restored != null) {
        harness.initializeState(restored);
      }
      harness.open();
      return harness.snapshot(1, 1);
    }
  }

  /** Only has a generation. */
  private static final class Opened extends AbstractStreamOperator<Long>
      implements OneInputStreamOperator<Long, Long> {
    private static final long serialVersionUID = 1L;

    private final long now;
    private transient Generations generations;
    private transient long generation;

    @SuppressWarnings("NullAway.Init") // Flink calls initializeState() before anything else.
    Opened(long now) {
      this.now = now;
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
      super.initializeState(context);
      generations =
          Generations.open(context.getOperatorStateStore(), () -> Instant.ofEpochMilli(now));
      generation = generations.present();
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
      super.snapshotState(context);
      generations.snapshot();
    }

    @Override
    public void processElement(StreamRecord<Long> element) {}
  }
}
