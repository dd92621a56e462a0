package io.leat.app.replay;

import io.leat.lake.SnapshotLeases;
import io.leat.lake.maintenance.Pace;
import io.leat.lake.replay.PositionSet;
import io.leat.lake.replay.PositionedTable;
import io.leat.lake.replay.ReplayRange;
import java.io.IOException;
import java.util.List;

/**
 * Where the records of a range are. What is in neither is a duplicate.
 *
 * @param processed those that are clean rows
 * @param quarantined those that are not
 */
record Outcomes(PositionSet processed, PositionSet quarantined) {
  /** What may become of a record. */
  enum Outcome {
    PROCESSED,
    DUPLICATE,
    QUARANTINED
  }

  /** As two tables have them. */
  static Outcomes read(
      PositionedTable processed,
      PositionedTable quarantine,
      ReplayRange range,
      SnapshotLeases leases,
      Pace pace)
      throws IOException {
    return new Outcomes(
        positions(processed, range, leases, pace), positions(quarantine, range, leases, pace));
  }

  static PositionSet positions(
      PositionedTable table, ReplayRange range, SnapshotLeases leases, Pace pace)
      throws IOException {
    PositionSet positions = new PositionSet();
    table.read(
        range,
        List.of(),
        leases,
        pace,
        row -> positions.add(row.epoch(), row.partition(), row.offset()));
    return positions;
  }

  Outcome of(int epoch, int partition, long offset) {
    if (processed.contains(epoch, partition, offset)) {
      return Outcome.PROCESSED;
    }
    return quarantined.contains(epoch, partition, offset) ? Outcome.QUARANTINED : Outcome.DUPLICATE;
  }
}
