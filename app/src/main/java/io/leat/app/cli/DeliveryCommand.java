package io.leat.app.cli;

import static io.leat.app.cli.Member.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.leat.app.client.LeatClient;
import io.leat.app.terminal.Style;
import io.leat.app.terminal.Table;
import io.leat.app.terminal.Terminal;
import io.leat.app.terminal.Text;
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

/** {@code leat delivery}: who was told of which incident, and what could not be told. */
@Command(
    name = "delivery",
    description = "See who was told of which incident, and redrive what was given up.",
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    footer = {"", "Example: leat delivery list --dead"})
final class DeliveryCommand implements Callable<Integer> {
  private static final String ROUTE = "/v1/deliveries";

  @Spec CommandSpec spec = CommandSpec.create();

  private final LeatCommand leat;

  DeliveryCommand(LeatCommand leat) {
    this.leat = leat;
  }

  @Override
  public Integer call() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "say what to do: list, show or redrive");
  }

  @Command(
      name = "list",
      description = "List deliveries, one for each incident and target, the newest first.",
      footer = {"", "Example: leat delivery list --target servicenow --state waiting"})
  int list(
      @Mixin ConnectionOptions connection,
      @Option(names = "--blueprint", paramLabel = "NAME", description = "Only of this blueprint.")
          @Nullable String blueprint,
      @Option(names = "--target", paramLabel = "NAME", description = "Only to this target.")
          @Nullable String target,
      @Option(names = "--incident", paramLabel = "ID", description = "Only of this incident.")
          @Nullable String incident,
      @Option(
              names = "--state",
              paramLabel = "STATE",
              description = "Only those that are waiting, done or dead.")
          @Nullable String state,
      @Option(names = "--dead", description = "Only those of which something was given up.")
          boolean dead,
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
                    .with("target", target)
                    .with("incident", incident)
                    .with("state", state)
                    .with("dead", dead ? "true" : null)
                    .with("limit", String.valueOf(limit))
                    .with("after", after)
                    .toString());
    Terminal terminal = leat.terminal();
    if (json) {
      terminal.line(answer.toString());
      return 0;
    }
    if (answer.path("deliveries").isEmpty()) {
      terminal.line("There is none.");
      return 0;
    }
    Table table =
        new Table(
            "id>", "incident", "target", "state", "sent>", "of>", "delivered", "there", "error");
    for (JsonNode one : answer.path("deliveries")) {
      String error = text(one, "error");
      table.row(
          text(one, "id"),
          text(one, "incident"),
          target(one),
          state(one),
          text(one, "sent_version"),
          text(one, "desired_version"),
          text(one, "delivered_at"),
          text(one, "external_id"),
          terminal.isInteractive() ? Text.fit(error, 60) : error);
    }
    table.print(terminal);
    if (answer.hasNonNull("next")) {
      terminal.note("There are older ones; --after " + text(answer, "next") + " shows them.");
    }
    return 0;
  }

  private static String target(JsonNode delivery) {
    return text(delivery, "blueprint") + "." + text(delivery, "target");
  }

  private String state(JsonNode delivery) {
    String state = text(delivery, "state");
    return switch (state) {
      case "dead" -> leat.terminal().styled(Style.RED, state);
      case "waiting" -> leat.terminal().styled(Style.YELLOW, state);
      default -> state;
    };
  }

  @Command(
      name = "show",
      description = "Show a delivery with what of it was given up.",
      footer = {"", "Example: leat delivery show 12"})
  int show(
      @Mixin ConnectionOptions connection,
      @Parameters(paramLabel = "ID", description = "Its number, as 'list' shows it.") String id,
      @Option(names = "--json", description = "Answer as JSON.") boolean json) {
    JsonNode delivery = client(connection).get(new RequestPath(ROUTE).segment(id).toString());
    Terminal terminal = leat.terminal();
    if (json) {
      terminal.line(delivery.toString());
      return 0;
    }
    Table table = new Table("what", "value");
    table.row("target", target(delivery));
    for (String name :
        List.of(
            "incident",
            "sent_version",
            "desired_version",
            "attempts",
            "waiting_since",
            "next_attempt_at",
            "delivered_at",
            "external_id",
            "external_url",
            "error")) {
      if (delivery.hasNonNull(name) && !text(delivery, name).isEmpty()) {
        table.row(name.replace('_', ' '), text(delivery, name));
      }
    }
    table.row("state", state(delivery));
    table.print(terminal);
    if (!delivery.path("dead_letters").isEmpty()) {
      deadLetters(delivery.path("dead_letters"));
    }
    return 0;
  }

  private void deadLetters(JsonNode letters) {
    Table table = new Table("version>", "given up", "attempts>", "redriven", "by", "cause");
    for (JsonNode one : letters) {
      table.row(
          text(one, "version"),
          text(one, "died_at"),
          text(one, "attempts"),
          text(one, "redriven_at"),
          text(one, "redriven_by"),
          text(one, "cause"));
    }
    leat.terminal().line();
    table.print(leat.terminal());
  }

  @Command(
      name = "redrive",
      description = "Try again what was given up, as if for the first time.",
      footer = {"", "Example: leat delivery redrive --target devices.servicenow"})
  int redrive(
      @Mixin ConnectionOptions connection,
      @Parameters(
              arity = "0..*",
              paramLabel = "ID",
              description = "Their numbers, as 'list --dead' shows them.")
          @Nullable List<String> ids,
      @Option(
              names = "--target",
              paramLabel = "TARGET",
              description = "All that was given up of a target, such as devices.servicenow.")
          @Nullable String target,
      @Option(names = "--json", description = "Answer as JSON.") boolean json) {
    boolean hasIds = ids != null && !ids.isEmpty();
    if (hasIds == (target != null)) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "say what to redrive: numbers of deliveries, or --target");
    }
    LeatClient client = client(connection);
    if (target != null) {
      JsonNode answer = post(client, new RequestPath("/v1/targets").segment(target));
      leat.terminal()
          .line(
              json
                  ? answer.toString()
                  : Text.plural(answer.path("redriven").asLong(), "delivery", "deliveries")
                      + " to "
                      + target
                      + " tried again.");
      return 0;
    }
    for (String id : ids == null ? List.<String>of() : ids) {
      JsonNode answer = post(client, new RequestPath(ROUTE).segment(id));
      leat.terminal()
          .line(
              json
                  ? answer.toString()
                  : "Delivery " + id + " to " + target(answer) + " tried again.");
    }
    return 0;
  }

  private static JsonNode post(LeatClient client, RequestPath of) {
    return client.post(of.segment("redrive").toString(), LeatClient.JSON.createObjectNode());
  }

  private LeatClient client(ConnectionOptions connection) {
    return connection.connect(leat.context().environment());
  }
}
