package io.leat.app.replay;

import io.leat.app.reconcile.LedgerTable;
import io.leat.app.replay.Outcomes.Outcome;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.event.Timestamps;
import io.leat.lake.OffsetRange;
import io.leat.lake.replay.FileSet;
import io.leat.lake.replay.PositionSet;
import io.leat.lake.replay.Replacement;
import io.leat.state.Replay;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.GenericRecord;
import org.jspecify.annotations.Nullable;

/**
 * What the books have to be corrected by, when records are elsewhere than they were counted. A
 * correction is a row of the ledger of the stage {@value #STAGE}: it says of offsets that one row
 * of the stage {@code parse} counts how many more or fewer are processed, duplicates or
 * quarantined, and has that row's time, so that both are found together.
 */
final class LedgerCorrection {
  static final String STAGE = "replay";

  private final Replay replay;
  private final Map<Log, TreeMap<Long, Counted>> counted = new HashMap<>();
  private boolean isAny;

  private record Log(int epoch, int partition) {}

  /** A row of the ledger, and by how much it is wrong. */
  private static final class Counted {
    private final OffsetRange range;
    private final Instant writtenAt;
    private @Nullable OffsetRange moved;
    private final Map<Outcome, Long> more = new EnumMap<>(Outcome.class);

    Counted(OffsetRange range, Instant writtenAt) {
      this.range = range;
      this.writtenAt = writtenAt;
    }
  }

  private LedgerCorrection(Replay replay) {
    this.replay = replay;
  }

  /**
   * Finds out.
   *
   * @param covered the positions that may have moved
   * @throws LeatException CONFLICT when the ledger does not count one of them once
   */
  static LedgerCorrection of(
      Replay replay, LedgerTable ledger, PositionSet covered, Outcomes before, Outcomes after) {
    LedgerCorrection correction = new LedgerCorrection(replay);
    Map<Integer, Map<Integer, OffsetRange>> moved = new HashMap<>();
    covered.forEach(
        (epoch, partition, offset) -> {
          if (before.of(epoch, partition, offset) != after.of(epoch, partition, offset)) {
            moved
                .computeIfAbsent(epoch, any -> new HashMap<>())
                .merge(partition, new OffsetRange(offset, offset + 1), OffsetRange::hull);
          }
        });
    if (!moved.isEmpty()) {
      ledger.parsed(replay.stream(), moved, correction::count);
      covered.forEach(
          (epoch, partition, offset) ->
              correction.move(
                  epoch,
                  partition,
                  offset,
                  before.of(epoch, partition, offset),
                  after.of(epoch, partition, offset)));
    }
    return correction;
  }

  /**
   * Whether a replay's corrections are written: its rows stay, when the snapshot that brought them
   * has expired long since.
   */
  static boolean isWritten(Replay replay, Table ledger) {
    return new LedgerTable(ledger).has(STAGE, -replay.id());
  }

  private void count(int epoch, int partition, OffsetRange range, Instant writtenAt) {
    Counted earlier =
        counted
            .computeIfAbsent(new Log(epoch, partition), any -> new TreeMap<>())
            .put(range.first(), new Counted(range, writtenAt));
    if (earlier != null) {
      throw unproven(epoch, partition, range.first());
    }
  }

  private void move(int epoch, int partition, long offset, Outcome from, Outcome to) {
    if (from == to) {
      return;
    }
    TreeMap<Long, Counted> rows = counted.getOrDefault(new Log(epoch, partition), new TreeMap<>());
    Map.Entry<Long, Counted> row = rows.floorEntry(offset);
    if (row == null || !row.getValue().range.contains(offset)) {
      throw unproven(epoch, partition, offset);
    }
    Counted of = row.getValue();
    of.more.merge(from, -1L, Long::sum);
    of.more.merge(to, 1L, Long::sum);
    OffsetRange own = new OffsetRange(offset, offset + 1);
    of.moved = of.moved == null ? own : of.moved.hull(own);
    isAny = true;
  }

  private LeatException unproven(int epoch, int partition, long offset) {
    return new LeatException(
        ErrorCode.CONFLICT,
        "The ledger does not count "
            + replay.topic()
            + "/"
            + partition
            + "@"
            + offset
            + (epoch <= 1 ? "" : "#" + epoch)
            + " once: 'leat reconcile' names such records, mend them before you switch");
  }

  /** Writes the corrections, in one commit that carries the name; nothing when there are none. */
  void commit(Table ledger, String name) throws IOException {
    if (!isAny) {
      return;
    }
    ledger.refresh();
    List<DataFile> files = new ArrayList<>();
    try (FileSet<StructLike> rows = FileSet.of(ledger, ledger.spec(), "replay")) {
      for (Map.Entry<Log, TreeMap<Long, Counted>> log : counted.entrySet()) {
        for (Counted one : log.getValue().values()) {
          OffsetRange moved = one.moved;
          if (moved != null) {
            rows.write(row(ledger, log.getKey(), moved, one));
          }
        }
      }
      files.addAll(rows.complete());
    }
    AppendFiles append = ledger.newAppend().set(Replacement.REPLAY, name);
    files.forEach(append::appendFile);
    append.commit();
  }

  private GenericRecord row(Table ledger, Log log, OffsetRange moved, Counted one) {
    GenericRecord row = GenericRecord.create(ledger.schema());
    row.setField("stream", replay.stream());
    row.setField("log_epoch", log.epoch());
    row.setField("log_partition", log.partition());
    row.setField("checkpoint_id", -replay.id());
    row.setField("stage", STAGE);
    row.setField("first_offset", moved.first());
    row.setField("next_offset", moved.next());
    row.setField("logged", 0L);
    row.setField("raw", 0L);
    row.setField("processed", one.more.getOrDefault(Outcome.PROCESSED, 0L));
    row.setField("duplicates", one.more.getOrDefault(Outcome.DUPLICATE, 0L));
    row.setField("quarantined", one.more.getOrDefault(Outcome.QUARANTINED, 0L));
    row.setField("written_at", Timestamps.toMicros(one.writtenAt));
    return row;
  }
}
