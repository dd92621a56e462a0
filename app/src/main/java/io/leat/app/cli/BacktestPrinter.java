package io.leat.app.cli;

import static io.leat.app.cli.Member.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.leat.app.terminal.Table;
import io.leat.app.terminal.Terminal;
import io.leat.app.terminal.Text;
import java.time.Duration;

/** Tells what a detector would have done on the terminal. */
final class BacktestPrinter {
  private final Terminal terminal;

  BacktestPrinter(Terminal terminal) {
    this.terminal = terminal;
  }

  /**
   * @param limit at most so many incidents one by one
   */
  void print(JsonNode result, int limit) {
    incidents(result, limit);
    Table table = new Table("what", "would be", "was");
    JsonNode really = result.path("really");
    table.row("incidents opened", count(result, "opened"), count(really, "opened"));
    table.row("per day", text(result, "opened_per_day"), "");
    table.row("alerts", count(result, "alerts"), count(really, "alerts"));
    table.row("events judged", count(result, "events"), "");
    table.row("entities", count(result, "keys"), "");
    table.print(terminal);
    terminal.note(
        text(result, "detector")
            + " over what was received from "
            + text(result, "from")
            + " to "
            + text(result, "to"));
    left(result, "duplicates", "left out: their ids were there before");
    left(result, "unclean", "left out: they are not clean");
    left(result, "unordered", "left out: they came too far out of order");
    left(result, "late", "late");
    long absent = result.path("absent_seconds").asLong();
    if (absent > 0) {
      terminal.note(
          "Leat counts as away for "
              + Text.duration(Duration.ofSeconds(absent))
              + ": nothing of the blueprint was received. --absence says from when on");
    }
  }

  private void incidents(JsonNode result, int limit) {
    JsonNode incidents = result.path("incidents");
    if (incidents.isEmpty()) {
      terminal.line("No incident would have been opened.");
      terminal.line();
      return;
    }
    Table table =
        new Table("opened", "resolved", "alerts>", "reopened>", "severity", "group", "summary");
    int shown = 0;
    for (JsonNode one : incidents) {
      if (shown++ == limit) {
        break;
      }
      table.row(
          text(one, "opened_at"),
          one.hasNonNull("resolved_at") ? text(one, "resolved_at") : "open at the end",
          count(one, "alerts"),
          count(one, "reopened"),
          text(one, "severity"),
          text(one, "group"),
          text(one, "summary"));
    }
    table.print(terminal);
    long more = result.path("opened").asLong() - Math.min(limit, incidents.size());
    if (more > 0) {
      terminal.line("and " + Text.count(more) + " more");
    }
    terminal.line();
  }

  private void left(JsonNode result, String name, String what) {
    long count = result.path(name).asLong();
    if (count > 0) {
      terminal.note(Text.plural(count, "event", "events") + " " + what);
    }
  }

  private static String count(JsonNode node, String name) {
    return node.has(name) ? Text.count(node.path(name).asLong()) : "";
  }
}
