package io.leat.app.replay;

import io.leat.app.replay.IdentityEntry.Kind;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.lake.maintenance.Pace;
import io.leat.lake.replay.PositionSet;
import io.leat.rules.Deduplication;
import io.leat.rules.Deduplication.Sighting;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tells which record of an id comes first, whatever the order in which they are read: they are
 * sorted by id and position. Of one id, memory holds the records that are in processed, of which
 * there is one in a window. Owned by one thread.
 */
final class IdentityJudge implements Closeable {
  private final Deduplication deduplication;
  private final IdentitySort sort;
  private final int mostStanding;

  /**
   * @param folder for its files; it is deleted with {@link #close}
   */
  IdentityJudge(Path folder, Deduplication deduplication, Pace pace) throws IOException {
    this(new IdentitySort(folder, pace), deduplication, IdentitySort.IN_MEMORY);
  }

  /**
   * @param mostStanding records of an id in processed that memory holds
   */
  IdentityJudge(IdentitySort sort, Deduplication deduplication, int mostStanding) {
    this.sort = sort;
    this.deduplication = deduplication;
    this.mostStanding = mostStanding;
  }

  void add(IdentityEntry entry) throws IOException {
    sort.add(entry);
  }

  /**
   * Judges everything that was added, but what is fixed.
   *
   * @param first takes the positions of those that come first
   * @param conflicts takes those of another payload under an id; the rest are duplicates
   * @throws LeatException BAD_REQUEST when an id is in processed too often
   */
  void resolve(PositionSet first, PositionSet conflicts) throws IOException {
    IdentityEntry entry = sort.next();
    while (entry != null) {
      OneId id = new OneId(entry, first, conflicts);
      while (entry != null && id.takes(entry)) {
        entry = sort.next();
      }
      id.end();
    }
  }

  /** The records of one id: those in processed are told first, each part in the log's order. */
  private final class OneId {
    private final IdentityEntry any;
    private final PositionSet first;
    private final PositionSet conflicts;
    private final List<IdentityEntry> standing = new ArrayList<>(1);
    private int judged;
    private @Nullable IdentityEntry seen;

    OneId(IdentityEntry any, PositionSet first, PositionSet conflicts) {
      this.any = any;
      this.first = first;
      this.conflicts = conflicts;
    }

    /** Whether it is a record of this id. */
    boolean takes(IdentityEntry entry) {
      if (!entry.isSameEvent(any)) {
        return false;
      }
      if (entry.kind() == Kind.NEW) {
        judgeStanding(entry);
        Sighting sighting = judge(entry);
        note(entry, sighting == Sighting.FIRST ? behind(entry) : sighting);
      } else if (standing.size() == mostStanding) {
        throw new LeatException(
            ErrorCode.BAD_REQUEST,
            "An event id is in processed more than "
                + mostStanding
                + " times, within the period and the stream's 'dedupe' window around it: replay it"
                + " in shorter periods");
      } else {
        standing.add(entry);
      }
      return true;
    }

    void end() {
      judgeStanding(null);
    }

    /** Judges what stands before the record. */
    private void judgeStanding(@Nullable IdentityEntry before) {
      while (judged < standing.size()
          && (before == null || standing.get(judged).comparePosition(before) < 0)) {
        IdentityEntry one = standing.get(judged++);
        note(one, one.kind() == Kind.FIXED ? Sighting.FIRST : judge(one));
      }
    }

    private Sighting judge(IdentityEntry record) {
      IdentityEntry earlier = seen;
      return earlier == null
          ? Sighting.FIRST
          : deduplication.judge(
              earlier.hash(), earlier.received(), record.hash(), record.received());
    }

    /** A record that comes in anew gives way to what came in under its id since. */
    private Sighting behind(IdentityEntry record) {
      for (IdentityEntry one : standing.subList(judged, standing.size())) {
        if (!deduplication.isExpired(record.received(), one.received())) {
          return one.hash() == record.hash() ? Sighting.DUPLICATE : Sighting.CONFLICT;
        }
      }
      return Sighting.FIRST;
    }

    private void note(IdentityEntry record, Sighting sighting) {
      if (sighting == Sighting.FIRST) {
        seen = record;
      }
      if (record.kind() != Kind.FIXED && sighting != Sighting.DUPLICATE) {
        (sighting == Sighting.FIRST ? first : conflicts)
            .add(record.epoch(), record.partition(), record.offset());
      }
    }
  }

  /** Deletes its files. */
  @Override
  public void close() throws IOException {
    sort.close();
  }
}
