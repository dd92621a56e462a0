package io.leat.app.convert;

import io.leat.app.terminal.LiveLines;
import io.leat.app.terminal.Style;
import io.leat.app.terminal.Terminal;
import io.leat.app.terminal.Text;
import io.leat.parquet.Progress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How far a file is, drawn in place; nothing where nobody watches. Called by one thread at a time.
 */
final class ConversionBar implements Progress, AutoCloseable {
  private static final Duration FRAME = Duration.ofMillis(100);

  /** Short work needs no bar. */
  private static final Duration PATIENCE = Duration.ofMillis(300);

  private static final int BAR = 24;

  private final Terminal terminal;
  private final LiveLines live;
  private final InstantSource clock;
  private final String label;
  private final long rows;
  private final Instant start;
  private Instant next;

  /**
   * @param label of the file
   * @param rows of the file
   */
  ConversionBar(Terminal terminal, InstantSource clock, String label, long rows) {
    this.terminal = terminal;
    this.live = new LiveLines(terminal);
    this.clock = clock;
    this.label = label;
    this.rows = rows;
    this.start = clock.instant();
    this.next = start.plus(PATIENCE);
  }

  /** Or one that draws nothing, where the output goes to the terminal itself. */
  static Progress of(@Nullable ConversionBar bar) {
    return bar == null ? Progress.NONE : bar;
  }

  @Override
  public void at(long done, long bytesRead, long bytesWritten) {
    Instant now = clock.instant();
    if (!terminal.isInteractive() || now.isBefore(next)) {
      return;
    }
    next = now.plus(FRAME);
    live.draw(List.of(line(done, bytesWritten, Duration.between(start, now))));
  }

  private String line(long done, long bytesWritten, Duration took) {
    double part = rows == 0 ? 1 : Math.min(1, (double) done / rows);
    double seconds = Math.max(0.001, took.toNanos() / 1e9);
    StringBuilder line =
        new StringBuilder(terminal.styled(Style.CYAN, LiveLines.bar(part, BAR)))
            .append(String.format(Locale.US, " %3.0f %%  ", Math.floor(part * 100)))
            .append(label)
            .append("  ")
            .append(Text.count(done))
            .append(" rows  ")
            .append(rate(bytesWritten, seconds));
    if (part > 0) {
      line.append("  ETA ").append(eta(seconds * (1 - part) / part));
    }
    return line.toString();
  }

  /** Whole seconds: more would flicker. */
  private static String eta(double seconds) {
    long whole = (long) Math.ceil(seconds);
    return whole < 60 ? whole + " s" : Text.duration(Duration.ofSeconds(whole));
  }

  /** Millions of bytes a second. */
  static String rate(long bytes, double seconds) {
    double rate = bytes / seconds / 1e6;
    return String.format(Locale.US, rate < 9.95 ? "%.1f MB/s" : "%.0f MB/s", rate);
  }

  @Override
  public void rowGroupDone(int nextGroup, int partsClosed) {}

  @Override
  public void close() {
    live.erase();
  }
}
