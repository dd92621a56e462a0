package io.leat.app.replay;

import io.leat.app.replay.IdentityEntry.Kind;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.event.LogPosition;
import io.leat.lake.SnapshotLeases;
import io.leat.lake.maintenance.Pace;
import io.leat.lake.replay.PositionSet;
import io.leat.lake.replay.ReplayRange;
import io.leat.rules.Deduplication;
import io.leat.state.Replay;
import io.leat.stream.RawReplay;
import io.leat.stream.StreamPlan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Looks for ids that a replay lets in and that came in once more since it was built, behind its
 * bounds: the live job does not know what a replay lets in, so both would be in processed.
 */
final class ReturnedIds {
  private final Replay replay;
  private final ShadowTables tables;
  private final StreamPlan plan;
  private final ReplayRange range;
  private final Path scratch;
  private final SnapshotLeases leases;
  private final Pace pace;

  /**
   * @param scratch a folder for temporary files
   */
  ReturnedIds(
      Replay replay,
      ShadowTables tables,
      StreamPlan plan,
      ReplayRange range,
      Path scratch,
      SnapshotLeases leases,
      Pace pace) {
    this.replay = replay;
    this.tables = tables;
    this.plan = plan;
    this.range = range;
    this.scratch = scratch;
    this.leases = leases;
    this.pace = pace;
  }

  /**
   * Looks.
   *
   * @param before the positions of the range that are in processed
   * @param after those that will be
   * @throws LeatException CONFLICT when there are some
   */
  void refuse(PositionSet before, PositionSet after) throws IOException {
    long letIn = after.size() - after.sizeOfBoth(before);
    if (letIn == 0) {
      return;
    }
    if (since().size() == 0) {
      return;
    }
    try (IdentitySort sort = new IdentitySort(scratch, pace)) {
      IdentityFilter known = new IdentityFilter(letIn);
      RawReplay identities = new RawReplay(plan);
      addLetIn(before, after, identities, known, sort);
      PositionSet since = since();
      if (addSince(since, identities, known, sort) < since.size()) {
        throw new LeatException(
            ErrorCode.NOT_READY,
            "Records of " + replay.topic() + " are in processed and not yet in raw");
      }
      Returned returned = returned(sort, new Deduplication(plan.dedupe()));
      if (returned != null) {
        throw new LeatException(ErrorCode.CONFLICT, words(returned));
      }
    }
  }

  /** What is in processed behind the bounds. */
  private PositionSet since() throws IOException {
    PositionSet since = new PositionSet();
    tables
        .processed()
        .readBehind(
            range,
            plan.dedupe(),
            List.of(),
            leases,
            pace,
            row -> since.add(row.epoch(), row.partition(), row.offset()));
    return since;
  }

  private void addLetIn(
      PositionSet before,
      PositionSet after,
      RawReplay identities,
      IdentityFilter known,
      IdentitySort sort)
      throws IOException {
    tables
        .raw()
        .read(
            range,
            RawReplay.COLUMNS,
            leases,
            pace,
            row -> {
              if (after.contains(row.epoch(), row.partition(), row.offset())
                  && !before.contains(row.epoch(), row.partition(), row.offset())) {
                identities.identify(row.values());
                if (identities.hasSuppliedId()) {
                  identities.identifyAsRedriven();
                }
                known.add(identities.idHigh());
                sort.add(IdentityEntry.of(row, identities, Kind.NEW));
              }
            });
  }

  /** Returns of how many the identity was looked at: each table has a commit of its own. */
  private long addSince(
      PositionSet since, RawReplay identities, IdentityFilter known, IdentitySort sort)
      throws IOException {
    long[] found = new long[1];
    tables
        .raw()
        .readBehind(
            range,
            plan.dedupe(),
            RawReplay.COLUMNS,
            leases,
            pace,
            row -> {
              if (since.contains(row.epoch(), row.partition(), row.offset())) {
                found[0]++;
                identities.identify(row.values());
                if (!identities.hasSuppliedId() && known.mayHave(identities.idHigh())) {
                  sort.add(IdentityEntry.of(row, identities, Kind.FIXED));
                }
              }
            });
    return found[0];
  }

  /**
   * Records that are let in and whose ids came in again.
   *
   * @param records how many
   * @param example one of them
   */
  record Returned(long records, IdentityEntry example) {}

  /** Of each id, what came in since is told first; of that, the earliest decides. */
  static @Nullable Returned returned(IdentitySort sort, Deduplication deduplication)
      throws IOException {
    IdentityEntry since = null;
    IdentityEntry example = null;
    long records = 0;
    for (IdentityEntry entry = sort.next(); entry != null; entry = sort.next()) {
      if (since != null && !since.isSameEvent(entry)) {
        since = null;
      }
      if (entry.kind() != Kind.NEW) {
        since = since == null || entry.received() < since.received() ? entry : since;
      } else if (since != null && !deduplication.isExpired(entry.received(), since.received())) {
        records++;
        example = example == null ? entry : example;
      }
    }
    return example == null ? null : new Returned(records, example);
  }

  private String words(Returned returned) throws IOException {
    IdentityEntry example = returned.example();
    return "Of what the replay "
        + replay.id()
        + " of "
        + replay.topic()
        + " lets in, "
        + (returned.records() == 1 ? "1 record" : returned.records() + " records")
        + " came in again under the same id since it was built, such as "
        + eventId(example)
        + " at "
        + new LogPosition(example.epoch(), replay.topic(), example.partition(), example.offset())
        + ", and would be in processed twice: drop it and replay the period again";
  }

  private String eventId(IdentityEntry example) throws IOException {
    PositionSet wanted = new PositionSet();
    wanted.add(example.epoch(), example.partition(), example.offset());
    StringBuilder id = new StringBuilder();
    tables
        .raw()
        .read(
            range,
            wanted.pages(),
            List.of("event_id"),
            leases,
            pace,
            row -> {
              if (wanted.contains(row.epoch(), row.partition(), row.offset())) {
                id.append("'").append(row.values().get(0, Object.class)).append("'");
              }
            });
    return id.toString();
  }
}
