package io.leat.app.reconcile;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.event.Names;
import io.leat.lake.OffsetRange;
import io.leat.stream.LakeTables;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
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

  private static final Duration MOMENT = Duration.ofMillis(1);

  /** Between two looks at something that may settle. */
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

  /** Looks at tables of which rows were replaced meanwhile. */
  private static final int MOST_SWITCHED = 3;

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
    Map<String, Findings> findings = new LinkedHashMap<>();
    streams.forEach(
        stream -> findings.put(stream.name(), new Findings(stream, surroundings, clock)));
    String blueprint = streams.get(0).blueprint();
    Instant from = period.from();
    if (from == null) {
      from = ledger(blueprint).oldest().orElse(period.to());
    }
    for (Instant at = from; at.isBefore(period.to()); at = at.plus(SLICE)) {
      Instant end = at.plus(SLICE).isBefore(period.to()) ? at.plus(SLICE) : period.to();
      progress.accept("reading what " + blueprint + " counted from " + at + " to " + end);
      new Slice(blueprint, at, end, progress, isOver).look(findings);
    }
    List<StreamReport> reports = new ArrayList<>();
    for (Findings work : findings.values()) {
      progress.accept("asking the log of " + work.stream().topic());
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
    void look(Map<String, Findings> findings) throws InterruptedException {
      Collection<Findings> open = findings.values();
      Duration patience = settling; // not for ever, also when a writer's clock is ahead
      for (int looks = 1; !open.isEmpty(); looks++) {
        if (isOver.getAsBoolean()) {
          throw PositionCheck.givenUp();
        }
        Map<Findings, Long> marks = new HashMap<>();
        open.forEach(work -> marks.put(work, surroundings.switches(work.stream())));
        Map<LedgerRow.Log, List<LedgerRow>> rows =
            ledger(blueprint)
                .rows(
                    open.stream().map(work -> work.stream().name()).collect(Collectors.toSet()),
                    from.minus(AROUND),
                    to.plus(AROUND));
        List<Findings> unsettled = new ArrayList<>();
        Duration wait = Duration.ZERO;
        for (Findings work : open) {
          progress.accept("looking at the rows of " + work.stream().topic());
          Attempt attempt = new Attempt(work, rows);
          attempt.look(from, to, isOver);
          boolean mayBeReplaced = looks == 1 && !attempt.lost.isEmpty(); // its files, meanwhile
          boolean isSwitched = isSwitched(work.stream(), marks.getOrDefault(work, 0L));
          if (isSwitched && patience.isZero() && looks > MOST_SWITCHED) {
            throw switching(work.stream());
          }
          Duration left = isSwitched ? LONGEST_PAUSE : mayBeReplaced ? MOMENT : attempt.settlesIn();
          if (!isSwitched && (left.isZero() || (patience.isZero() && looks > 1))) {
            work.take(attempt.seen());
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
    private final Findings work;
    private final Map<LedgerRow.Log, List<LedgerRow>> rows;
    private final Gaps gaps = new Gaps();
    private final List<Span> spans = new ArrayList<>();
    private final Set<String> lost = new TreeSet<>();
    private final Instant now = clock.instant();
    private Counts found = Counts.NONE;
    private long agedOut;

    Attempt(Findings work, Map<LedgerRow.Log, List<LedgerRow>> rows) {
      this.work = work;
      this.rows = rows;
    }

    void look(Instant from, Instant to, BooleanSupplier isOver) {
      Map<Integer, List<Span>> byEpoch = new TreeMap<>();
      rows.forEach(
          (log, own) -> {
            if (log.stream().equals(work.stream().name())) {
              OffsetRange before = work.covered(log);
              Long behind = before == null ? null : Long.valueOf(before.next());
              List<Span> audited = LedgerAudit.audit(own, from, to, behind, gaps);
              byEpoch.computeIfAbsent(log.epoch(), any -> new ArrayList<>()).addAll(audited);
              spans.addAll(audited);
            }
          });
      byEpoch.values().removeIf(List::isEmpty);
      if (!byEpoch.isEmpty()) {
        PositionCheck.Tables tables = tables(work.stream());
        for (List<Span> ofEpoch : byEpoch.values()) {
          PositionCheck check = new PositionCheck(tables, offsetsAtOnce, isOver, lost::add, gaps);
          found = found.plus(check.check(ofEpoch));
          agedOut += check.agedOut();
        }
      }
    }

    Findings.Seen seen() {
      return new Findings.Seen(found, agedOut, spans, gaps, lost);
    }

    private PositionCheck.Tables tables(ReconciledStream stream) {
      String raw = Names.rawNamespace(stream.blueprint());
      String processed = Names.processedNamespace(stream.blueprint());
      return PositionCheck.Tables.of(
          stream.name(),
          table(raw, stream.name()),
          table(processed, stream.name()),
          table(raw, LakeTables.QUARANTINE));
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
}
