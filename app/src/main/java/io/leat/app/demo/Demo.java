package io.leat.app.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.app.client.EventSender;
import io.leat.app.client.LeatClient;
import io.leat.app.client.Pause;
import io.leat.app.client.RetryPolicy;
import io.leat.app.client.SqlRows;
import io.leat.app.terminal.Terminal;
import io.leat.app.terminal.Text;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Feeds a running blueprint real series and a made-up fleet over HTTP, waits until the tables hold
 * them, and compares.
 */
public final class Demo implements AutoCloseable {
  private static final int CONNECTIONS = 4;
  private static final int FLEET_RATE = 700;

  /** The series have at most this part of the events. */
  private static final double SERIES_SHARE = 0.75;

  private static final Set<String> STREAMS =
      new TreeSet<>(Set.of("telemetry", "heartbeat", "fault", "transaction"));

  private final LeatClient admin;
  private final Supplier<Freshness> freshness;
  private final Settings settings;
  private final InstantSource clock;
  private final Terminal terminal;
  private final boolean quiet;
  private final Duration standstill;
  private final Ledger ledger = new Ledger();
  private final FeedCounts counts = new FeedCounts();
  private final AtomicReference<@Nullable String> sender = new AtomicReference<>();
  private volatile boolean closed;

  /**
   * What to feed.
   *
   * @param blueprint its name
   * @param folder its folder
   * @param length how long to feed
   * @param rate events a second; 0 for as many as complete the series in {@code length}
   * @param seed of the fleet
   * @param devices in the fleet
   * @param desk takes the tickets of machines that get into trouble; without it none does
   */
  public record Settings(
      String blueprint,
      Path folder,
      Duration length,
      int rate,
      long seed,
      int devices,
      @Nullable TicketDesk desk) {}

  /**
   * @param admin may create clients and read everything
   * @param freshness the platform's measurement
   * @param terminal shows the progress
   * @param quiet keeps the terminal's output free for JSON
   * @param standstill waiting for the tables ends when nothing has moved for this long
   */
  public Demo(
      LeatClient admin,
      Supplier<Freshness> freshness,
      Settings settings,
      InstantSource clock,
      Terminal terminal,
      boolean quiet,
      Duration standstill) {
    this.admin = admin;
    this.freshness = freshness;
    this.settings = settings;
    this.clock = clock;
    this.terminal = terminal;
    this.quiet = quiet;
    this.standstill = standstill;
  }

  /** Runs it to its end. */
  public DemoReport run() throws IOException, InterruptedException {
    Instant start = clock.instant();
    String run = Long.toString(start.toEpochMilli(), 36);
    SeriesReplay series = series(run, start);
    FleetGenerator fleet = fleet(run, start, series);
    RecordFeed feed = new MixedFeed(List.of(series, fleet));
    Tallies before = Tallies.count(admin, settings.blueprint(), STREAMS);
    long loggedBefore = logged();
    JsonNode client = addClient(run);
    sender.set(client.path("id").asText());
    if (closed) {
      close(); // An interruption came while the client was being made.
    }
    try (TroubleWatch detection = detection(run, start, client, fleet);
        DemoProgress progress =
            new DemoProgress(admin, counts, freshness, detection, terminal, quiet, feed.size())) {
      if (detection != null) {
        detection.start();
      }
      progress.start();
      long feeding = System.nanoTime();
      feed(feed, client, run);
      Duration fed = Duration.ofNanos(System.nanoTime() - feeding);
      double perSecond = counts.accepted() / Math.max(0.001, fed.toMillis() / 1_000.0);
      progress.phase("waiting for incidents");
      IncidentTally incidents = detection == null ? null : detection.await();
      progress.phase("catching up");
      long waiting = System.nanoTime();
      Tallies tables = settle(before);
      Duration settled = Duration.ofNanos(System.nanoTime() - waiting);
      progress.phase("asking");
      DemoReport.Found found =
          new DemoReport.Found(
              counts.accepted(),
              logged() - loggedBefore,
              tables,
              counts.rejected(),
              freshness.get(),
              fed,
              perSecond,
              settled);
      List<Answer> answers = ask();
      return new DemoReport(found, ledger.total(), checks(found), incidents, answers);
    }
  }

  /**
   * Revokes the client that it sends with. To be called before the platform stops, at an
   * interruption too; a second call does nothing, unless the first one failed.
   */
  @Override
  public void close() {
    closed = true;
    String id = sender.get();
    if (id != null) {
      admin.delete("/v1/clients/" + id);
      sender.set(null);
    }
  }

  /** How many records, when the series are complete or {@code most} of them. */
  private long planned(SeriesReplay series) {
    double seconds = settings.length().toMillis() / 1_000.0;
    return settings.rate() > 0
        ? Math.round(settings.rate() * seconds)
        : series.size() + Math.round(FLEET_RATE * seconds);
  }

