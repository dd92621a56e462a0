package io.leat.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.leat.app.client.LeatClient;
import io.leat.app.terminal.LiveLines;
import io.leat.app.terminal.Style;
import io.leat.app.terminal.Table;
import io.leat.app.terminal.Terminal;
import io.leat.app.terminal.Text;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code leat status}. */
@Command(
    name = "status",
    description = "Show what runs: components, streams with their lag, jobs and tables.",
    footer = {"", "Example: leat status --watch"})
final class StatusCommand implements Callable<Integer> {
  @Mixin ConnectionOptions connection = new ConnectionOptions();

  @Option(names = "--watch", description = "Show it again every two seconds until Ctrl-C.")
  boolean watch;

  @Option(names = "--json", description = "Answer as JSON.")
  boolean json;

  private final LeatCommand leat;

  StatusCommand(LeatCommand leat) {
    this.leat = leat;
  }

  @Override
  public Integer call() throws InterruptedException {
    LeatClient client = connection.connect(leat.context().environment());
    try (LiveLines live = new LiveLines(leat.terminal())) {
      do {
        JsonNode status = client.get("/v1/status");
        if (json) {
          leat.terminal().line(status.toString());
        } else if (watch && leat.terminal().isInteractive()) {
          live.draw(lines(status));
        } else {
          lines(status).forEach(leat.terminal()::line);
        }
        if (watch) {
          Thread.sleep(2_000);
        }
      } while (watch);
    }
    return 0;
  }

  private List<String> lines(JsonNode status) {
    List<String> lines = new ArrayList<>();
    add(lines, components(status.path("components")));
    add(lines, streams(status.path("streams")));
    add(lines, jobs(status.path("jobs")));
    for (JsonNode job : status.path("jobs")) {
      if (job.path("runbook").isTextual()) {
        lines.add(leat.terminal().styled(Style.RED, text(job, "name") + ": " + remedy(job)));
      }
    }
    add(lines, tables(status.path("tables")));
    add(lines, disk(status.path("disk")));
    if (status.path("disk").path("refusing").isTextual()) {
      String code = text(status.path("disk"), "refusing");
      lines.add(leat.terminal().styled(Style.RED, "every event is refused: " + code));
    }
    selfCheck(lines, status.path("self_check"));
    add(lines, gaps(status.path("log_gaps")));
    add(lines, alerts(status.path("alerts")));
    add(lines, putAside(status.path("alerts")));
    for (JsonNode unknown : status.path("unknown")) {
      lines.add(
          leat.terminal()
              .styled(
                  Style.YELLOW,
                  "not known: " + text(unknown, "section") + " (" + text(unknown, "code") + ")"));
    }
    return lines;
  }

  private void selfCheck(List<String> lines, JsonNode check) {
    Terminal terminal = leat.terminal();
    String failure = text(check, "failure");
    long gaps = check.path("gaps").asLong();
    if (gaps > 0) {
      lines.add(
          terminal.styled(
              Style.RED,
              "self-check "
                  + age(check.path("checked_at"))
                  + ": "
                  + Text.plural(gaps, "gap", "gaps")
                  + "; 'leat reconcile' names them"));
    } else if (check.path("checked_at").isTextual()) {
      lines.add("self-check " + age(check.path("checked_at")) + ": every record is accounted for");
    }
    if (!failure.isEmpty()) {
      lines.add(terminal.styled(Style.YELLOW, "self-check failed: " + failure));
    }
  }

  private void add(List<String> lines, Table table) {
    if (table.isEmpty()) {
      return;
    }
    if (!lines.isEmpty() && !leat.terminal().isInteractive()) {
      lines.add("");
    }
    lines.addAll(table.lines(leat.terminal()));
  }

  private Table components(JsonNode components) {
    List<String> titles = List.of("component", "state", "address");
    Table table = table(titles, components, "detail", "detail");
    for (JsonNode c : components) {
      table.row(row(components, "detail", c, text(c, "name"), state(c), text(c, "address")));
    }
    return table;
  }

  /** With a column for a text that is mostly missing, if one has it. */
  private static Table table(List<String> titles, JsonNode all, String text, String title) {
    List<String> shown = new ArrayList<>(titles);
    if (anyHas(all, text)) {
      shown.add(title);
    }
    return new Table(shown.toArray(String[]::new));
  }

  private static String[] row(JsonNode all, String text, JsonNode one, String... cells) {
    List<String> shown = new ArrayList<>(List.of(cells));
    if (anyHas(all, text)) {
      shown.add(text(one, text));
    }
    return shown.toArray(String[]::new);
  }

  private static boolean anyHas(JsonNode all, String text) {
    for (JsonNode one : all) {
      if (!text(one, text).isEmpty()) {
        return true;
      }
    }
    return false;
  }

  private Table streams(JsonNode streams) {
    Table table =
        new Table(
            "stream",
            "partitions>",
            "logged>",
            "processed>",
            "lag>",
            "rate>",
            "freshness p50/p99>");
    for (JsonNode s : streams) {
      JsonNode fresh = s.path("freshness_ms");
      table.row(
          text(s, "blueprint") + "." + text(s, "stream"),
          count(s, "partitions"),
          count(s, "logged"),
          count(s, "processed"),
          count(s, "lag"),
          s.has("rate") ? Text.rate(s.path("rate").asDouble()) : "",
          freshness(fresh.path("p50").asLong(), fresh.path("p99").asLong()));
    }
    return table;
  }

