package io.leat.app.cli;

import io.leat.app.engine.StartObserver;
import io.leat.app.terminal.LiveLines;
import io.leat.app.terminal.Terminal;
import io.leat.app.terminal.Text;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows what is being started, in one line that is redrawn on a terminal; the times go to the log.
 * Thread-safe.
 */
final class StartProgress implements StartObserver, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StartProgress.class);

  private final LiveLines live;
  private final long begun = System.nanoTime();
  private final Set<String> starting = new LinkedHashSet<>();

  StartProgress(Terminal terminal) {
    this.live = new LiveLines(terminal);
  }

  @Override
  public synchronized void starting(String part) {
    starting.add(part);
    draw();
  }

  @Override
  public synchronized void started(String part, Duration took) {
    LOG.info("Started {} in {} ms, {} ms after the first", part, took.toMillis(), millis());
    starting.remove(part);
    draw();
  }

  /** How long the start has taken until now. */
  Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - begun);
  }

  private long millis() {
    return elapsed().toMillis();
  }

  private void draw() {
    List<String> parts = new ArrayList<>(starting);
    if (!parts.isEmpty()) {
      live.draw(List.of(Text.duration(elapsed()) + "  " + String.join(", ", parts)));
    }
  }

  /** Takes the line away. */
  @Override
  public synchronized void close() {
    live.erase();
  }
}
