package io.leat.app.reconcile;

import io.leat.event.LogPosition;
import io.leat.lake.OffsetRange;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What is known of a stream so far, slice by slice. Owned by one thread. */
final class Findings {
  private static final int MOST_NOTES = 20;

  /** Records may wait that long in the log. */
  private static final Duration OVERDUE = Duration.ofMinutes(15);

  private final ReconciledStream stream;
  private final Surroundings surroundings;
  private final InstantSource clock;
  private final Map<LedgerRow.Log, OffsetRange> covered = new HashMap<>();
  private final List<Gap> gaps = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private Counts counts = Counts.NONE;
  private long agedOut;
  private long more;

  /**
   * One slice of the stream's ledger, held against the tables.
   *
   * @param found the rows
   * @param agedOut of raw
   * @param spans what was looked at
   * @param gaps what is not where it has to be
   * @param lost locations of files that a table names and that are not there
   */
  record Seen(Counts found, long agedOut, List<Span> spans, Gaps gaps, Set<String> lost) {}

  Findings(ReconciledStream stream, Surroundings surroundings, InstantSource clock) {
    this.stream = stream;
    this.surroundings = surroundings;
    this.clock = clock;
  }

  ReconciledStream stream() {
    return stream;
  }

  /** The offsets that were looked at; null when none were. */
  @Nullable OffsetRange covered(LedgerRow.Log log) {
    return covered.get(log);
  }

  void take(Seen seen) {
    counts = counts.plus(seen.found());
    agedOut += seen.agedOut();
    for (Span span : seen.spans()) {
      covered.merge(span.log(), span.range(), OffsetRange::hull);
    }
    more += seen.gaps().more();
    seen.gaps().all().forEach(this::add);
    seen.lost().forEach(this::lost);
  }

  private void lost(String file) {
    if (notes.size() < MOST_NOTES) {
      notes.add("a table names the file " + file + ", which is not there");
    }
  }

  private void add(Gap gap) {
    if (gaps.size() < Gaps.MOST) {
      gaps.add(gap);
    } else {
      more++;
    }
  }

  StreamReport report(boolean isWhole) {
    // In this order: what comes later has all that came before.
    List<Surroundings.Answered> answered = surroundings.answered(stream);
    Map<Integer, Map<Integer, Long>> committed = surroundings.committed(stream);
    Map<Integer, OffsetRange> kept = surroundings.kept(stream);
    truncated(kept);
    retention(kept);
    long inFlight = inFlight(committed.getOrDefault(stream.epoch(), Map.of()), kept);
    StreamReport.Gateway gateway = gateway(answered, committed, kept, isWhole);
    stillInLog(kept);
    gaps.sort(
        Comparator.comparing(Gap::epoch)
            .thenComparing(Gap::partition)
            .thenComparing(gap -> gap.range().first())
            .thenComparing(Gap::code));
    List<StreamReport.Covered> ranges =
        covered.entrySet().stream()
            .map(
                one ->
                    new StreamReport.Covered(
                        one.getKey().epoch(), one.getKey().partition(), one.getValue()))
            .sorted(
                Comparator.comparing(StreamReport.Covered::epoch)
                    .thenComparing(StreamReport.Covered::partition))
            .toList();
    if (agedOut > 0) {
      notes.add(
          agedOut
              + " of these offsets have aged out of raw (lake.keep-for): only the ledger still"
              + " tells of them");
    }
    return new StreamReport(
        stream.topic(), counts, agedOut, inFlight, gateway, ranges, gaps, more, notes);
  }

  private @Nullable OffsetRange keptOf(LedgerRow.Log log, Map<Integer, OffsetRange> kept) {
    return log.epoch() == stream.epoch() ? kept.get(log.partition()) : null;
  }

  /** The log is shorter than what was read of it. */
  private void truncated(Map<Integer, OffsetRange> kept) {
    covered.forEach(
        (log, range) -> {
          OffsetRange there = keptOf(log, kept);
          if (there != null && range.next() > there.next()) {
            add(
                Gap.of(
                    GapCode.LOG_TRUNCATED,
                    log.epoch(),
                    log.partition(),
                    new OffsetRange(Math.max(there.next(), range.first()), range.next())));
          }
        });
  }

