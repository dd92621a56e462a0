package io.leat.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.app.client.LeatClient;
import io.leat.app.terminal.Table;
import io.leat.app.terminal.Terminal;
import io.leat.app.terminal.Text;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeMap;

/** Tells what a redrive would do, does, and did. */
final class RedrivePrinter {
  private static final Set<String> OPEN = Set.of("planned", "sent");
  private static final Set<String> GOOD = Set.of("processed", "duplicate", "skipped");

  private final Terminal terminal;
  private final boolean json;

  RedrivePrinter(Terminal terminal, boolean json) {
    this.terminal = terminal;
    this.json = json;
  }

  /** What would happen; 1 when not all would be in processed. */
  int planned(JsonNode answer) {
    if (json) {
      terminal.line(answer.toString());
      return 0;
    }
    Table table = new Table("id", "action", "attempt>", "outcome", "code", "detail");
    for (JsonNode record : answer.path("records")) {
      table.row(
          text(record, "id"),
          text(record, "action"),
          record.hasNonNull("attempt") ? text(record, "attempt") : "",
          record.hasNonNull("state") ? text(record, "state") : "",
          record.hasNonNull("code") ? text(record, "code") : "",
          record.hasNonNull("detail") ? text(record, "detail") : "");
    }
    table.print(terminal);
    tellBounds(answer);
    terminal.line("Nothing was changed.");
    return 0;
  }

  private void tellBounds(JsonNode answer) {
    long more = answer.path("more").asLong();
    if (more > 0) {
      terminal.note(
          Text.plural(more, "more record fits", "more records fit")
              + "; redrive again when these are done.");
    }
    long rest = answer.path("not_judged").asLong();
    if (rest > 0) {
      terminal.note("There was no time to judge " + Text.plural(rest, "record.", "records."));
    }
    if (answer.hasNonNull("looked_back_to")) {
      terminal.note(
          "Looked back to " + text(answer, "looked_back_to") + " only; name a --from to go on.");
    }
  }

  /**
   * Waits for the outcomes.
   *
   * @return 1 when a record did not come into processed, or it is not known yet
   */
  int followed(LeatClient client, JsonNode answer, Duration wait) throws InterruptedException {
    long planned = answer.path("planned").asLong();
    String path = "/v1/quarantine/redrives?limit=10000&run=" + text(answer, "run");
    long until = System.nanoTime() + wait.toNanos();
    JsonNode redrives = client.get(path).path("redrives");
    long told = System.nanoTime();
    while (open(redrives) > 0 && System.nanoTime() < until) {
      Thread.sleep(planned > 100 ? 1_000 : 300);
      redrives = client.get(path).path("redrives");
      if (!json && System.nanoTime() - told > 5_000_000_000L) {
        told = System.nanoTime();
        terminal.note((planned - open(redrives)) + " of " + planned + " records are done");
      }
    }
    Map<String, Long> outcomes = outcomes(answer, redrives);
    if (json) {
      ObjectNode all = LeatClient.JSON.createObjectNode();
      all.setAll((ObjectNode) answer);
      all.set("redrives", redrives);
      terminal.line(all.toString());
    } else {
      tell(answer, redrives, outcomes);
    }
    return GOOD.containsAll(outcomes.keySet()) ? 0 : 1;
  }

  private static long open(JsonNode redrives) {
    long open = 0;
    for (JsonNode redrive : redrives) {
      open += OPEN.contains(redrive.path("state").asText()) ? 1 : 0;
    }
    return open;
  }

  private static Map<String, Long> outcomes(JsonNode answer, JsonNode redrives) {
    Map<String, Long> outcomes = new TreeMap<>();
    for (JsonNode record : answer.path("records")) {
      if (record.path("action").asText().equals("skipped")) {
        outcomes.merge(record.hasNonNull("state") ? "skipped" : "not found", 1L, Long::sum);
      }
    }
    redrives.forEach(one -> outcomes.merge(one.path("state").asText(), 1L, Long::sum));
    return outcomes;
  }

  private void tell(JsonNode answer, JsonNode redrives, Map<String, Long> outcomes) {
    Table table = new Table("id", "attempt>", "outcome", "code", "detail");
    for (JsonNode record : answer.path("records")) {
      if (record.path("action").asText().equals("skipped")) {
        table.row(
            text(record, "id"),
            record.hasNonNull("attempt") ? text(record, "attempt") : "",
            "skipped" + (record.hasNonNull("state") ? ", " + text(record, "state") : ""),
            record.hasNonNull("code") ? text(record, "code") : "",
            text(record, "detail"));
      }
    }
    rows(redrives, table);
    if (!table.isEmpty()) {
      table.print(terminal);
    }
    StringJoiner counts = new StringJoiner(", ");
    outcomes.forEach((outcome, count) -> counts.add(count + " " + outcome));
    terminal.line(counts.length() == 0 ? "No record fits." : counts + ".");
    if (open(redrives) > 0) {
      terminal.note("The rest goes on; see 'leat quarantine redrive --status'.");
    }
    tellBounds(answer);
  }

  private static void rows(JsonNode redrives, Table table) {
    for (JsonNode one : redrives) {
      table.row(
          text(one, "id"),
          text(one, "attempt"),
          text(one, "state"),
          one.hasNonNull("code") ? text(one, "code") : "",
          one.hasNonNull("detail") ? text(one, "detail") : "");
    }
  }

  /** What was redriven, the newest first. */
  int status(JsonNode answer) {
    if (json) {
      terminal.line(answer.toString());
      return 0;
    }
    Table table = new Table("id", "attempt>", "outcome", "code", "detail");
    rows(answer.path("redrives"), table);
    if (table.isEmpty()) {
      terminal.line("Nothing was redriven.");
    } else {
      table.print(terminal);
    }
    return 0;
  }

  private static String text(JsonNode node, String name) {
    return Text.printable(node.path(name).asText(""));
  }
}