  private SeriesReplay series(String run, Instant start) throws IOException {
    SeriesReplay series = SeriesReplay.load(settings.folder(), run, start, 1);
    long most = settings.rate() > 0 ? Math.round(planned(series) * SERIES_SHARE) : series.size();
    if (most < series.size()) {
      double share = (double) most / series.size();
      if (!quiet) {
        terminal.note(
            "At this rate the series are replayed from their last "
                + Math.max(1, Math.round(share * 100))
                + " % on");
      }
      series = SeriesReplay.load(settings.folder(), run, start, share);
    }
    return series;
  }

  private FleetGenerator fleet(String run, Instant start, SeriesReplay series) {
    FleetGenerator fleet =
        new FleetGenerator(
            settings.seed(),
            settings.devices(),
            run,
            start,
            settings.length(),
            Math.max(0, planned(series) - series.size()));
    if (!quiet) {
      terminal.note(
          "Feeding "
              + Text.count(series.size())
              + " readings of five real machines and "
              + Text.count(fleet.size())
              + " events of a fleet of "
              + Text.count(settings.devices()));
    }
    return fleet;
  }

  private @Nullable TroubleWatch detection(
      String run, Instant start, JsonNode client, FleetGenerator fleet) {
    TicketDesk desk = settings.desk();
    if (desk == null) {
      return null;
    }
    TicketDesk.Pace pace = desk.pace();
    Troubles troubles = new Troubles(settings.seed(), run, pace.isSeen());
    if (!quiet) {
      troubles.describe(pace).forEach(terminal::note);
      terminal.note("Tickets go to a twin of ServiceNow at " + desk.uri() + "/");
    }
    RecordSender sender =
        new RecordSender(settings.blueprint(), sender(client), counts, run + "-heartbeats");
    return new TroubleWatch(
        admin,
        settings.blueprint(),
        desk::tickets,
        troubles,
        new Heartbeats(sender, ledger, clock, run, fleet.machines(), pace.turns()),
        clock,
        start,
        standstill.plus(pace.silence().multipliedBy(2)));
  }

  private EventSender sender(JsonNode client) {
    return new EventSender(
        admin.withKey(client.path("key").asText()), RetryPolicy.DEFAULT, Pause.sleeping());
  }

  private void feed(RecordFeed feed, JsonNode client, String run) throws InterruptedException {
    double perSecond = feed.size() / (settings.length().toMillis() / 1_000.0);
    Duration longest = settings.length().multipliedBy(3).plusSeconds(60);
    boolean whole =
        new Feeder(settings.blueprint(), sender(client), run, CONNECTIONS, counts, ledger)
            .run(feed, perSecond, longest);
    if (!whole && !quiet) {
      terminal.note("Not everything was sent within " + Text.duration(longest));
    }
  }

  private JsonNode addClient(String run) {
    ObjectNode body = LeatClient.JSON.createObjectNode().put("name", "demo-" + run);
    body.putArray("roles").add("send");
    body.putArray("streams").add(settings.blueprint() + ".*");
    body.putObject("rate").put("per_second", 100_000).put("burst", 100_000);
    body.put("expires_at", clock.instant().plus(Duration.ofDays(1)).toString());
    return admin.post("/v1/clients", body);
  }

  /** Waits until the tables hold what was accepted, or nothing moves any more. */
  private Tallies settle(Tallies before) throws IOException, InterruptedException {
    Tallies tables = Tallies.count(admin, settings.blueprint(), STREAMS).since(before);
    long moved = System.nanoTime();
    long last = -1;
    while (!isComplete(tables) && System.nanoTime() - moved < standstill.toNanos()) {
      Thread.sleep(500);
      tables = Tallies.count(admin, settings.blueprint(), STREAMS).since(before);
      long sum = tables.settled() + Tallies.sum(tables.raw()) + Tallies.sum(tables.rejected());
      if (sum != last) {
        last = sum;
        moved = System.nanoTime();
      }
    }
    return tables;
  }

  private boolean isComplete(Tallies tables) {
    return Tallies.sum(tables.raw()) >= counts.accepted()
        && tables.settled() >= counts.accepted()
        && Tallies.sum(tables.rejected()) >= ledger.total().rejectedTotal();
  }

  private long logged() {
    long logged = 0;
    for (JsonNode stream : admin.get("/v1/status").path("streams")) {
      boolean ours = settings.blueprint().equals(stream.path("blueprint").asText());
      logged += ours ? stream.path("logged").asLong() : 0;
    }
    return logged;
  }

  private List<Check> checks(DemoReport.Found found) {
    return new Checks(ledger, counts).of(found);
  }

  private List<Answer> ask() throws IOException {
    List<Answer> answers = new ArrayList<>();
    for (Question question : Question.ofFleet(settings.blueprint())) {
      long start = System.nanoTime();
      List<JsonNode> rows = new ArrayList<>();
      List<String> columns;
      try (SqlRows result = SqlRows.query(admin, question.sql())) {
        columns = result.columns().stream().map(SqlRows.Column::name).toList();
        for (JsonNode row = result.next(); row != null; row = result.next()) {
          rows.add(row);
        }
      }
      answers.add(new Answer(question, columns, rows, (System.nanoTime() - start) / 1_000_000));
    }
    return answers;
  }
}
