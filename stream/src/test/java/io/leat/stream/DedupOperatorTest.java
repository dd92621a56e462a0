package io.leat.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.event.Timestamps;
import io.leat.rules.seen.IdRange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What deduplication remembers over checkpoints, restores and changes of its parallelism. */
class DedupOperatorTest {
  private static final int MAX_PARALLELISM = 128;

  /** More than the table in memory holds, so that files are written and merged. */
  private static final int MANY = 150_000;

  private static final int LEDGER_PROCESSED = 9;
  private static final int LEDGER_DUPLICATES = 10;
  private static final int LEDGER_QUARANTINED = 11;

  private final StreamPlan plan = TestingPlans.plan();
  private final Candidates shape = new Candidates(plan.processed());
  private final Path files;
  private long checkpoint;

  DedupOperatorTest(@TempDir Path files) {
    this.files = files;
  }

  /** What became of rows. */
  private record Outcome(long processed, long duplicates, long quarantined) {
    Outcome plus(Outcome other) {
      return new Outcome(
          processed + other.processed,
          duplicates + other.duplicates,
          quarantined + other.quarantined);
    }
  }

  /** One run of the operator, on some subtasks. */
  private final class Run implements AutoCloseable {
    private final List<OneInputStreamOperatorTestHarness<RowData, RowData>> subtasks =
        new ArrayList<>();

    Run(int parallelism, int before, @Nullable OperatorSubtaskState from) throws Exception {
      for (int i = 0; i < parallelism; i++) {
        OneInputStreamOperatorTestHarness<RowData, RowData> subtask =
            new OneInputStreamOperatorTestHarness<>(
                new DedupOperator(
                    plan, new Written(Map.of()), files.toString(), ParseOperator.BATCH),
                MAX_PARALLELISM,
                parallelism,
                i);
        subtask.setup();
        if (from != null) {
          subtask.initializeState(
              AbstractStreamOperatorTestHarness.repartitionOperatorState(
                  from, MAX_PARALLELISM, before, parallelism, i));
        }
        subtask.open();
        subtasks.add(subtask);
      }
    }

    /** Sends the ids from {@code first} to before {@code end}, with a payload of their own each. */
    Outcome send(int first, int end, long payload) throws Exception {
      Map<Integer, Long> offsets = new HashMap<>();
      for (int id = first; id < end; id++) {
        long low = mix(id);
        int owner = IdRange.owner(low, subtasks.size());
        long offset = offsets.merge(owner, 1L, Long::sum);
        subtasks.get(owner).processElement(new StreamRecord<>(row(id, low, payload, offset), 0));
      }
      return closeBooks();
    }

    /** Ends the checkpoint's books, as the barrier does, and adds them up. */
    private Outcome closeBooks() throws Exception {
      Outcome sum = new Outcome(0, 0, 0);
      for (var subtask : subtasks) {
        subtask.getOperator().prepareSnapshotPreBarrier(checkpoint + 1);
        long passed = subtask.extractOutputValues().size();
        Outcome ledger = new Outcome(0, 0, 0);
        for (RowData row : side(subtask, Outputs.LEDGER)) {
          ledger =
              ledger.plus(
                  new Outcome(
                      row.getLong(LEDGER_PROCESSED),
                      row.getLong(LEDGER_DUPLICATES),
                      row.getLong(LEDGER_QUARANTINED)));
        }
        assertThat(passed)
            .as("the rows that pass are those that are booked")
            .isEqualTo(ledger.processed);
        assertThat(side(subtask, Outputs.QUARANTINE)).hasSize((int) ledger.quarantined);
        subtask.getOutput().clear();
        forget(subtask, Outputs.LEDGER);
        forget(subtask, Outputs.QUARANTINE);
        sum = sum.plus(ledger);
      }
      return sum;
    }

    OperatorSubtaskState snapshot() throws Exception {
      checkpoint++;
      OperatorSubtaskState[] states = new OperatorSubtaskState[subtasks.size()];
      for (int i = 0; i < states.length; i++) {
        states[i] = subtasks.get(i).snapshot(checkpoint, checkpoint);
      }
      return AbstractStreamOperatorTestHarness.repackageState(states);
    }

    void complete() throws Exception {
      for (var subtask : subtasks) {
        subtask.notifyOfCompletedCheckpoint(checkpoint);
      }
    }

    @Override
    public void close() {
      for (var subtask : subtasks) {
        try {
          subtask.close();
        } catch (Exception e) {
          throw new IllegalStateException("The operator did not close", e);
        }
      }
    }
  }

