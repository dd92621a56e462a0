package io.leat.app.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.leat.app.client.HttpProblemException;
import io.leat.app.client.LeatClient;
import io.leat.app.terminal.LiveLines;
import io.leat.app.terminal.Style;
import io.leat.app.terminal.Terminal;
import io.leat.app.terminal.Text;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Shows how far the demo is: redrawn in place on a terminal, otherwise a line on standard error
 * every five seconds. Runs on a thread of its own until closed.
 */
final class DemoProgress implements AutoCloseable {
  private static final Duration FRAME = Duration.ofMillis(500);
  private static final int FRAMES_PER_LINE = 10;

  private final LeatClient client;
  private final FeedCounts counts;
  private final Supplier<Freshness> freshness;
  private final @Nullable TroubleWatch detection;
  private final Terminal terminal;
  private final boolean quiet;
  private final long planned;
  private final Thread thread;
  private final long start = System.nanoTime();
  private volatile boolean ending;
  private volatile String phase = "feeding";
  private long lastAccepted;
  private long lastTime = start;
  private double rate;

  /** The totals of {@code GET /v1/status}. */
  private record Totals(long logged, long raw, long processed, long duplicates, long quarantined) {}

  /** As they were when all were known last. Owned by the thread. */
  private Totals known;

  DemoProgress(
      LeatClient client,
      FeedCounts counts,
      Supplier<Freshness> freshness,
      @Nullable TroubleWatch detection,
      Terminal terminal,
      boolean quiet,
      long planned) {
    this.client = client;
    this.counts = counts;
    this.freshness = freshness;
    this.detection = detection;
    this.terminal = terminal;
    this.quiet = quiet;
    this.planned = planned;
    this.known = new Totals(0, 0, 0, 0, 0);
    this.thread = new Thread(this::show, "leat-demo-progress");
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Says what is being done. */
  void phase(String name) {
    phase = name;
  }

  @Override
  public void close() {
    ending = true;
    thread.interrupt();
    try {
      thread.join(10_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void show() {
    LiveLines live = new LiveLines(terminal);
    try {
      for (int frame = 1; !ending; frame++) {
        step(live, frame);
        Thread.sleep(FRAME.toMillis());
      }
    } catch (InterruptedException e) {
      // Closed in the midst of a frame.
      Thread.currentThread().interrupt();
    } finally {
      live.erase();
    }
  }

  private void step(LiveLines live, int frame) throws InterruptedException {
    try {
      boolean drawing = terminal.isInteractive() && !quiet;
      if (drawing || frame % FRAMES_PER_LINE == 0) {
        measureRate();
        JsonNode now = client.get("/v1/status").path("totals");
        if (now.path("logged").isNumber() && now.path("raw").isNumber()) {
          known = totals(now);
        }
        Totals totals = known;
        if (drawing) {
          live.draw(lines(totals));
        } else {
          terminal.note(line(totals));
        }
      }
    } catch (HttpProblemException | UncheckedIOException e) {
      if (ending) {
        throw new InterruptedException();
      }
      terminal.note("The status could not be read: " + e.getMessage());
    }
  }

  private List<String> lines(Totals totals) {
    Freshness fresh = freshness.get();
    long answered = counts.accepted() + counts.rejectedTotal();
    double part = planned == 0 ? 0 : (double) answered / planned;
    long behind = Math.max(0, counts.accepted() - settled(totals));
    List<String> lines = new ArrayList<>();
    Collections.addAll(
        lines,
        terminal.styled(Style.CYAN, LiveLines.bar(part, 40))
            + "  "
            + terminal.styled(Style.BOLD, phase)
            + "  "
            + Text.duration(Duration.ofSeconds((System.nanoTime() - start) / 1_000_000_000)),
        "  accepted   "
            + cell(counts.accepted())
            + "   "
            + terminal.styled(Style.DIM, Text.rate(rate)),
        "  logged     " + cell(totals.logged()) + "   raw         " + cell(totals.raw()),
        "  processed  " + cell(totals.processed()) + "   behind      " + cell(behind),
        "  duplicates "
            + cell(totals.duplicates())
            + "   quarantined "
            + cell(totals.quarantined()),
        "  rejected   "
            + cell(counts.rejectedTotal())
            + "   freshness   "
            + fresh.p50()
            + " / "
            + fresh.p99()
            + " ms");
    if (detection != null) {
      TroubleWatch.Glance glance = detection.glance();
      lines.add(
          "  incidents  "
              + cell(glance.open())
              + " open, "
              + glance.resolved()
              + " resolved   tickets "
              + glance.newTickets()
              + " new, "
              + glance.resolvedTickets()
              + " resolved");
    }
    return lines;
  }

  private String line(Totals totals) {
    Freshness fresh = freshness.get();
    return Text.duration(Duration.ofSeconds((System.nanoTime() - start) / 1_000_000_000))
        + " "
        + phase
        + ": accepted "
        + Text.count(counts.accepted())
        + " ("
        + Text.rate(rate)
        + ")"
        + ", logged "
        + Text.count(totals.logged())
        + ", raw "
        + Text.count(totals.raw())
        + ", processed "
        + Text.count(totals.processed())
        + ", duplicates "
        + Text.count(totals.duplicates())
        + ", quarantined "
        + Text.count(totals.quarantined())
        + ", rejected "
        + Text.count(counts.rejectedTotal())
        + ", freshness "
        + fresh.p50()
        + " / "
        + fresh.p99()
        + " ms"
        + (detection == null ? "" : line(detection.glance()));
  }

  private static String line(TroubleWatch.Glance glance) {
    return ", incidents "
        + glance.open()
        + " open "
        + glance.resolved()
        + " resolved, tickets "
        + glance.newTickets()
        + " new "
        + glance.resolvedTickets()
        + " resolved";
  }

  private void measureRate() {
    long now = System.nanoTime();
    long accepted = counts.accepted();
    double seconds = (now - lastTime) / 1e9;
    double current = (accepted - lastAccepted) / Math.max(0.001, seconds);
    rate = rate == 0 ? current : rate * 0.6 + current * 0.4;
    lastAccepted = accepted;
    lastTime = now;
  }

  private static long settled(Totals totals) {
    return totals.processed() + totals.duplicates() + totals.quarantined();
  }

  private static Totals totals(JsonNode json) {
    return new Totals(
        json.path("logged").asLong(),
        json.path("raw").asLong(),
        json.path("processed").asLong(),
        json.path("duplicates").asLong(),
        json.path("quarantined").asLong());
  }

  private static String cell(long n) {
    return String.format(java.util.Locale.ROOT, "%,11d", n);
  }
}
