package io.leat.app.backtest;

import io.leat.action.incident.IncidentForecast;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.event.Names;
import io.leat.lake.SnapshotLeases;
import io.leat.lake.maintenance.Pace;
import io.leat.lake.replay.PositionedTable;
import io.leat.lake.replay.ReceivedPeriod;
import io.leat.rules.alert.Alert;
import io.leat.stream.RawReplay;
import io.leat.stream.StreamPlan;
import io.leat.stream.detect.DetectReplay;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;

/** One backtest: reads, judges, counts. Owned by one thread, used once. */
public final class BacktestRun {
  private final BacktestPlan plan;
  private final Catalog catalog;
  private final SnapshotLeases leases;
  private final Path folder;
  private final Pace pace;
  private final BacktestLimits limits;
  private final Consumer<Reached> progress;

  /**
   * How far it is.
   *
   * @param at up to when history was judged
   */
  public record Reached(Instant at, int percent, long events, long alerts) {}

  /**
   * @param folder for temporary files, of its own
   * @param pace called between small pieces of work; it throws when the backtest is to end
   * @param progress told now and then, on the same thread
   */
  public BacktestRun(
      BacktestPlan plan,
      Catalog catalog,
      SnapshotLeases leases,
      Path folder,
      Pace pace,
      BacktestLimits limits,
      Consumer<Reached> progress) {
    this.plan = plan;
    this.catalog = catalog;
    this.leases = leases;
    this.folder = folder;
    this.pace = pace;
    this.limits = limits;
    this.progress = progress;
  }

  /**
   * Runs.
   *
   * @throws LeatException BAD_REQUEST when nothing was received in the period, or a limit is
   *     reached, with what to do
   */
  public BacktestOutcome run() throws IOException {
    Judging judging = new Judging();
    Map<String, PositionedTable> read = new LinkedHashMap<>();
    plan.plans().forEach(one -> read.put(one.stream(), PositionedTable.raw(raw(one.stream()))));
    List<PositionedTable> seen =
        plan.streams().stream()
            .filter(name -> !read.containsKey(name))
            .map(name -> PositionedTable.raw(raw(name)))
            .toList();
    ReceivedRows rows = new ReceivedRows(read, seen, leases, judging::step, limits);
    try {
      for (StreamPlan one : plan.plans()) {
        judging.sightings.put(
            one.stream(), new FirstSightings(one.dedupe(), folder.resolve(one.stream())));
      }
      rows.tell(plan.from(), plan.to(), judging);
    } finally {
      judging.sightings.values().forEach(FirstSightings::close);
    }
    if (judging.rows == 0) {
      throw nothing(read.keySet());
    }
    judging.detector.end(plan.to().toEpochMilli());
    return judging.outcome(rows.unordered());
  }

  private Table raw(String stream) {
    return catalog.loadTable(TableIdentifier.of(Names.rawNamespace(plan.blueprint()), stream));
  }

  private LeatException nothing(Collection<String> streams) {
    List<String> there = new ArrayList<>();
    for (String stream : streams) {
      String name = Names.topic(plan.blueprint(), stream);
      there.add(
          ReceivedPeriod.of(raw(stream))
              .map(
                  period ->
                      "raw has events of "
                          + name
                          + " received from "
                          + period.first()
                          + " to "
                          + period.last())
              .orElse("raw has no events of " + name));
    }
    return new LeatException(
        ErrorCode.BAD_REQUEST,
        "Nothing that the detector '"
            + plan.detector().name()
            + "' reads was received from "
            + plan.from()
            + " to "
            + plan.to()
            + ": "
            + String.join("; ", there));
  }

  /** What happens to the rows. */
  private final class Judging implements ReceivedRows.Taker {
    private final long deadline = System.nanoTime() + limits.within().toNanos();
    private final Map<String, RawReplay> replays = new HashMap<>();
    private final Map<String, FirstSightings> sightings = new HashMap<>();
    private final IncidentForecast forecast =
        new IncidentForecast(plan.detector().groupBy(), plan.policy(), limits.listed());
    private final DetectReplay detector =
        new DetectReplay(
            plan.blueprint(), plan.detector(), plan.plans(), plan.absence(), this::alert);
    private Instant at = plan.from();
    private long rows;
    private long events;
    private long unclean;
    private long duplicates;
    private long alerts;

    Judging() {
      plan.plans().forEach(one -> replays.put(one.stream(), new RawReplay(one)));
    }

    void step() {
      pace.step();
      if (System.nanoTime() - deadline > 0) {
        throw tooMuch("ran for " + limits.within().toMinutes() + " minutes");
      }
    }

    @Override
    public void received(long millis) {
      detector.received(millis);
    }

    @Override
    public void row(String stream, PositionedTable.Row row) throws IOException {
      if (++rows > limits.rows()) {
        throw tooMuch("read " + limits.rows() + " events");
      }
      if (rows % 256 == 0) {
        step();
      }
      at = instant(row.received());
      RawReplay replay = replays.get(stream);
      FirstSightings seen = sightings.get(stream);
      if (replay == null || seen == null) {
        throw new IllegalStateException("no plan of " + stream);
      }
      if (!replay.judge(row.values())) {
        unclean++;
        detector.received(row.received() / 1_000);
      } else if (!seen.isFirst(replay, row.received())) {
        duplicates++;
        detector.received(row.received() / 1_000);
      } else {
        events++;
        detector.event(stream, replay.processed());
        refuseTooMuch();
      }
    }

    private void refuseTooMuch() {
      if (detector.keys() > limits.keys()) {
        throw tooMuch("remembers more than " + limits.keys() + " entities");
      }
      if (detector.bytes() > limits.bytes()) {
        throw tooMuch("remembers more than " + (limits.bytes() >> 20) + " MiB of entities");
      }
    }

    @Override
    public void reached(Instant time) {
      long whole = Duration.between(plan.from(), plan.to()).toMillis();
      long done = Duration.between(plan.from(), time).toMillis();
      int percent = (int) Math.max(0, Math.min(99, 100 * done / Math.max(1, whole)));
      progress.accept(new Reached(time, percent, events, alerts));
    }

    private void alert(Alert alert) {
      if (alert.state() == Alert.State.FIRING && ++alerts > limits.alerts()) {
        throw tooMuch("made more than " + limits.alerts() + " alerts");
      }
      forecast.take(alert);
    }

    private LeatException tooMuch(String what) {
      return new LeatException(
          ErrorCode.BAD_REQUEST,
          "The backtest "
              + what
              + ", which is its limit. It got as far as "
              + at
              + ": choose a period that ends there, or begins later");
    }

    private static Instant instant(long micros) {
      return Instant.ofEpochSecond(
          Math.floorDiv(micros, 1_000_000), Math.floorMod(micros, 1_000_000) * 1_000L);
    }

    BacktestOutcome outcome(long unordered) {
      return new BacktestOutcome(
          rows,
          events,
          unclean,
          duplicates,
          unordered,
          detector.late(),
          detector.keys(),
          alerts,
          forecast.opened(),
          forecast.listed(),
          detector.absent());
    }
  }
}
