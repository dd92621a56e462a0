package io.leat.app.reconcile;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.event.LogPosition;
import io.leat.event.Names;
import io.leat.lake.OffsetRange;
import io.leat.lake.PositionScan;
import io.leat.stream.LakeTables;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;
import org.jspecify.annotations.Nullable;

/**
 * Reconciles the streams of a blueprint over a period: the ledger against itself, the tables
 * against the ledger, the log and the gateways' counts against both. Reads the period in slices, so
 * that its memory is bounded. Blocks; one call at a time.
 */
public final class Reconciler {
  /** Of the ledger's rows at a time. */
  private static final Duration SLICE = Duration.ofHours(6);

  /** Stages of a checkpoint write their rows within its time limit. */
  private static final Duration AROUND = Duration.ofMinutes(10);

  private static final int MOST_NOTES = 20;

  private static final Duration MOMENT = Duration.ofMillis(1);

  /** Between two looks at something that may settle. */
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

  /** Looks at tables of which rows were replaced meanwhile. */
  private static final int MOST_SWITCHED = 3;

  /** Records may wait that long in the log. */
  private static final Duration OVERDUE = Duration.ofMinutes(15);

  private final Catalog catalog;
  private final Surroundings surroundings;
  private final InstantSource clock;
  private final Duration settling;
  private final long offsetsAtOnce;

  /**
   * @param settling tables are committed one by one: for this long after the ledger's row was
   *     written a difference is looked at again before it is a gap
   */
  public Reconciler(
      Catalog catalog, Surroundings surroundings, InstantSource clock, Duration settling) {
    this(catalog, surroundings, clock, settling, PositionCheck.AT_ONCE);
  }

  Reconciler(
      Catalog catalog,
      Surroundings surroundings,
      InstantSource clock,
      Duration settling,
      long offsetsAtOnce) {
    this.catalog = catalog;
    this.surroundings = surroundings;
    this.clock = clock;
    this.settling = settling;
    this.offsetsAtOnce = offsetsAtOnce;
  }

  /**
   * Looks at the streams of one blueprint.
   *
   * @param streams all of one blueprint
   * @param progress told in words what is being done
   * @param isOver asked now and then: whether nobody wants the answer any more
   * @throws io.leat.event.LeatException when an engine does not answer, or NOT_READY when it is
   *     over
   * @throws InterruptedException when interrupted while something settles
   */
  public List<StreamReport> reconcile(
      List<ReconciledStream> streams,
      Period period,
      Consumer<String> progress,
      BooleanSupplier isOver)
      throws InterruptedException {
    if (streams.isEmpty()) {
      return List.of();
    }
    Map<String, Work> works = new LinkedHashMap<>();
    streams.forEach(stream -> works.put(stream.name(), new Work(stream)));
    String blueprint = streams.get(0).blueprint();
    Instant from = period.from();
    if (from == null) {
      from = ledger(blueprint).oldest().orElse(period.to());
    }
    for (Instant at = from; at.isBefore(period.to()); at = at.plus(SLICE)) {
      Instant end = at.plus(SLICE).isBefore(period.to()) ? at.plus(SLICE) : period.to();
      progress.accept("reading what " + blueprint + " counted from " + at + " to " + end);
      new Slice(blueprint, at, end, progress, isOver).look(works);
    }
    List<StreamReport> reports = new ArrayList<>();
    for (Work work : works.values()) {
      progress.accept("asking the log of " + work.stream.topic());
      reports.add(work.report(period.from() == null));
    }
    return reports;
  }