  private void retention(Map<Integer, OffsetRange> kept) {
    long gone =
        covered.entrySet().stream()
            .filter(
                one -> {
                  OffsetRange there = keptOf(one.getKey(), kept);
                  return there == null || there.first() > one.getValue().first();
                })
            .count();
    if (gone > 0) {
      notes.add(
          "the log no longer keeps all of these offsets (its retention, or an earlier epoch): "
              + "ledger and tables were compared, the log could not be");
    }
  }

  private long inFlight(Map<Integer, Long> committed, Map<Integer, OffsetRange> kept) {
    long inFlight = 0;
    Map<Integer, OffsetRange> waiting = new TreeMap<>();
    for (Map.Entry<Integer, OffsetRange> one : kept.entrySet()) {
      OffsetRange there = one.getValue();
      Long readTo = committed.get(one.getKey());
      if (readTo != null && readTo < there.first()) {
        add(
            Gap.of(
                    GapCode.LEDGER_GAP,
                    stream.epoch(),
                    one.getKey(),
                    new OffsetRange(readTo, there.first()))
                .with("the log's retention took them before they were read"));
      }
      long first = Math.max(readTo == null ? 0 : readTo, there.first());
      if (first < there.next()) {
        waiting.put(one.getKey(), new OffsetRange(first, there.next()));
        inFlight += there.next() - first;
      }
    }
    overdue(waiting);
    return inFlight;
  }

  private void overdue(Map<Integer, OffsetRange> waiting) {
    Map<LogPosition, OffsetRange> heads = new LinkedHashMap<>();
    waiting.forEach(
        (partition, range) ->
            heads.put(
                new LogPosition(stream.epoch(), stream.topic(), partition, range.first()), range));
    if (heads.isEmpty()) {
      return;
    }
    Instant bound = clock.instant().minus(OVERDUE);
    surroundings
        .times(heads.keySet())
        .forEach(
            (head, time) -> {
              OffsetRange range = heads.get(head);
              if (range != null && time.isBefore(bound)) {
                add(
                    Gap.of(GapCode.OVERDUE, head.epoch(), head.partition(), range)
                        .with("the first was logged at " + time));
              }
            });
  }

  private StreamReport.Gateway gateway(
      List<Surroundings.Answered> answered,
      Map<Integer, Map<Integer, Long>> committed,
      Map<Integer, OffsetRange> kept,
      boolean isWhole) {
    long ends = kept.values().stream().mapToLong(OffsetRange::next).sum();
    StreamReport.Gateway now = new StreamReport.Gateway(ends, 0, 0, null, 0);
    for (Surroundings.Answered one : answered) {
      boolean isNow = one.epoch() == stream.epoch();
      long logged =
          isNow
              ? ends
              : committed.getOrDefault(one.epoch(), Map.of()).values().stream()
                  .mapToLong(Long::longValue)
                  .sum();
      if (isNow) {
        now =
            new StreamReport.Gateway(
                ends, one.acknowledged(), one.unknown(), one.since(), one.uncleanStops());
      }
      if ((isNow || isWhole) && one.acknowledged() > logged) {
        add(
            new Gap(
                GapCode.ACKNOWLEDGED_NOT_LOGGED,
                one.epoch(),
                -1,
                new OffsetRange(logged, one.acknowledged()),
                one.acknowledged() - logged,
                "acknowledged %d, logged %d".formatted(one.acknowledged(), logged)));
      }
    }
    return now;
  }

  /** Says of what raw lacks whether the log still has it: its first offset stands for a range. */
  private void stillInLog(Map<Integer, OffsetRange> kept) {
    Map<LogPosition, Integer> asked = new LinkedHashMap<>();
    for (int i = 0; i < gaps.size() && asked.size() < 20; i++) {
      Gap gap = gaps.get(i);
      OffsetRange there = gap.epoch() == stream.epoch() ? kept.get(gap.partition()) : null;
      if (gap.code() != GapCode.MISSING_IN_RAW) {
        continue;
      }
      if (there == null || !there.contains(gap.range().first())) {
        gaps.set(i, gap.with("the log no longer keeps them"));
      } else {
        asked.put(
            new LogPosition(gap.epoch(), stream.topic(), gap.partition(), gap.range().first()), i);
      }
    }
    Set<LogPosition> present = surroundings.present(asked.keySet());
    asked.forEach(
        (position, i) -> {
          if (present.contains(position)) {
            gaps.set(i, gaps.get(i).with("the log still has them"));
          }
        });
  }
}