  @Test
  void whatWasSeenIsKnownAfterARestore() throws Exception {
    OperatorSubtaskState state;
    try (Run run = new Run(1, 1, null)) {
      assertThat(run.send(0, MANY, 1)).isEqualTo(new Outcome(MANY, 0, 0));
      state = run.snapshot();
      assertThat(run.send(MANY, MANY + 1_000, 1)).isEqualTo(new Outcome(1_000, 0, 0));
    }
    assertThat(names()).isNotEmpty();
    try (Run run = new Run(1, 1, state)) {
      assertThat(run.send(0, MANY, 1)).isEqualTo(new Outcome(0, MANY, 0));
      assertThat(run.send(0, 500, 2)).isEqualTo(new Outcome(0, 0, 500));
      assertThat(run.send(MANY, MANY + 1_000, 1))
          .as("what came after the checkpoint was never seen")
          .isEqualTo(new Outcome(1_000, 0, 0));
    }
  }

  @Test
  void eachSubtaskKnowsItsIdsWhateverTheirNumberBecomes() throws Exception {
    OperatorSubtaskState state = null;
    int known = 0;
    int before = 1;
    for (int parallelism : new int[] {1, 2, 3, 1, 4, 1}) {
      try (Run run = new Run(parallelism, before, state)) {
        assertThat(run.send(0, known, 1))
            .as("on %s subtasks after %s", parallelism, before)
            .isEqualTo(new Outcome(0, known, 0));
        assertThat(run.send(known, known + MANY / 2, 1)).isEqualTo(new Outcome(MANY / 2, 0, 0));
        known += MANY / 2;
        state = run.snapshot();
        before = parallelism;
      }
    }
  }

  @Test
  void filesStayAsLongAsCheckpointsThatAreKeptMayNameThem() throws Exception {
    List<OperatorSubtaskState> states = new ArrayList<>();
    Set<String> ever = new TreeSet<>();
    int known = 0;
    try (Run run = new Run(1, 1, null)) {
      for (int i = 0; i < 44; i++) {
        run.send(known, known + 70_000, 1);
        known += 70_000;
        states.add(run.snapshot());
        run.complete();
        ever.addAll(names());
      }
      assertThat(names()).as("merged files go").hasSizeLessThan(ever.size());
    }
    for (int back : new int[] {0, 1, 12, 29}) {
      int checkpointed = known - back * 70_000;
      OperatorSubtaskState state = states.get(states.size() - 1 - back);
      try (Run run = new Run(1, 1, state)) {
        assertThat(run.send(0, checkpointed, 1))
            .as("from the checkpoint %s before the last", back)
            .isEqualTo(new Outcome(0, checkpointed, 0));
      }
    }
  }

  @Test
  void whatACrashLeftIsSweptAtARestoreWhenItIsOld() throws Exception {
    OperatorSubtaskState state;
    try (Run run = new Run(1, 1, null)) {
      run.send(0, MANY, 1);
      state = run.snapshot();
    }
    Path named = files.resolve(names().iterator().next());
    Path old = Files.copy(named, files.resolve("0-99999999" + suffix(named)));
    Path young = Files.copy(named, files.resolve("0-99999998" + suffix(named)));
    FileTime longAgo = FileTime.from(Instant.now().minusSeconds(3_600));
    Files.setLastModifiedTime(old, longAgo);
    Files.setLastModifiedTime(named, longAgo);

    try (Run run = new Run(1, 1, state)) {
      assertThat(run.send(0, 10, 1)).isEqualTo(new Outcome(0, 10, 0));
    }

    assertThat(old).doesNotExist();
    assertThat(young).exists();
    assertThat(named).exists();
  }

  private static String suffix(Path file) {
    String name = file.getFileName().toString();
    return name.substring(name.lastIndexOf('.'));
  }

  private Set<String> names() throws IOException {
    try (Stream<Path> list = Files.list(files)) {
      return list.map(file -> file.getFileName().toString())
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  private static List<RowData> side(
      OneInputStreamOperatorTestHarness<RowData, RowData> subtask, OutputTag<RowData> tag) {
    var records = subtask.getSideOutput(tag);
    return records == null
        ? List.of()
        : records.stream().map(StreamRecord::getValue).collect(Collectors.toList());
  }

  private static void forget(
      OneInputStreamOperatorTestHarness<RowData, RowData> subtask, OutputTag<RowData> tag) {
    var records = subtask.getSideOutput(tag);
    if (records != null) {
      records.clear();
    }
  }

  private RowData row(int id, long low, long payload, long offset) {
    GenericRowData row = new GenericRowData(shape.arity);
    row.setField(shape.eventId, StringData.fromString("e-" + id));
    row.setField(shape.receivedAt, RowParser.timestamp(Timestamps.toMicros(TestingPlans.RECEIVED)));
    row.setField(shape.logEpoch, 1);
    row.setField(shape.logPartition, 0);
    row.setField(shape.logOffset, offset);
    row.setField(shape.payload, TestingPlans.bytes("{}"));
    row.setField(shape.supplied, false);
    row.setField(shape.idHigh, mix(~id));
    row.setField(shape.idLow, low);
    row.setField(shape.payloadHash, payload);
    return row;
  }

  /** SplitMix64's finish: neighbours get ids all over the range. */
  private static long mix(long value) {
    long z = value * 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
