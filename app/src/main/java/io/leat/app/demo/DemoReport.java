package io.leat.app.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.app.client.LeatClient;
import io.leat.app.terminal.Style;
import io.leat.app.terminal.Table;
import io.leat.app.terminal.Terminal;
import io.leat.app.terminal.Text;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The summary of a demo. */
public final class DemoReport {
  private final Found found;
  private final Ledger.Counts truth;
  private final List<Check> checks;
  private final List<Answer> answers;

  /**
   * What was found.
   *
   * @param accepted records that the gateway acknowledged
   * @param logged records in the log
   * @param tables what the tables hold
   * @param rejected answers by code
   * @param freshness of all processed rows
   * @param fed how long the feeding took
   * @param settled how long after it everything was in the tables
   */
  record Found(
      long accepted,
      long logged,
      Tallies tables,
      Map<String, Long> rejected,
      Freshness freshness,
      Duration fed,
      Duration settled) {}

  DemoReport(Found found, Ledger.Counts truth, List<Check> checks, List<Answer> answers) {
    this.found = found;
    this.truth = truth;
    this.checks = List.copyOf(checks);
    this.answers = List.copyOf(answers);
  }

  /** Whether every number is what it must be. */
  public boolean isOk() {
    return checks.stream().allMatch(Check::isOk);
  }

  /** The summary for programs. */
  public JsonNode json() {
    ObjectNode json = LeatClient.JSON.createObjectNode();
    json.put("accepted", found.accepted())
        .put("logged", found.logged())
        .put("raw", Tallies.sum(found.tables().raw()))
        .put("processed", Tallies.sum(found.tables().processed()))
        .put("duplicates", Tallies.sum(found.tables().duplicates()))
        .put("quarantined", Tallies.sum(found.tables().quarantined()));
    put(json.putObject("rejected"), found.rejected());
    json.putObject("freshness")
        .put("p50_ms", found.freshness().p50())
        .put("p99_ms", found.freshness().p99());
    ArrayNode list = json.putArray("answers");
    for (Answer answer : answers) {
      ObjectNode node = list.addObject();
      node.put("question", answer.question().text()).put("sql", answer.question().sql());
      ArrayNode rows = node.putArray("rows");
      for (JsonNode row : answer.rows()) {
        ObjectNode named = rows.addObject();
        for (int i = 0; i < answer.columns().size(); i++) {
          named.set(answer.columns().get(i), row.path(i));
        }
      }
    }
    ObjectNode expected = json.putObject("expected");
    expected
        .put("accepted", truth.accepted())
        .put("logged", truth.accepted())
        .put("raw", truth.accepted())
        .put("processed", truth.processed())
        .put("duplicates", truth.duplicates())
        .put("quarantined", truth.quarantinedTotal());
    put(expected.putObject("rejected"), truth.rejected());
    return json.put("ok", isOk());
  }

  /** The summary for people. */
  public void print(Terminal terminal) {
    terminal.line();
    printCounts(terminal);
    printAnswers(terminal);
    printVerdict(terminal);
  }

  private void printCounts(Terminal terminal) {
    Table table = new Table("what", "expected>", "found>", "");
    for (Check check : checks) {
      String verdict =
          check.isOk()
              ? terminal.styled(Style.GREEN, "ok")
              : terminal.styled(Style.RED, "MISMATCH");
      String expected = Text.count(check.expected()) + (check.slack() > 0 ? "+" : "");
      table.row(check.name(), expected, Text.count(check.found()), verdict);
    }
    terminal.line(terminal.styled(Style.TITLE, "What was sent and what arrived"));
    table.print(terminal);
    double perSecond = found.accepted() / Math.max(0.001, found.fed().toMillis() / 1_000.0);
    terminal.line(
        "Fed in "
            + Text.duration(found.fed())
            + " ("
            + Text.rate(perSecond)
            + "), all in the tables "
            + Text.duration(found.settled())
            + " later.");
    terminal.line(
        "Freshness, accepted to committed: p50 "
            + terminal.styled(Style.BOLD, Text.duration(Duration.ofMillis(found.freshness().p50())))
            + ", p99 "
            + terminal.styled(Style.BOLD, Text.duration(Duration.ofMillis(found.freshness().p99())))
            + ".");
  }

  private void printAnswers(Terminal terminal) {
    for (Answer answer : answers) {
      terminal.line();
      terminal.line(
          terminal.styled(Style.TITLE, answer.question().text())
              + terminal.styled(Style.DIM, "  " + answer.millis() + " ms"));
      String[] titles = answer.columns().toArray(String[]::new);
      JsonNode first = answer.rows().isEmpty() ? LeatClient.JSON.nullNode() : answer.rows().get(0);
      for (int i = 0; i < titles.length; i++) {
        titles[i] += first.path(i).isNumber() ? ">" : "";
      }
      Table table = new Table(titles);
      for (JsonNode row : answer.rows()) {
        String[] cells = new String[titles.length];
        for (int i = 0; i < cells.length; i++) {
          cells[i] = cell(row.path(i));
        }
        table.row(cells);
      }
      table.print(terminal);
    }
  }

  private void printVerdict(Terminal terminal) {
    terminal.line();
    long wrong = checks.stream().filter(c -> !c.isOk()).count();
    terminal.line(
        wrong == 0
            ? terminal.styled(Style.GREEN, "✔")
                + " All "
                + checks.size()
                + " numbers are what they must be: every event accounted for."
            : terminal.styled(Style.RED, "✘")
                + " "
                + Text.plural(wrong, "number differs", "numbers differ")
                + " from the truth.");
  }

  private static String cell(JsonNode value) {
    if (value.isNull() || value.isMissingNode()) {
      return "";
    }
    if (value.isIntegralNumber()) {
      return Text.count(value.asLong());
    }
    return value.isNumber()
        ? String.format(java.util.Locale.ROOT, "%,.2f", value.asDouble())
        : Text.printable(value.isValueNode() ? value.asText() : value.toString());
  }

  private static void put(ObjectNode object, Map<String, Long> counts) {
    counts.forEach(object::put);
  }
}
