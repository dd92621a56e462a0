package io.leat.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.leat.app.terminal.Style;
import io.leat.app.terminal.Table;
import io.leat.app.terminal.Terminal;
import io.leat.app.terminal.Text;
import java.util.Map;

/** Tells of a replay on the terminal. */
final class ReplayPrinter {
  private final LeatCommand leat;

  ReplayPrinter(LeatCommand leat) {
    this.leat = leat;
  }

  /** One line. */
  String progress(JsonNode replay) {
    JsonNode progress = replay.path("progress");
    String failure = text(replay, "failure");
    return text(replay, "state")
        + ": "
        + text(progress, "doing")
        + ", "
        + progress.path("percent").asInt()
        + " %, "
        + Text.plural(progress.path("judged").asLong(), "record", "records")
        + (failure.isEmpty() ? "" : "; again after: " + failure);
  }

  void print(JsonNode replay) {
    String id = replay.path("id").asText();
    Terminal terminal = leat.terminal();
    switch (replay.path("state").asText()) {
      case "built" -> {
        comparison(replay);
        terminal.note("Rows: " + text(replay, "table"));
        terminal.note("Quarantined: " + text(replay, "quarantine_table"));
        if (!text(replay, "failure").isEmpty()) {
          terminal.error(text(replay, "failure"));
        }
        terminal.note(
            replay.path("comparison").path("differs").asBoolean()
                ? "Next: leat replay switch " + id + ", or leat replay drop " + id
                : "There is nothing to switch to: leat replay drop " + id + " removes its tables");
      }
      case "switched" ->
          terminal.line(
              terminal.styled(Style.GREEN, "Switched")
                  + ": the rows of the replay "
                  + id
                  + " are in processed and quarantine.");
      case "dropped" -> terminal.line("Dropped the replay " + id + ".");
      case "failed" -> terminal.error("The replay " + id + " failed: " + text(replay, "failure"));
      default -> terminal.line("Replay " + id + " is " + progress(replay));
    }
  }

  /** What would change. */
  void comparison(JsonNode replay) {
    JsonNode comparison = replay.path("comparison");
    Terminal terminal = leat.terminal();
    terminal.line(
        "Replay "
            + replay.path("id").asText()
            + " of "
            + text(replay, "stream")
            + ": "
            + Text.plural(comparison.path("records").asLong(), "record", "records")
            + " received from "
            + text(replay, "from")
            + " to "
            + text(replay, "to"));
    Table outcomes = new Table("was", "is now", "records>");
    for (JsonNode one : comparison.path("outcomes")) {
      outcomes.row(
          text(one, "before"), text(one, "after"), Text.count(one.path("records").asLong()));
    }
    outcomes.print(terminal);
    terminal.line();
    Table sides =
        new Table(
            "table", "before>", "after>", "equal>", "changed>", "only before>", "only after>");
    side(sides, "processed", comparison);
    side(sides, "quarantine", comparison);
    sides.print(terminal);
    columns(comparison.path("processed"));
    examples(replay, comparison);
    if (!comparison.path("differs").asBoolean()) {
      terminal.line("Nothing differs.");
    }
  }

  private static void side(Table table, String name, JsonNode comparison) {
    JsonNode side = comparison.path(name);
    table.row(
        name,
        Text.count(side.path("before").asLong()),
        Text.count(side.path("after").asLong()),
        Text.count(side.path("equal").asLong()),
        Text.count(side.path("changed").asLong()),
        Text.count(side.path("only_before").asLong()),
        Text.count(side.path("only_after").asLong()));
  }

  private void columns(JsonNode processed) {
    if (!processed.path("changed_columns").isEmpty()) {
      leat.terminal().line();
      Table columns = new Table("column", "changed rows>");
      for (Map.Entry<String, JsonNode> one : processed.path("changed_columns").properties()) {
        columns.row(Text.printable(one.getKey()), Text.count(one.getValue().asLong()));
      }
      columns.print(leat.terminal());
    }
  }

  private void examples(JsonNode replay, JsonNode comparison) {
    Table table = new Table("example", "event", "in", "what", "before", "after");
    int rows = 0;
    for (String side : new String[] {"processed", "quarantine"}) {
      for (JsonNode one : comparison.path(side).path("examples")) {
        JsonNode value = one.path("values").path(0);
        String column = text(value, "column");
        table.row(
            position(replay, one),
            text(one, "event_id"),
            side,
            text(one, "what").replace('_', ' ') + (column.isEmpty() ? "" : ": " + column),
            text(value, "before"),
            text(value, "after"));
        rows++;
      }
    }
    if (rows > 0) {
      leat.terminal().line();
      table.print(leat.terminal());
    }
  }

  private static String position(JsonNode replay, JsonNode one) {
    int epoch = one.path("log_epoch").asInt();
    return text(replay, "stream")
        + "/"
        + one.path("log_partition").asInt()
        + "@"
        + one.path("log_offset").asLong()
        + (epoch <= 1 ? "" : "#" + epoch);
  }

  private static String text(JsonNode node, String name) {
    JsonNode value = node.path(name);
    return value.isNull() ? "" : Text.printable(value.asText(""));
  }
}
