package io.leat.app.cli;

import static io.leat.app.cli.Member.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.leat.app.client.LeatClient;
import io.leat.app.terminal.Style;
import io.leat.app.terminal.Table;
import io.leat.app.terminal.Terminal;
import io.leat.app.terminal.Text;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code leat incident}: what is wrong, who looks after it, and how it went. */
@Command(
    name = "incident",
    description = "See what is wrong, and say who looks after it.",
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    footer = {"", "Example: leat incident list"})
final class IncidentCommand implements Callable<Integer> {
  private static final String ROUTE = "/v1/incidents";

  @Spec CommandSpec spec = CommandSpec.create();

  private final LeatCommand leat;

  IncidentCommand(LeatCommand leat) {
    this.leat = leat;
  }

  /** What is the same for each change of an incident. */
  static final class Act {
    @Parameters(paramLabel = "ID", description = "Its id, as 'list' shows it.")
    String id = "";

    @Option(names = "--text", paramLabel = "TEXT", description = "For its history.")
    @Nullable String text;

    @Option(names = "--json", description = "Answer as JSON.")
    boolean json;
  }

  @Override
  public Integer call() {
    throw new CommandLine.ParameterException(
        spec.commandLine(),
        "say what to do: list, show, ack, give-back, resolve, reopen, note, close or silence");
  }

  @Command(
      name = "list",
      description = "List incidents, the newest first.",
      footer = {"", "Example: leat incident list --blueprint devices --detector offline"})
  int list(
      @Mixin ConnectionOptions connection,
      @Option(names = "--blueprint", paramLabel = "NAME", description = "Only of this blueprint.")
          @Nullable String blueprint,
      @Option(
              names = "--state",
              paramLabel = "STATE",
              defaultValue = "open,acknowledged",
              description =
                  "open, acknowledged, resolved or closed; several with commas (default:"
                      + " open,acknowledged).")
          String state,
      @Option(names = "--all", description = "In any state.") boolean all,
      @Option(
              names = "--detector",
              paramLabel = "NAME",
              description = "Only those with alerts of this detector.")
          @Nullable String detector,
      @Option(names = "--entity", paramLabel = "KEY", description = "Only those of this entity.")
          @Nullable String key,
      @Option(
              names = "--limit",
              paramLabel = "N",
              defaultValue = "50",
              description = "At most so many (default: 50).")
          int limit,
      @Option(
              names = "--after",
              paramLabel = "ID",
              description = "Those after this one: the last of the page before.")
          @Nullable String after,
      @Option(names = "--json", description = "Answer as JSON.") boolean json) {
    JsonNode answer =
        client(connection)
            .get(
                new RequestPath(ROUTE)
                    .with("blueprint", blueprint)
                    .with("state", all ? null : state)
                    .with("detector", detector)
                    .with("key", key)
                    .with("limit", String.valueOf(limit))
                    .with("after", after)
                    .toString());
    Terminal terminal = leat.terminal();
    if (json) {
      terminal.line(answer.toString());
      return 0;
    }
    JsonNode incidents = answer.path("incidents");
    if (incidents.isEmpty()) {
      terminal.line(all ? "There is no incident." : "No incident is " + state + ".");
      return 0;
    }
    Table table =
        new Table("id", "state", "severity", "opened", "firing>", "total>", "group", "summary");
    for (JsonNode one : incidents) {
      table.row(
          text(one, "id"),
          state(one),
          severity(one),
          text(one, "opened_at"),
          Text.count(one.path("firing").asLong()),
          Text.count(one.path("total").asLong()),
          text(one, "group"),
          text(one, "summary"));
    }
    table.print(terminal);
    if (answer.hasNonNull("next")) {
      terminal.note("There are older ones; --after " + text(answer, "next") + " shows them.");
    }
    return 0;
  }

  /** With what keeps it quiet. */
  private static String state(JsonNode incident) {
    List<String> words = new ArrayList<>(List.of(text(incident, "state")));
    if (incident.path("silenced").asBoolean()) {
      words.add("silenced");
    }
    if (incident.hasNonNull("flapping_since")) {
      words.add("flapping");
    }
    return String.join(", ", words);
  }

  private String severity(JsonNode incident) {
    String severity = text(incident, "severity");
    return switch (severity) {
      case "critical", "major" -> leat.terminal().styled(Style.RED, severity);
      case "minor", "warning" -> leat.terminal().styled(Style.YELLOW, severity);
      default -> severity;
    };
  }

  @Command(
      name = "show",
      description = "Show an incident with its history and its alerts.",
      footer = {"", "Example: leat incident show 9f2c41d07ab35e68"})
  int show(
      @Mixin ConnectionOptions connection,
      @Parameters(paramLabel = "ID", description = "Its id, as 'list' shows it.") String id,
      @Option(names = "--json", description = "Answer as JSON.") boolean json) {
    JsonNode incident = client(connection).get(path(id).toString());
    Terminal terminal = leat.terminal();
    if (json) {
      terminal.line(incident.toString());
      return 0;
    }
    Table table = new Table("what", "value");
    table.row("incident", text(incident, "id"));
    table.row("summary", text(incident, "summary"));
    table.row("state", state(incident) + by(incident) + " since " + text(incident, "since"));
    table.row("severity", severity(incident));
    table.row("group", text(incident, "group"));
    table.row("alerts", text(incident, "firing") + " firing of " + text(incident, "total"));
    table.row("opened", text(incident, "opened_at"));
    if (incident.hasNonNull("runbook")) {
      table.row("runbook", text(incident, "runbook"));
    }
    table.print(terminal);
    history(incident.path("history"));
    alerts(incident.path("alerts"));
    return 0;
  }

