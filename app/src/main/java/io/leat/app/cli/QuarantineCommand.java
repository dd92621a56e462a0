package io.leat.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.app.client.LeatClient;
import io.leat.app.terminal.Table;
import io.leat.app.terminal.Terminal;
import io.leat.app.terminal.Text;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code leat quarantine}: what did not become a clean row, and putting it through once more. */
@Command(
    name = "quarantine",
    description = "Find, explain and redrive records that were quarantined or refused.",
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    footer = {"", "Example: leat quarantine list --summary"})
final class QuarantineCommand implements Callable<Integer> {
  @Spec CommandSpec spec = CommandSpec.create();

  private final LeatCommand leat;

  QuarantineCommand(LeatCommand leat) {
    this.leat = leat;
  }

  @Override
  public Integer call() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "say what to do: list, show or redrive");
  }

  /** Which records are meant. */
  static final class Filter {
    @Option(names = "--code", paramLabel = "CODE", description = "Only of this error code.")
    @Nullable String code;

    @Option(
        names = "--stage",
        paramLabel = "STAGE",
        description = "Only of this stage: gateway, parse, quality or dedup.")
    @Nullable String stage;

    @Option(names = "--client", paramLabel = "ID", description = "Only what this client sent.")
    @Nullable String client;

    @Option(
        names = "--from",
        paramLabel = "TIME",
        description = "Kept since then: 2026-01-31T12:00:00Z, or 2h for two hours ago.")
    @Nullable String from;

    @Option(names = "--to", paramLabel = "TIME", description = "Kept before then.")
    @Nullable String to;

    @Option(
        names = "--rejected",
        description = "What the gateway refused, in place of what was quarantined.")
    boolean rejected;

    Map<String, String> texts(@Nullable String stream, Instant now) {
      Map<String, String> texts = new LinkedHashMap<>();
      put(texts, "stream", stream);
      put(texts, "code", code);
      put(texts, "stage", stage);
      put(texts, "client", client);
      put(texts, "from", from == null ? null : PastTime.parse(from, now, "2h for two hours ago"));
      put(texts, "to", to == null ? null : PastTime.parse(to, now, "2h for two hours ago"));
      return texts;
    }

    private static void put(Map<String, String> texts, String name, @Nullable String value) {
      if (value != null) {
        texts.put(name, value);
      }
    }
  }

  @Command(
      name = "list",
      description = "List records, the newest first.",
      footer = {
        "",
        "Example: leat quarantine list devices.telemetry --code quality-rule-failed --from 2h"
      })
  int list(
      @Mixin ConnectionOptions connection,
      @Parameters(
              arity = "0..1",
              paramLabel = "STREAM",
              description = "Only of this stream, such as devices.telemetry.")
          @Nullable String stream,
      @Mixin Filter filter,
      @Option(names = "--summary", description = "Numbers by stream, stage and code.")
          boolean summary,
      @Option(
              names = "--limit",
              paramLabel = "N",
              defaultValue = "50",
              description = "At most so many (default: 50).")
          int limit,
      @Option(names = "--json", description = "Answer as JSON.") boolean json) {
    Map<String, String> parameters = filter.texts(stream, leat.context().clock().instant());
    if (summary) {
      parameters.put("summary", "true");
    } else {
      parameters.put("limit", String.valueOf(limit));
      parameters.put("rejected", String.valueOf(filter.rejected));
    }
    JsonNode answer = connection.connect(leat.context().environment()).get(path("", parameters));
    if (json) {
      leat.terminal().line(answer.toString());
      return 0;
    }
    if (summary) {
      groups(answer.path("groups"));
    } else {
      records(answer.path("records"));
    }
    tellBounds(answer);
    return 0;
  }

  private void groups(JsonNode groups) {
    if (groups.isEmpty()) {
      leat.terminal().line("Nothing was quarantined or refused.");
      return;
    }
    Table table = new Table("kind", "stream", "stage", "code", "records>", "newest");
    for (JsonNode group : groups) {
      table.row(
          text(group, "kind"),
          text(group, "stream"),
          text(group, "stage"),
          text(group, "code"),
          Text.count(group.path("records").asLong()),
          text(group, "newest"));
    }
    table.print(leat.terminal());
  }

  private void records(JsonNode records) {
    if (records.isEmpty()) {
      leat.terminal().line("There is none.");
      return;
    }
    boolean isWhole = !leat.terminal().isInteractive();
    Table table = new Table("id", "time", "stream", "stage", "code", "redrive", "reason");
    for (JsonNode record : records) {
      String reason = text(record, "reason");
      table.row(
          text(record, "id"),
          text(record, "time"),
          text(record, "stream"),
          text(record, "stage"),
          text(record, "code"),
          redrive(record),
          isWhole ? reason : Text.fit(reason, 60));
    }
    table.print(leat.terminal());
  }

  private static String redrive(JsonNode record) {
    JsonNode last = record.path("redrive");
    if (last.isObject()) {
      return text(last, "state");
    }
    return record.hasNonNull("redrive_of") ? "of " + text(record, "redrive_of") : "";
  }

  private void tellBounds(JsonNode answer) {
    if (answer.path("more").asBoolean(false)) {
      leat.terminal().note("There are older ones; --limit shows more.");
    }
    if (answer.hasNonNull("looked_back_to")) {
      leat.terminal()
          .note(
              "Looked back to "
                  + text(answer, "looked_back_to")
                  + " only: what was kept before is missing.");
    }
  }

  @Command(
      name = "show",
      description = "Show a record with its bytes, and what would become of it now.",
      footer = {"", "Example: leat quarantine show q:devices.telemetry:1/2/345"})
  int show(
      @Mixin ConnectionOptions connection,
      @Parameters(paramLabel = "ID", description = "The record's id, as 'list' shows it.")
          String id,
      @Option(names = "--json", description = "Answer as JSON.") boolean json) {
    JsonNode record =
        connection.connect(leat.context().environment()).get("/v1/quarantine/" + encoded(id));
    Terminal terminal = leat.terminal();
    if (json) {
      terminal.line(record.toString());
      return 0;
    }
    Table table = new Table("what", "value");
    for (String name :
        List.of(
            "id",
            "stream",
            "stage",
            "code",
            "reason",
            "event_id",
            "entity_key",
            "client",
            "received_at",
            "time")) {
      if (record.hasNonNull(name)) {
        table.row(name.replace('_', ' '), text(record, name));
      }
    }
    table.row(
        "schema version",
        text(record, "schema_version") + ", now " + text(record, "schema_version_now"));
    table.row("bytes", bytes(record));
    JsonNode now = record.path("now");
    table.row("redriven now", "would be " + text(now, "would_be") + because(now));
    for (JsonNode attempt : record.path("attempts")) {
      table.row(
          "attempt " + text(attempt, "attempt"),
          text(attempt, "state")
              + because(attempt)
              + ", asked for by "
              + text(attempt, "requested_by")
              + " at "
              + text(attempt, "requested_at")
              + (attempt.hasNonNull("reason") ? ": " + text(attempt, "reason") : ""));
    }
    table.print(terminal);
    terminal.line();
    terminal.line(
        record.hasNonNull("payload")
            ? text(record, "payload")
            : "base64: " + text(record, "payload_base64"));
    return 0;
  }

  private static String bytes(JsonNode record) {
    String kept = text(record, "length");
    return record.hasNonNull("original_length")
            && record.path("original_length").asLong() > record.path("length").asLong()
        ? kept + " of " + text(record, "original_length")
        : kept;
  }

  private static String because(JsonNode what) {
    StringJoiner why = new StringJoiner(": ", " (", ")").setEmptyValue("");
    for (String name : List.of("code", "detail")) {
      if (what.hasNonNull(name)) {
        why.add(text(what, name));
      }
    }
    return why.toString();
  }

  @Command(
      name = "redrive",
      description = "Put records through the normal way once more, each exactly once.",
      footer = {
        "",
        "Example: leat quarantine redrive --stream devices.telemetry --code quality-rule-failed"
            + " --dry-run"
      })
  int redrive(
      @Mixin ConnectionOptions connection,
      @Parameters(
              arity = "0..*",
              paramLabel = "ID",
              description = "The records' ids; or choose by options.")
          @Nullable List<String> ids,
      @Option(names = "--stream", paramLabel = "STREAM", description = "Only of this stream.")
          @Nullable String stream,
      @Mixin Filter filter,
      @Option(
              names = "--limit",
              paramLabel = "N",
              defaultValue = "10000",
              description = "At most so many, the oldest (default: 10000).")
          int limit,
      @Option(names = "--dry-run", description = "Tell what would happen and change nothing.")
          boolean dry,
      @Option(names = "--reason", paramLabel = "TEXT", description = "Why; kept with each record.")
          @Nullable String reason,
      @Option(names = "--status", description = "Show what was redriven, and its outcomes.")
          boolean status,
      @Option(
              names = "--wait",
              paramLabel = "TIME",
              defaultValue = "60s",
              converter = DurationConverter.class,
              description = "Wait so long for the outcomes (default: 60s; 0s does not wait).")
          Duration wait,
      @Option(names = "--json", description = "Answer as JSON.") boolean json)
      throws InterruptedException {
    LeatClient client = connection.connect(leat.context().environment());
    RedrivePrinter printer = new RedrivePrinter(leat.terminal(), json);
    if (status) {
      return printer.status(client.get("/v1/quarantine/redrives?limit=" + Math.min(limit, 1_000)));
    }
    Map<String, String> texts = filter.texts(stream, leat.context().clock().instant());
    ObjectNode body = LeatClient.JSON.createObjectNode();
    if (ids != null && !ids.isEmpty()) {
      ArraysJson.put(body, "ids", ids);
    } else if (texts.isEmpty()) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "say which records: their ids, or --stream, --code and the like");
    } else {
      body.put("limit", limit).put("rejected", filter.rejected);
    }
    texts.forEach(body::put);
    body.put("dry_run", dry);
    if (reason != null) {
      body.put("reason", reason);
    }
    JsonNode answer = client.post("/v1/quarantine/redrive", body);
    return dry ? printer.planned(answer) : printer.followed(client, answer, wait);
  }

  private static String path(String more, Map<String, String> parameters) {
    StringJoiner query = new StringJoiner("&", "/v1/quarantine" + more + "?", "");
    parameters.forEach((name, value) -> query.add(name + "=" + encoded(value)));
    return query.toString();
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private static String text(JsonNode node, String name) {
    return Text.printable(node.path(name).asText(""));
  }
}
