package io.leat.app.replay;

import static io.leat.app.replay.TestingStream.BEGIN;
import static org.assertj.core.api.Assertions.assertThat;

import io.leat.app.reconcile.LedgerTable;
import io.leat.lake.maintenance.Pace;
import io.leat.lake.maintenance.TableLocks;
import io.leat.lake.replay.PositionSet;
import io.leat.lake.replay.PositionedTable;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One record of three is let in. */
class ReplaySwitchTest {
  private final TestingStream stream = new TestingStream();
  private final Path scratch;

  ReplaySwitchTest(@TempDir Path directory) {
    this.scratch = directory.resolve("replay");
  }

  @BeforeEach
  void build() throws IOException {
    stream.raw(10, "let-in", BEGIN, 155);
    stream.both(11, "stands", BEGIN, 20);
    stream.both(12, "stands-too", BEGIN, 21);
    stream.commit();
    stream.counted(10, 13, 1);
    stream.build(scratch);
  }

  @AfterEach
  void close() throws IOException {
    stream.close();
  }

  @Test
  void theLedgerIsCorrectedOnceAlsoWhenThatSnapshotHasExpiredMeanwhile() throws IOException {
    correct();
    Table ledger = stream.tables.ledgerTable();
    stream.counted(13, 14, 0);
    ledger.refresh();
    ledger.expireSnapshots().expireOlderThan(Long.MAX_VALUE).retainLast(1).commit();
    assertThat(ledger.snapshots()).hasSize(1);
    assertThat(ReplaySwitch.isBegun(stream.replay, stream.tables)).isTrue();

    switchTo();

    assertThat(corrections()).isEqualTo(1);
    PositionSet processed =
        Outcomes.positions(stream.tables.processed(), stream.range, stream.leases, Pace.FULL);
    assertThat(processed.size()).isEqualTo(3);
  }

  @Test
  void aSwitchThatHasNotBegunIsNotTakenForOne() throws IOException {
    assertThat(ReplaySwitch.isBegun(stream.replay, stream.tables)).isFalse();

    switchTo();

    assertThat(corrections()).isEqualTo(1);
  }

  /** What a switch does first; then it is killed. */
  private void correct() throws IOException {
    PositionSet going =
        Outcomes.positions(stream.tables.raw(), stream.range, stream.leases, Pace.FULL);
    LedgerCorrection.of(
            stream.replay,
            new LedgerTable(stream.tables.ledgerTable()),
            going,
            outcomes(stream.tables.processed(), stream.tables.quarantine()),
            outcomes(stream.tables.shadow(), stream.tables.shadowQuarantine()))
        .commit(stream.tables.ledgerTable(), "replay-7");
  }

  private Outcomes outcomes(PositionedTable processed, PositionedTable quarantine)
      throws IOException {
    return Outcomes.read(processed, quarantine, stream.range, stream.leases, Pace.FULL);
  }

  private void switchTo() throws IOException {
    new ReplaySwitch(
            stream.replay,
            stream.tables,
            stream.range,
            new TableLocks(),
            stream.leases,
            Pace.FULL,
            new SwitchMarks(),
            null,
            now -> {})
        .run();
  }

  private long corrections() throws IOException {
    long corrections = 0;
    try (CloseableIterable<Record> rows =
        IcebergGenerics.read(stream.tables.ledgerTable())
            .where(Expressions.equal("stage", LedgerCorrection.STAGE))
            .build()) {
      for (Record row : rows) {
        assertThat(row.getField("processed")).isEqualTo(1L);
        corrections++;
      }
    }
    return corrections;
  }
}