  private static String by(JsonNode object) {
    String by = text(object, "by");
    return by.isEmpty() ? "" : " by " + by;
  }

  private void history(JsonNode history) {
    Table table = new Table("version>", "at", "change", "by", "told", "detail");
    for (JsonNode one : history) {
      table.row(
          text(one, "version"),
          text(one, "at"),
          text(one, "change"),
          text(one, "by"),
          one.path("told").asBoolean() ? "yes" : "no",
          text(one, "detail"));
    }
    leat.terminal().line();
    table.print(leat.terminal());
  }

  private void alerts(JsonNode alerts) {
    Table table = new Table("alert", "detector", "key", "state", "changed", "summary");
    for (JsonNode one : alerts) {
      JsonNode alert = one.path("alert");
      String state = one.path("firing").asBoolean() ? "firing" : "resolved";
      table.row(
          text(alert, "id"),
          text(alert, "detector"),
          text(alert, "key"),
          one.hasNonNull("silence") ? state + ", silenced" : state,
          text(one, "changed_at"),
          text(alert, "summary"));
    }
    leat.terminal().line();
    table.print(leat.terminal());
  }

  @Command(
      name = "ack",
      description = "Say that you look after an incident.",
      footer = {"", "Example: leat incident ack 9f2c41d07ab35e68 --text 'on my way'"})
  int acknowledge(@Mixin ConnectionOptions connection, @Mixin Act act) {
    return act(connection, act.id, "ack", act.text, act.json);
  }

  @Command(
      name = "give-back",
      description = "Say that you no longer look after an incident: it is open again.",
      footer = {"", "Example: leat incident give-back 9f2c41d07ab35e68 --text 'my shift ends'"})
  int giveBack(@Mixin ConnectionOptions connection, @Mixin Act act) {
    return act(connection, act.id, "give-back", act.text, act.json);
  }

  @Command(
      name = "reopen",
      description = "Open a resolved incident again.",
      footer = {"", "Example: leat incident reopen 9f2c41d07ab35e68 --text 'it is back'"})
  int reopen(@Mixin ConnectionOptions connection, @Mixin Act act) {
    return act(connection, act.id, "reopen", act.text, act.json);
  }

  @Command(
      name = "resolve",
      description = {
        "Say that an incident is over.",
        "Alerts that fire on do not open it again; new ones do."
      },
      footer = {"", "Example: leat incident resolve 9f2c41d07ab35e68 --text 'fan replaced'"})
  int resolve(@Mixin ConnectionOptions connection, @Mixin Act act) {
    return act(connection, act.id, "resolve", act.text, act.json);
  }

  @Command(
      name = "note",
      description = "Add a note to an incident's history.",
      footer = {"", "Example: leat incident note 9f2c41d07ab35e68 'the supplier is called'"})
  int note(
      @Mixin ConnectionOptions connection,
      @Parameters(index = "0", paramLabel = "ID", description = "Its id, as 'list' shows it.")
          String id,
      @Parameters(index = "1", paramLabel = "TEXT", description = "The note.") String text,
      @Option(names = "--json", description = "Answer as JSON.") boolean json) {
    return act(connection, id, "note", text, json);
  }

  @Command(
      name = "close",
      description = "Be done with a resolved incident for good.",
      footer = {"", "Example: leat incident close 9f2c41d07ab35e68"})
  int close(@Mixin ConnectionOptions connection, @Mixin Act act) {
    return act(connection, act.id, "close", act.text, act.json);
  }

  @Command(
      name = "silence",
      description = {
        "Tell nobody of an incident's group for a while.",
        "It is a silence on what the group has in common, as 'leat silence list' shows it."
      },
      footer = {"", "Example: leat incident silence 9f2c41d07ab35e68 --for 2h --reason 'new door'"})
  int silence(
      @Mixin ConnectionOptions connection,
      @Parameters(paramLabel = "ID", description = "Its id, as 'list' shows it.") String id,
      @Option(
              names = "--for",
              required = true,
              paramLabel = "TIME",
              converter = DurationConverter.class,
              description = "How long, such as 2h or 3d.")
          Duration length,
      @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why.")
          String reason,
      @Option(names = "--json", description = "Answer as JSON.") boolean json) {
    Instant ends = leat.context().clock().instant().plus(length);
    JsonNode made =
        client(connection)
            .post(
                path(id).segment("silence").toString(),
                LeatClient.JSON
                    .createObjectNode()
                    .put("ends_at", ends.toString())
                    .put("reason", reason));
    leat.terminal().line(json ? made.toString() : SilenceCommand.told(made));
    return 0;
  }

  private int act(
      ConnectionOptions connection, String id, String action, @Nullable String text, boolean json) {
    JsonNode incident =
        client(connection)
            .post(
                path(id).segment(action).toString(),
                LeatClient.JSON.createObjectNode().put("text", text == null ? "" : text));
    leat.terminal()
        .line(
            json
                ? incident.toString()
                : "Incident "
                    + text(incident, "id")
                    + " is "
                    + state(incident)
                    + by(incident)
                    + ".");
    return 0;
  }

  private LeatClient client(ConnectionOptions connection) {
    return connection.connect(leat.context().environment());
  }

  private static RequestPath path(String id) {
    return new RequestPath(ROUTE).segment(id);
  }
}
