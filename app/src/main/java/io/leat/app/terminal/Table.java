package io.leat.app.terminal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * A table: drawn with boxes on a terminal and cut to its width; aligned plain lines, never cut, in
 * a pipe. Columns whose title ends in {@code >} are numbers, set to the right. Not thread-safe.
 */
public final class Table {
  private static final int NARROWEST = 6;

  private final List<String> titles;
  private final boolean[] right;
  private final List<List<String>> rows = new ArrayList<>();

  /** A table with these column titles. */
  public Table(String... titles) {
    this.titles = new ArrayList<>();
    this.right = new boolean[titles.length];
    for (int i = 0; i < titles.length; i++) {
      right[i] = titles[i].endsWith(">");
      this.titles.add(right[i] ? titles[i].substring(0, titles[i].length() - 1) : titles[i]);
    }
  }

  /** Adds a row; cells may be styled. */
  public Table row(String... cells) {
    if (cells.length != titles.size()) {
      throw new IllegalArgumentException(
          "a row has " + cells.length + " cells, the table " + titles.size() + " columns");
    }
    rows.add(List.copyOf(Arrays.asList(cells)));
    return this;
  }

  /** Whether no row was added. */
  public boolean isEmpty() {
    return rows.isEmpty();
  }

  /** Writes the table to standard output. */
  public void print(Terminal terminal) {
    lines(terminal).forEach(terminal::line);
  }

  /** The table as lines. */
  public List<String> lines(Terminal terminal) {
    List<String> lines = new ArrayList<>();
    int[] widths = widths();
    if (terminal.isInteractive()) {
      shrink(widths, terminal.width());
      boxed(terminal, widths, lines::add);
    } else {
      plain(widths, lines::add);
    }
    return lines;
  }

  private void boxed(Terminal terminal, int[] widths, Consumer<String> lines) {
    lines.accept(rule(terminal, widths, "╭", "┬", "╮"));
    List<String> heads = titles.stream().map(t -> terminal.styled(Style.BOLD, t)).toList();
    lines.accept(boxedRow(terminal, widths, heads));
    lines.accept(rule(terminal, widths, "├", "┼", "┤"));
    rows.forEach(row -> lines.accept(boxedRow(terminal, widths, row)));
    lines.accept(rule(terminal, widths, "╰", "┴", "╯"));
  }

  private String boxedRow(Terminal terminal, int[] widths, List<String> cells) {
    String bar = terminal.styled(Style.DIM, "│");
    StringBuilder line = new StringBuilder(bar);
    for (int i = 0; i < widths.length; i++) {
      String cell = Text.fit(cells.get(i), widths[i]);
      line.append(' ').append(Text.pad(cell, widths[i], right[i])).append(' ').append(bar);
    }
    return line.toString();
  }

  private static String rule(
      Terminal terminal, int[] widths, String left, String middle, String end) {
    StringBuilder line = new StringBuilder(left);
    for (int i = 0; i < widths.length; i++) {
      line.append("─".repeat(widths[i] + 2)).append(i == widths.length - 1 ? end : middle);
    }
    return terminal.styled(Style.DIM, line.toString());
  }

  private void plain(int[] widths, Consumer<String> lines) {
    lines.accept(plainRow(widths, titles));
    rows.forEach(row -> lines.accept(plainRow(widths, row)));
  }

  private String plainRow(int[] widths, List<String> cells) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      line.append(i == 0 ? "" : "  ").append(Text.pad(cells.get(i), widths[i], right[i]));
    }
    return line.toString().stripTrailing();
  }

  private int[] widths() {
    int[] widths = titles.stream().mapToInt(Text::width).toArray();
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], Text.width(row.get(i)));
      }
    }
    return widths;
  }

  /** Takes columns from the widest until the table fits. */
  private static void shrink(int[] widths, int terminalWidth) {
    int total = Arrays.stream(widths).sum() + 3 * widths.length + 1;
    while (total > terminalWidth) {
      int widest = 0;
      for (int i = 1; i < widths.length; i++) {
        widest = widths[i] > widths[widest] ? i : widest;
      }
      if (widths[widest] <= NARROWEST) {
        return;
      }
      widths[widest]--;
      total--;
    }
  }
}
