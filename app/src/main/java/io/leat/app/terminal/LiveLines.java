package io.leat.app.terminal;

import java.util.List;

/**
 * A few lines at the bottom of the terminal that are redrawn in place. Elsewhere than on a terminal
 * nothing is drawn. Thread-safe.
 */
public final class LiveLines implements AutoCloseable {
  private final Terminal terminal;
  private int drawn;

  public LiveLines(Terminal terminal) {
    this.terminal = terminal;
  }

  /** Draws these lines over the ones drawn before. */
  public synchronized void draw(List<String> lines) {
    if (!terminal.isInteractive()) {
      return;
    }
    StringBuilder frame = new StringBuilder(erasure());
    lines.forEach(l -> frame.append(Text.fit(l, terminal.width() - 1)).append("\u001b[K\n"));
    drawn = lines.size();
    terminal.out().print(frame);
    terminal.out().flush();
  }

  /** Takes the lines away. */
  public synchronized void erase() {
    if (drawn > 0) {
      terminal.out().print(erasure() + "\u001b[J");
      terminal.out().flush();
      drawn = 0;
    }
  }

  /** Leaves the last lines standing. */
  @Override
  public synchronized void close() {
    drawn = 0;
  }

  /** A bar of {@code width} columns, filled to {@code part} of 1. */
  public static String bar(double part, int width) {
    double bounded = Math.max(0, Math.min(1, part));
    int eighths = (int) Math.round(bounded * width * 8);
    StringBuilder bar = new StringBuilder("█".repeat(eighths / 8));
    if (eighths % 8 > 0) {
      bar.append((char) ('█' + (8 - eighths % 8)));
    }
    return bar + "░".repeat(width - bar.length());
  }

  private String erasure() {
    return drawn == 0 ? "" : "\u001b[" + drawn + "F";
  }
}
