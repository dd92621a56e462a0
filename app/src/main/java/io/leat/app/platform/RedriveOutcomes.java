package io.leat.app.platform;

import io.leat.event.ErrorCode;
import io.leat.event.LogPosition;
import io.leat.gateway.ServedStream;
import io.leat.gateway.StreamRegistry;
import io.leat.state.Redrive;
import io.leat.state.RedriveState;
import io.leat.state.Redrives;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Notes what became of records that were redriven: a row of processed or of quarantine at their new
 * position, or else, once the processor is beyond it, a duplicate. Owned by one thread; blocks.
 */
final class RedriveOutcomes {
  private static final int TOGETHER = 200;

  /** By how much the tables of one checkpoint may be committed apart, and much more. */
  private static final Duration APART = Duration.ofSeconds(15);

  private final StreamRegistry streams;
  private final KeptTables tables;
  private final BookKeeper books;
  private final Redrives redrives;
  private final InstantSource clock;

  RedriveOutcomes(
      StreamRegistry streams,
      KeptTables tables,
      BookKeeper books,
      Redrives redrives,
      InstantSource clock) {
    this.streams = streams;
    this.tables = tables;
    this.books = books;
    this.redrives = redrives;
    this.clock = clock;
  }

  /**
   * Looks at what was sent.
   *
   * @param sent the oldest first
   */
  void note(List<Redrive> sent) {
    if (sent.isEmpty()) {
      return;
    }
    // The books first: what they have is looked for in tables that have it too.
    Map<String, Map<Books.Epoch, Books.Totals>> totals = books.totals();
    Map<String, List<Redrive>> byStream = new HashMap<>();
    for (Redrive one : sent) {
      if (isCommitted(one, totals)) {
        List<Redrive> some = byStream.computeIfAbsent(one.stream(), s -> new ArrayList<>());
        if (some.size() < TOGETHER) {
          some.add(one);
        }
      }
    }
    byStream.forEach((stream, some) -> note(stream, some, totals));
  }

  private static LogPosition position(Redrive sent) {
    return KeptId.parse(Objects.requireNonNull(sent.sentAs())).position();
  }

  private Books.Totals totals(Redrive sent, Map<String, Map<Books.Epoch, Books.Totals>> totals) {
    LogPosition position = position(sent);
    int dot = sent.stream().indexOf('.');
    return totals
        .getOrDefault(sent.stream().substring(0, dot), Map.of())
        .getOrDefault(
            new Books.Epoch(sent.stream().substring(dot + 1), position.epoch()), Books.Totals.NONE);
  }

  private boolean isCommitted(Redrive sent, Map<String, Map<Books.Epoch, Books.Totals>> totals) {
    LogPosition position = position(sent);
    return position.offset()
        < totals(sent, totals).nextOffsets().getOrDefault(position.partition(), 0L);
  }

  /** Whether the commits of all tables that its checkpoint made are known to be over. */
  private boolean isSurelyCommitted(
      Redrive sent, Map<String, Map<Books.Epoch, Books.Totals>> totals) {
    LogPosition position = position(sent);
    return position.offset()
        < totals(sent, totals).lastOffsets().getOrDefault(position.partition(), 0L);
  }

  private void note(
      String stream, List<Redrive> sent, Map<String, Map<Books.Epoch, Books.Totals>> totals) {
    Set<LogPosition> processed = new HashSet<>();
    List<LogPosition> positions = sent.stream().map(RedriveOutcomes::position).toList();
    tables.processedAt(stream, positions).forEach(row -> processed.add(row.position()));
    Map<KeptId, KeptRecord> quarantined =
        tables.read(
            positions.stream().map(position -> new KeptId(false, position)).toList(),
            KeptTables.Payload.LEFT);
    List<Redrive> missing = new ArrayList<>();
    for (Redrive one : sent) {
      KeptRecord again = quarantined.get(new KeptId(false, position(one)));
      if (processed.contains(position(one))) {
        redrives.end(one, RedriveState.PROCESSED, null, null);
      } else if (again != null) {
        boolean isConflict = again.code().equals(ErrorCode.EVENT_ID_CONFLICT.code());
        redrives.end(
            one,
            isConflict ? RedriveState.CONFLICT : RedriveState.QUARANTINED,
            again.code(),
            again.reason());
      } else {
        missing.add(one);
      }
    }
    duplicates(stream, missing, totals);
  }

  /** It passed the processor and is in neither table: its event is in processed already. */
  private void duplicates(
      String stream, List<Redrive> missing, Map<String, Map<Books.Epoch, Books.Totals>> totals) {
    Instant now = clock.instant();
    List<Redrive> over =
        missing.stream()
            .filter(
                one -> isSurelyCommitted(one, totals) || now.isAfter(one.changedAt().plus(APART)))
            .toList();
    ServedStream served = streams.find(stream);
    if (over.isEmpty() || served == null) {
      return;
    }
    Map<String, String> firsts = new HashMap<>();
    Instant since =
        over.stream()
            .map(one -> Objects.requireNonNull(one.aim()).received())
            .min(Instant::compareTo)
            .get()
            .minus(served.spec().dedupe());
    tables
        .processedOf(
            stream,
            over.stream().map(one -> Objects.requireNonNull(one.aim()).eventId()).toList(),
            since)
        .forEach(row -> firsts.put(row.client() + '\0' + row.eventId(), row.position().toString()));
    for (Redrive one : over) {
      Redrive.Aim aim = Objects.requireNonNull(one.aim());
      String first = firsts.get(aim.client() + '\0' + aim.eventId());
      if (first != null || isSurelyCommitted(one, totals)) {
        redrives.end(
            one,
            RedriveState.DUPLICATE,
            null,
            first == null
                ? "the event is in processed already"
                : "the event is in processed since " + first);
      }
    }
  }
}
