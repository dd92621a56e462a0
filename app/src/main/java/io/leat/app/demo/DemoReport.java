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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The summary of a demo. */
public final class DemoReport {
  private final Found found;
  private final Ledger.Counts truth;
  private final List<Check> checks;
  private final @Nullable IncidentTally incidents;
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
   * @param perSecond accepted records while it did
   * @param settled how long after it everything was in the tables
   */
  record Found(
      long accepted,
      long logged,
      Tallies tables,
      Map<String, Long> rejected,
      Freshness freshness,
      Duration fed,
      double perSecond,
      Duration settled) {}

  /**
   * @param incidents null when no machine got into trouble
   */
  DemoReport(
      Found found,
      Ledger.Counts truth,
      List<Check> checks,
      @Nullable IncidentTally incidents,
      List<Answer> answers) {
    this.found = found;
    this.truth = truth;
    this.checks = List.copyOf(checks);
    this.incidents = incidents;
    this.answers = List.copyOf(answers);
  }

  /** Whether every number is what it must be. */
  public boolean isOk() {
    return allChecks().stream().allMatch(Check::isOk);
  }

  private List<Check> allChecks() {
    List<Check> all = new ArrayList<>(checks);
    if (incidents != null) {
      all.addAll(incidents.checks());
    }
    return all;
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
    if (incidents != null) {
      put(
          json.putObject("incidents"),
          incidents.opened(),
          incidents.resolved(),
          incidents.tickets(),
          incidents.unexpected(),
          incidents.twice());
      put(json.putObject("other_incidents"), incidents.others());
    }
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
    if (incidents != null) {
      put(
          expected.putObject("incidents"),
          incidents.expectedOpened(),
          incidents.expectedResolved(),
          incidents.expectedTickets(),
          0,
          0);
    }
    return json.put("ok", isOk());
  }

  /** The summary for people. */
  public void print(Terminal terminal) {
    terminal.line();
    printCounts(terminal);
    printIncidents(terminal);
    printAnswers(terminal);
    printVerdict(terminal);
  }

  private void printCounts(Terminal terminal) {
    terminal.line(terminal.styled(Style.TITLE, "What was sent and what arrived"));
    print(checks, terminal);
    terminal.line(
        "Fed in "
            + Text.duration(found.fed())
            + " ("
            + Text.rate(found.perSecond())
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

  private static void print(List<Check> checks, Terminal terminal) {
    Table table = new Table("what", "expected>", "found>", "");
    for (Check check : checks) {
      String verdict =
          check.isOk()
              ? terminal.styled(Style.GREEN, "ok")
              : terminal.styled(Style.RED, "MISMATCH");
      String expected = Text.count(check.expected()) + (check.slack() > 0 ? "+" : "");
      table.row(check.name(), expected, Text.count(check.found()), verdict);
    }
    table.print(terminal);
  }

  private void printIncidents(Terminal terminal) {
    if (incidents == null) {
      return;
    }
    terminal.line();
    terminal.line(terminal.styled(Style.TITLE, "What went wrong with machines, and its tickets"));
    print(incidents.checks(), terminal);
    if (!incidents.others().isEmpty()) {
      String others =
          incidents.others().entrySet().stream()
              .map(one -> one.getKey() + " " + Text.count(one.getValue()))
              .collect(Collectors.joining(", "));
      terminal.line("Incidents that the other machines happened to have: " + others + ".");
    }
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
    List<Check> all = allChecks();
    long wrong = all.stream().filter(c -> !c.isOk()).count();
    terminal.line(
        wrong == 0
            ? terminal.styled(Style.GREEN, "✔")
                + " All "
                + all.size()
                + " numbers are what they must be: every event accounted for"
                + (incidents == null ? "." : ", one incident and one ticket for each cause.")
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

  private static void put(
      ObjectNode object,
      Map<String, Long> opened,
      Map<String, Long> resolved,
      Map<String, Long> tickets,
      long unexpected,
      long twice) {
    put(object.putObject("opened"), opened);
    put(object.putObject("resolved"), resolved);
    put(object.putObject("tickets"), tickets);
    object.put("without_cause", unexpected).put("tickets_twice", twice);
  }

  private static void put(ObjectNode object, Map<String, Long> counts) {
    counts.forEach(object::put);
  }
}
