package io.leat.app.replay;

import io.leat.app.reconcile.LedgerTable;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.lake.SnapshotLeases;
import io.leat.lake.maintenance.Pace;
import io.leat.lake.maintenance.TableLocks;
import io.leat.lake.replay.PositionSet;
import io.leat.lake.replay.PositionedTable;
import io.leat.lake.replay.Replacement;
import io.leat.lake.replay.ReplayRange;
import io.leat.state.Replay;
import java.io.IOException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.iceberg.Table;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.jspecify.annotations.Nullable;

/**
 * Puts a shadow's rows in the place of those that are there: first the ledger is corrected, then
 * processed and then the quarantine replaced, a commit each. Each commit carries the replay's name,
 * so that a switch that was broken off goes on where it was. The ledger comes first, since what it
 * is corrected by can only be found out while the tables are as they were.
 */
final class ReplaySwitch {
  private final Replay replay;
  private final ShadowTables tables;
  private final ReplayRange range;
  private final TableLocks locks;
  private final SnapshotLeases leases;
  private final Pace pace;
  private final SwitchMarks marks;
  private final @Nullable ReturnedIds returned;
  private final Consumer<Progress> progress;
  private final String name;

  /**
   * @param returned null when the stream is gone, so that nothing comes in any more
   */
  ReplaySwitch(
      Replay replay,
      ShadowTables tables,
      ReplayRange range,
      TableLocks locks,
      SnapshotLeases leases,
      Pace pace,
      SwitchMarks marks,
      @Nullable ReturnedIds returned,
      Consumer<Progress> progress) {
    this.replay = replay;
    this.tables = tables;
    this.range = range;
    this.locks = locks;
    this.leases = leases;
    this.pace = pace;
    this.marks = marks;
    this.returned = returned;
    this.progress = progress;
    this.name = name(replay);
  }

  private static String name(Replay replay) {
    return "replay-" + replay.id();
  }

  /** Whether something of the switch was committed. */
  static boolean isBegun(Replay replay, ShadowTables tables) {
    return LedgerCorrection.isWritten(replay, tables.ledgerTable())
        || Stream.of(tables.ledgerTable(), tables.processedTable(), tables.quarantineTable())
            .anyMatch(table -> Replacement.isIn(table, name(replay)));
  }

  /** What is prepared before anything is changed; null parts are done already. */
  private record Prepared(
      PositionSet going,
      @Nullable LedgerCorrection correction,
      @Nullable Replacement processed,
      @Nullable Replacement quarantine) {}

  /**
   * Switches, or goes on with it. May be called again until it returns.
   *
   * @throws LeatException CONFLICT when the books do not prove the period, or an id that comes in
   *     anew has come in again since; nothing was changed then
   */
  void run() throws IOException {
    if (!tables.exist()) {
      marks.end(replay.topic());
      return; // all was committed before they were dropped
    }
    Prepared prepared = prepare();
    marks.begin(replay.topic());
    tell("switching", 0);
    LedgerCorrection correction = prepared.correction();
    if (correction != null) {
      correction.commit(tables.ledgerTable(), name);
    }
    try {
      commit(prepared.processed(), prepared.going());
      commit(prepared.quarantine(), prepared.going());
    } catch (CommitStateUnknownException e) {
      throw e; // The tables may name the files.
    } catch (RuntimeException e) {
      discard(prepared.processed());
      discard(prepared.quarantine());
      throw e;
    }
    marks.end(replay.topic());
    tell("removing the shadow", 100);
    tables.drop();
  }

  private static void discard(@Nullable Replacement replacement) {
    if (replacement != null) {
      replacement.discard();
    }
  }

  private void commit(@Nullable Replacement replacement, PositionSet going) {
    if (replacement != null) {
      replacement.commit(going, locks);
    }
  }

  private Prepared prepare() throws IOException {
    tell("reading where the records are", 0);
    PositionSet going = Outcomes.positions(tables.raw(), range, leases, pace);
    Outcomes after = Outcomes.read(tables.shadow(), tables.shadowQuarantine(), range, leases, pace);
    after.processed().forEach(going::add);
    after.quarantined().forEach(going::add);
    Table ledger = tables.ledgerTable();
    LedgerCorrection correction = null;
    Outcomes before = Outcomes.read(tables.processed(), tables.quarantine(), range, leases, pace);
    if (!Replacement.isIn(ledger, name) && !LedgerCorrection.isWritten(replay, ledger)) {
      refuseDoubles(before);
      correction = LedgerCorrection.of(replay, new LedgerTable(ledger), going, before, after);
    }
    tell("writing the rows", 30);
    Replacement processed =
        prepare(
            tables.processed(),
            tables.processedTable(),
            tables.shadow(),
            before.processed(),
            after.processed());
    tell("writing the quarantine's rows", 80);
    Replacement quarantine =
        prepare(
            tables.quarantine(),
            tables.quarantineTable(),
            tables.shadowQuarantine(),
            before.quarantined(),
            after.quarantined());
    if (correction != null && returned != null) {
      tell("looking for ids that came in again", 90);
      try {
        returned.refuse(before.processed(), after.processed());
      } catch (IOException | RuntimeException e) {
        discard(processed);
        discard(quarantine);
        throw e;
      }
    }
    return new Prepared(going, correction, processed, quarantine);
  }

  private @Nullable Replacement prepare(
      PositionedTable into,
      Table table,
      PositionedTable from,
      PositionSet before,
      PositionSet after)
      throws IOException {
    if (Replacement.isIn(table, name) || (before.size() == 0 && after.size() == 0)) {
      return null;
    }
    Replacement replacement = new Replacement(into, range, name, leases, pace);
    replacement.prepare(from);
    return replacement;
  }

  private void refuseDoubles(Outcomes before) {
    if (before.processed().sizeOfBoth(before.quarantined()) > 0) {
      throw new LeatException(
          ErrorCode.CONFLICT,
          "Records of "
              + replay.topic()
              + " are in processed and in the quarantine: 'leat reconcile' names them, mend them"
              + " before you switch");
    }
  }

  private void tell(String doing, int percent) {
    progress.accept(new Progress(doing, 0, percent));
  }
}