  /** Nothing when no event was measured. */
  private static String freshness(long p50, long p99) {
    return p99 == 0
        ? ""
        : Text.duration(Duration.ofMillis(p50)) + " / " + Text.duration(Duration.ofMillis(p99));
  }

  private Table jobs(JsonNode jobs) {
    List<String> titles = List.of("job", "state", "since", "last checkpoint", "restarts>");
    Table table = table(titles, jobs, "failure", "last failure");
    for (JsonNode j : jobs) {
      String checkpoint = age(j.path("last_checkpoint"));
      table.row(
          row(
              jobs,
              "failure",
              j,
              text(j, "name"),
              state(j),
              age(j.path("since")),
              checkpoint,
              count(j, "restarts")));
    }
    return table;
  }

  /** What is to be done about a job that failed. */
  private static String remedy(JsonNode job) {
    return job.path("next_try").isTextual()
        ? "it is started again at " + text(job, "next_try") + ", see " + text(job, "runbook")
        : "mend the cause, then run 'leat apply', see " + text(job, "runbook");
  }

  private Table tables(JsonNode tables) {
    Table table =
        new Table(
            "table", "rows>", "files>", "small>", "size>", "snapshots>", "last commit", "upkeep");
    for (JsonNode t : tables) {
      table.row(
          text(t, "name"),
          count(t, "rows"),
          count(t, "files"),
          count(t.path("maintenance"), "small_files"),
          size(t, "bytes"),
          count(t, "snapshots"),
          age(t.path("last_commit")),
          upkeep(t.path("maintenance")));
    }
    return table;
  }

  private static Table disk(JsonNode disk) {
    Table table = new Table("disk", "free>", "reserve>", "size>", "log>", "log's budget>");
    for (JsonNode space : disk.path("spaces")) {
      List<String> holds = new ArrayList<>();
      space.path("holds").forEach(part -> holds.add(Text.printable(part.asText())));
      JsonNode log = holds.contains("kafka") ? disk.path("log") : disk.path("none");
      table.row(
          String.join(", ", holds),
          size(space, "usable"),
          size(space, "reserve"),
          size(space, "total"),
          size(log, "bytes"),
          size(log, "budget"));
    }
    return table;
  }

  private Table gaps(JsonNode gaps) {
    Table table = new Table("gap of the log", "partition>", "from>", "to>", "found");
    for (JsonNode g : gaps) {
      table.row(
          text(g, "topic"),
          count(g, "partition"),
          count(g, "first_offset"),
          g.path("next_offset").isNumber() ? Text.count(g.path("next_offset").asLong() - 1) : "",
          age(g.path("found_at")));
    }
    return table;
  }

  private static Table alerts(JsonNode alerts) {
    List<String> titles = List.of("alerts of", "waiting>", "put aside>");
    Table table = table(titles, alerts, "problem", "problem");
    for (JsonNode a : alerts) {
      table.row(
          row(
              alerts,
              "problem",
              a,
              text(a, "blueprint"),
              count(a, "waiting"),
              count(a, "put_aside")));
    }
    return table;
  }

  private Table putAside(JsonNode alerts) {
    Table table = new Table("put aside of", "partition>", "offset>", "bytes>", "when", "why");
    for (JsonNode a : alerts) {
      for (JsonNode p : a.path("newest_put_aside")) {
        table.row(
            text(a, "blueprint") + ".alerts",
            count(p, "partition"),
            count(p, "offset"),
            count(p, "length"),
            age(p.path("at")),
            text(p, "reason"));
      }
    }
    return table;
  }

  private static String size(JsonNode node, String name) {
    return node.has(name) ? Text.bytes(node.path(name).asLong()) : "";
  }

  /** What maintenance did last, or why it does nothing. */
  private String upkeep(JsonNode maintenance) {
    if (maintenance.path("failure").isTextual()) {
      return leat.terminal().styled(Style.RED, "failed: " + text(maintenance, "failure"));
    }
    if (maintenance.path("waits_for").isTextual()) {
      return leat.terminal().styled(Style.YELLOW, "waits: " + text(maintenance, "waits_for"));
    }
    List<String> did = new ArrayList<>();
    maintenance
        .path("did")
        .forEach(step -> did.add(text(step, "action") + " " + count(step, "taken")));
    return did.isEmpty() ? "" : String.join(", ", did) + ", " + age(maintenance.path("did_at"));
  }

  private String state(JsonNode node) {
    Terminal terminal = leat.terminal();
    String state = text(node, "state");
    return switch (state.toLowerCase(java.util.Locale.ROOT)) {
      case "running", "up", "ready", "ok" -> terminal.styled(Style.GREEN, state);
      case "failed", "down" -> terminal.styled(Style.RED, state);
      default -> terminal.styled(Style.YELLOW, state);
    };
  }

  private String age(JsonNode time) {
    if (!time.isTextual()) {
      return "";
    }
    try {
      java.time.Instant then = java.time.Instant.parse(time.asText());
      Duration age = Duration.between(then, leat.context().clock().instant());
      return Text.duration(age.isNegative() ? Duration.ZERO : age) + " ago";
    } catch (java.time.format.DateTimeParseException e) {
      return Text.printable(time.asText());
    }
  }

  private static String text(JsonNode node, String name) {
    return Text.printable(node.path(name).asText(""));
  }

  private static String count(JsonNode node, String name) {
    return node.path(name).isNumber() ? Text.count(node.path(name).asLong()) : "";
  }
}