  private static Duration least(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private LedgerTable ledger(String blueprint) {
    return new LedgerTable(
        catalog.loadTable(TableIdentifier.of(Names.rawNamespace(blueprint), LakeTables.LEDGER)));
  }

  /** A part of the period. */
  private final class Slice {
    private final String blueprint;
    private final Instant from;
    private final Instant to;
    private final Consumer<String> progress;
    private final BooleanSupplier isOver;

    Slice(
        String blueprint,
        Instant from,
        Instant to,
        Consumer<String> progress,
        BooleanSupplier isOver) {
      this.blueprint = blueprint;
      this.from = from;
      this.to = to;
      this.progress = progress;
      this.isOver = isOver;
    }

    /** Until nothing is found, or what is found does not change any more. */
    void look(Map<String, Work> works) throws InterruptedException {
      Collection<Work> open = works.values();
      Duration patience = settling; // not for ever, also when a writer's clock is ahead
      for (int looks = 1; !open.isEmpty(); looks++) {
        if (isOver.getAsBoolean()) {
          throw PositionCheck.givenUp();
        }
        Map<Work, Long> marks = new HashMap<>();
        open.forEach(work -> marks.put(work, surroundings.switches(work.stream)));
        Map<LedgerRow.Log, List<LedgerRow>> rows =
            ledger(blueprint)
                .rows(
                    open.stream().map(work -> work.stream.name()).collect(Collectors.toSet()),
                    from.minus(AROUND),
                    to.plus(AROUND));
        List<Work> unsettled = new ArrayList<>();
        Duration wait = Duration.ZERO;
        for (Work work : open) {
          progress.accept("looking at the rows of " + work.stream.topic());
          Attempt attempt = new Attempt(work, rows);
          attempt.look(from, to, isOver);
          boolean mayBeReplaced = looks == 1 && !attempt.lost.isEmpty(); // its files, meanwhile
          boolean isSwitched = isSwitched(work.stream, marks.getOrDefault(work, 0L));
          if (isSwitched && patience.isZero() && looks > MOST_SWITCHED) {
            throw switching(work.stream);
          }
          Duration left = isSwitched ? LONGEST_PAUSE : mayBeReplaced ? MOMENT : attempt.settlesIn();
          if (!isSwitched && (left.isZero() || (patience.isZero() && looks > 1))) {
            work.take(attempt);
          } else {
            unsettled.add(work);
            wait = left.compareTo(wait) > 0 ? left : wait;
          }
        }
        open = unsettled;
        if (!unsettled.isEmpty()) {
          progress.accept("waiting for commits that are under way");
          Duration pause = least(least(wait, patience), LONGEST_PAUSE);
          Thread.sleep(pause.toMillis());
          patience = patience.minus(pause);
        }
      }
    }

    private boolean isSwitched(ReconciledStream stream, long before) {
      return before % 2 != 0 || surroundings.switches(stream) != before;
    }

    private static LeatException switching(ReconciledStream stream) {
      return new LeatException(
          ErrorCode.NOT_READY,
          "A replay of "
              + stream.topic()
              + " is being switched to; 'leat replay list' shows it. Reconcile again when it is"
              + " done");
    }
  }

  /** One look at a stream's slice. */
  private final class Attempt {
    private final Work work;
    private final Map<LedgerRow.Log, List<LedgerRow>> rows;
    private final Gaps gaps = new Gaps();
    private final List<Span> spans = new ArrayList<>();
    private final Set<String> lost = new TreeSet<>();
    private final Instant now = clock.instant();
    private Counts found = Counts.NONE;

    Attempt(Work work, Map<LedgerRow.Log, List<LedgerRow>> rows) {
      this.work = work;
      this.rows = rows;
    }

    void look(Instant from, Instant to, BooleanSupplier isOver) {
      Map<Integer, List<Span>> byEpoch = new TreeMap<>();
      rows.forEach(
          (log, own) -> {
            if (log.stream().equals(work.stream.name())) {
              OffsetRange before = work.covered.get(log);
              Long behind = before == null ? null : Long.valueOf(before.next());
              List<Span> audited = LedgerAudit.audit(own, from, to, behind, gaps);
              byEpoch.computeIfAbsent(log.epoch(), any -> new ArrayList<>()).addAll(audited);
              spans.addAll(audited);
            }
          });
      byEpoch.values().removeIf(List::isEmpty);
      if (!byEpoch.isEmpty()) {
        PositionCheck.Tables tables = tables(work.stream);
        byEpoch.forEach(
            (epoch, ofEpoch) ->
                found =
                    found.plus(
                        new PositionCheck(tables, offsetsAtOnce, isOver, lost::add, gaps)
                            .check(ofEpoch)));
      }
    }

    private PositionCheck.Tables tables(ReconciledStream stream) {
      String raw = Names.rawNamespace(stream.blueprint());
      String processed = Names.processedNamespace(stream.blueprint());
      return new PositionCheck.Tables(
          PositionScan.of(table(raw, stream.name()), PositionScan.Columns.PLAIN),
          PositionScan.of(table(processed, stream.name()), PositionScan.Columns.PROCESSED),
          PositionScan.ofStream(table(raw, LakeTables.QUARANTINE), stream.name()));
    }

    private Table table(String namespace, String name) {
      return catalog.loadTable(TableIdentifier.of(namespace, name));
    }

    /** How long until what was found is surely no commit under way; zero when it is not. */
    Duration settlesIn() {
      Duration most = Duration.ZERO;
      for (Gap gap : gaps.all()) {
        for (Span span : spans) {
          if (span.log().epoch() == gap.epoch()
              && span.log().partition() == gap.partition()
              && (span.range().overlaps(gap.range())
                  || gap.range().next() == span.range().first())) {
            Duration left = Duration.between(now, span.writtenAt().plus(settling));
            most = left.compareTo(most) > 0 ? left : most;
          }
        }
      }
      return most;
    }
  }

  /** What is known of a stream so far. */
  private final class Work {
    private final ReconciledStream stream;
    private final Map<LedgerRow.Log, OffsetRange> covered = new HashMap<>();
    private final List<Gap> gaps = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private Counts counts = Counts.NONE;
    private long more;

    Work(ReconciledStream stream) {
      this.stream = stream;
    }

    void take(Attempt attempt) {
      counts = counts.plus(attempt.found);
      for (Span span : attempt.spans) {
        covered.merge(span.log(), span.range(), OffsetRange::hull);
      }
      more += attempt.gaps.more();
      attempt.gaps.all().forEach(this::add);
      attempt.lost.forEach(this::lost);
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
      return new StreamReport(stream.topic(), counts, inFlight, gateway, ranges, gaps, more, notes);
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
                  new LogPosition(stream.epoch(), stream.topic(), partition, range.first()),
                  range));
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
              new LogPosition(gap.epoch(), stream.topic(), gap.partition(), gap.range().first()),
              i);
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
}
