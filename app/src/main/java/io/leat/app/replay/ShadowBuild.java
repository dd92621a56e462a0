package io.leat.app.replay;

import io.leat.app.replay.IdentityEntry.Kind;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.event.Timestamps;
import io.leat.lake.SnapshotLeases;
import io.leat.lake.maintenance.Pace;
import io.leat.lake.replay.FileSet;
import io.leat.lake.replay.PositionSet;
import io.leat.lake.replay.PositionedTable;
import io.leat.lake.replay.ReplayRange;
import io.leat.rules.Deduplication;
import io.leat.stream.RawReplay;
import io.leat.stream.StreamPlan;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import org.apache.flink.table.data.RowData;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Table;

/**
 * Judges the raw rows of a range into the shadow tables. Raw is read twice: first to judge each
 * record and to learn the ids of those that are clean, then, when it is known which of an id comes
 * first, to write the rows. An id is looked for one window before and behind the range too, among
 * what is in processed there; of that, only what may have an id of the range is remembered.
 */
final class ShadowBuild {
  private final ShadowTables tables;
  private final StreamPlan plan;
  private final ReplayRange range;
  private final Path scratch;
  private final SnapshotLeases leases;
  private final Pace pace;
  private final InstantSource clock;
  private final Consumer<Progress> progress;
  private final RawReplay replay;
  private final PositionSet covered = new PositionSet();
  private final PositionSet refused = new PositionSet();
  private final PositionSet first = new PositionSet();
  private final PositionSet conflicts = new PositionSet();
  private long read;
  private long toRead;

  /**
   * @param scratch a folder for its temporary files
   */
  ShadowBuild(
      ShadowTables tables,
      StreamPlan plan,
      ReplayRange range,
      Path scratch,
      SnapshotLeases leases,
      Pace pace,
      InstantSource clock,
      Consumer<Progress> progress) {
    this.tables = tables;
    this.plan = plan;
    this.range = range;
    this.scratch = scratch;
    this.leases = leases;
    this.pace = pace;
    this.clock = clock;
    this.progress = progress;
    this.replay = new RawReplay(plan);
  }

  /**
   * Makes the tables anew and fills them.
   *
   * @return the positions of the records that were judged
   */
  PositionSet run() throws IOException {
    progress.accept(new Progress("reading what is in processed", 0, 0));
    PositionSet standing =
        Outcomes.positions(tables.processed(), range.around(plan.dedupe()), leases, pace);
    PositionedTable raw = tables.raw();
    List<ReplayRange> beside = range.beside(plan.dedupe());
    long period = raw.estimate(range);
    toRead = 2 * period + beside.stream().mapToLong(raw::estimate).sum();
    IdentityFilter known = new IdentityFilter(period);
    try (IdentityJudge ids = new IdentityJudge(scratch, new Deduplication(plan.dedupe()), pace)) {
      raw.read(
          range.everywhere(),
          RawReplay.COLUMNS,
          leases,
          pace,
          row -> {
            tell("judging");
            if (range.contains(row.received(), row.epoch(), row.partition(), row.offset())) {
              judge(row, standing, known, ids);
            } else if (standing.contains(row.epoch(), row.partition(), row.offset())) {
              fix(row, high -> true, ids);
            }
          });
      for (ReplayRange one : beside) {
        raw.read(
            one,
            RawReplay.COLUMNS,
            leases,
            pace,
            row -> {
              tell("looking for the same ids before and behind");
              if (standing.contains(row.epoch(), row.partition(), row.offset())) {
                fix(row, known::mayHave, ids);
              }
            });
      }
      progress.accept(new Progress("finding the first of each id", covered.size(), percent()));
      ids.resolve(first, conflicts);
    }
    tables.drop();
    tables.create();
    write(raw);
    return covered;
  }

  private void judge(
      PositionedTable.Row row, PositionSet standing, IdentityFilter known, IdentityJudge ids)
      throws IOException {
    int epoch = row.epoch();
    int partition = row.partition();
    long offset = row.offset();
    if (covered.contains(epoch, partition, offset)) {
      throw new LeatException(
          ErrorCode.CONFLICT,
          "The raw table has "
              + plan.topic()
              + "/"
              + partition
              + "@"
              + offset
              + " more than once: 'leat reconcile' names such records, mend them first");
    }
    covered.add(epoch, partition, offset);
    boolean stands = standing.contains(epoch, partition, offset);
    if (!replay.judge(row.values())) {
      refused.add(epoch, partition, offset);
    } else if (stands && replay.hasSuppliedId()) {
      first.add(epoch, partition, offset); // nobody else has its id
    } else {
      if (replay.hasSuppliedId()) {
        replay.identifyAsRedriven(); // what was redriven from it has its id
      }
      known.add(replay.idHigh());
      ids.add(IdentityEntry.of(row, replay, stands ? Kind.STANDING : Kind.NEW));
    }
  }

  /** A row of processed that stays where it is; only of interest if its id is. */
  private void fix(PositionedTable.Row row, LongPredicate isOfInterest, IdentityJudge ids)
      throws IOException {
    replay.identify(row.values());
    if (!replay.hasSuppliedId() && isOfInterest.test(replay.idHigh())) {
      ids.add(IdentityEntry.of(row, replay, Kind.FIXED));
    }
  }

  private void write(PositionedTable raw) throws IOException {
    Table clean = tables.cleanTable();
    Table unclean = tables.refusedTable();
    long now = Timestamps.toMicros(clock.instant());
    long[] again = new long[1];
    try (FileSet<RowData> cleanFiles = RawReplay.files(clean, "replay");
        FileSet<RowData> uncleanFiles = RawReplay.files(unclean, "replay")) {
      raw.read(
          range,
          RawReplay.COLUMNS,
          leases,
          pace,
          row -> {
            again[0]++;
            tell("writing");
            if (first.contains(row.epoch(), row.partition(), row.offset())) {
              replay.judge(row.values());
              cleanFiles.write(replay.processed());
            } else if (refused.contains(row.epoch(), row.partition(), row.offset())
                || conflicts.contains(row.epoch(), row.partition(), row.offset())) {
              replay.judge(row.values());
              uncleanFiles.write(replay.quarantined(now));
            }
          });
      if (again[0] != covered.size()) {
        throw new LeatException(
            ErrorCode.CONFLICT,
            "Rows of "
                + plan.topic()
                + " left the raw table meanwhile: its 'keep-for' reaches into the period. Replay a"
                + " later one");
      }
      append(clean, cleanFiles);
      append(unclean, uncleanFiles);
    }
  }

  private static void append(Table table, FileSet<RowData> files) throws IOException {
    AppendFiles append = table.newAppend();
    for (DataFile file : files.complete()) {
      append.appendFile(file);
    }
    append.commit();
  }

  private void tell(String doing) {
    if (++read % 1_000 == 0) {
      progress.accept(new Progress(doing, covered.size(), percent()));
    }
  }

  private int percent() {
    return Progress.percent(read, toRead);
  }
}
