package io.leat.app.cli;

import static io.leat.app.cli.Member.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.app.client.LeatClient;
import io.leat.app.terminal.Table;
import io.leat.app.terminal.Text;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.StringJoiner;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code leat silence}: of what nobody is told, for how long, and why. */
@Command(
    name = "silence",
    description = "Tell nobody of some alerts for a while, as in a maintenance window.",
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    footer = {
      "",
      "Example: leat silence add devices --match key=kiosk-7 --for 2h --reason 'new door'"
    })
final class SilenceCommand implements Callable<Integer> {
  private static final String ROUTE = "/v1/silences";
  private static final Pattern MATCHER = Pattern.compile("([A-Za-z0-9_.-]+)(=~|=)(.*)");

  @Spec CommandSpec spec = CommandSpec.create();

  private final LeatCommand leat;

  SilenceCommand(LeatCommand leat) {
    this.leat = leat;
  }

  @Override
  public Integer call() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "say what to do: list, add or cancel");
  }

  @Command(
      name = "list",
      description = "List silences, the newest first.",
      footer = {"", "Example: leat silence list"})
  int list(
      @Mixin ConnectionOptions connection,
      @Option(names = "--all", description = "Those that are over, too.") boolean all,
      @Option(
              names = "--limit",
              paramLabel = "N",
              defaultValue = "100",
              description = "Look at so many, the newest (default: 100).")
          int limit,
      @Option(names = "--json", description = "Answer as JSON.") boolean json) {
    JsonNode answer =
        client(connection)
            .get(new RequestPath(ROUTE).with("limit", String.valueOf(limit)).toString());
    if (json) {
      leat.terminal().line(answer.toString());
      return 0;
    }
    Table table =
        new Table("id>", "blueprint", "state", "from", "to", "author", "matches", "reason");
    for (JsonNode one : answer.path("silences")) {
      String state = state(one);
      if (all || !(state.equals("over") || state.equals("cancelled"))) {
        table.row(
            text(one, "id"),
            text(one, "blueprint"),
            state,
            text(one, "starts_at"),
            text(one, "ends_at"),
            text(one, "author"),
            matchers(one.path("matchers")),
            text(one, "reason"));
      }
    }
    if (table.isEmpty()) {
      leat.terminal().line(all ? "There is no silence." : "Nothing is silenced.");
    } else {
      table.print(leat.terminal());
    }
    return 0;
  }

  private String state(JsonNode silence) {
    if (silence.hasNonNull("cancelled_at")) {
      return "cancelled";
    }
    if (silence.path("active").asBoolean()) {
      return "active";
    }
    Instant starts = Instant.parse(silence.path("starts_at").asText());
    return starts.isAfter(leat.context().clock().instant()) ? "to come" : "over";
  }

  private static String matchers(JsonNode matchers) {
    StringJoiner all = new StringJoiner(" ");
    for (JsonNode one : matchers) {
      StringJoiner values = new StringJoiner(",");
      one.path("values").forEach(value -> values.add(Text.printable(value.asText())));
      boolean isPattern = text(one, "operation").equals("regex");
      all.add(text(one, "field") + (isPattern ? "=~" : "=") + values);
    }
    return all.toString();
  }

  @Command(
      name = "add",
      description = "Tell nobody of the alerts that match, until it ends.",
      footer = {
        "",
        "Example: leat silence add devices --match detector=offline --match 'key=~kiosk-.*' --for 2h"
            + " --reason 'the network is moved'"
      })
  int add(
      @Mixin ConnectionOptions connection,
      @Parameters(paramLabel = "BLUEPRINT", description = "Whose alerts.") String blueprint,
      @Option(
              names = "--match",
              required = true,
              paramLabel = "FIELD=VALUE",
              description =
                  "key, detector, stream, kind, severity, labels.NAME or values.NAME; FIELD=~PATTERN"
                      + " for a regular expression. An alert has to match all.")
          List<String> matches,
      @Option(
              names = "--for",
              required = true,
              paramLabel = "TIME",
              converter = DurationConverter.class,
              description = "How long, such as 2h or 3d.")
          Duration length,
      @Option(
              names = "--from",
              paramLabel = "TIME",
              description = "When it begins: 2026-01-31T12:00:00Z (default: now).")
          @Nullable String from,
      @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why.")
          String reason,
      @Option(names = "--json", description = "Answer as JSON.") boolean json) {
    ObjectNode body = LeatClient.JSON.createObjectNode().put("blueprint", blueprint);
    ArrayNode matchers = body.putArray("matchers");
    matches.forEach(match -> matchers.add(matcher(match)));
    Instant starts = from == null ? leat.context().clock().instant() : time(from);
    if (from != null) {
      body.put("starts_at", starts.toString());
    }
    body.put("ends_at", starts.plus(length).toString()).put("reason", reason);
    JsonNode made = client(connection).post(ROUTE, body);
    leat.terminal().line(json ? made.toString() : told(made));
    return 0;
  }

  /** What a silence is that was made: {@code Silence 4 on key=kiosk-7 until ...}. */
  static String told(JsonNode silence) {
    return "Silence "
        + text(silence, "id")
        + " on "
        + matchers(silence.path("matchers"))
        + " until "
        + text(silence, "ends_at")
        + ".";
  }

  private static ObjectNode matcher(String text) {
    Matcher parts = MATCHER.matcher(text);
    if (!parts.matches()) {
      throw new CommandFailure(
          "'" + text + "' matches nothing; write a field and a value, such as key=kiosk-7");
    }
    return LeatClient.JSON
        .createObjectNode()
        .put("field", parts.group(1))
        .put(parts.group(2).equals("=~") ? "regex" : "equals", parts.group(3));
  }

  private static Instant time(String text) {
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      throw new CommandFailure("'" + text + "' is no time; write 2026-01-31T12:00:00Z", e);
    }
  }

  @Command(
      name = "cancel",
      description = "End a silence now; what still fires is told.",
      footer = {"", "Example: leat silence cancel 4"})
  int cancel(
      @Mixin ConnectionOptions connection,
      @Parameters(paramLabel = "ID", description = "Its number, as 'list' shows it.") String id,
      @Option(names = "--json", description = "Answer as JSON.") boolean json) {
    JsonNode silence = client(connection).delete(new RequestPath(ROUTE).segment(id).toString());
    leat.terminal().line(json ? silence.toString() : "Silence " + id + " is cancelled.");
    return 0;
  }

  private LeatClient client(ConnectionOptions connection) {
    return connection.connect(leat.context().environment());
  }
}
