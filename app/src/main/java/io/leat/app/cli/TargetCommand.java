package io.leat.app.cli;

import static io.leat.app.cli.Member.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.app.client.LeatClient;
import io.leat.app.terminal.Style;
import io.leat.app.terminal.Table;
import io.leat.app.terminal.Terminal;
import io.leat.app.terminal.Text;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code leat target}: where incidents are told, and whether that works. */
@Command(
    name = "target",
    description = "See where incidents are told, try it, pause it.",
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    footer = {"", "Example: leat target test devices.servicenow"})
final class TargetCommand implements Callable<Integer> {
  private static final String ROUTE = "/v1/targets";

  @Spec CommandSpec spec = CommandSpec.create();

  private final LeatCommand leat;

  TargetCommand(LeatCommand leat) {
    this.leat = leat;
  }

  @Override
  public Integer call() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "say what to do: list, test, pause or resume");
  }

  @Command(
      name = "list",
      description = "List the targets of all blueprints, and what waits for them.",
      footer = {"", "Example: leat target list"})
  int list(
      @Mixin ConnectionOptions connection,
      @Option(names = "--json", description = "Answer as JSON.") boolean json) {
    JsonNode answer = client(connection).get(ROUTE);
    if (json) {
      leat.terminal().line(answer.toString());
      return 0;
    }
    if (answer.path("targets").isEmpty()) {
      leat.terminal().line("No blueprint has targets.");
      return 0;
    }
    Table table =
        new Table("target", "kind", "state", "waiting>", "since", "given up>", "delivered last");
    for (JsonNode one : answer.path("targets")) {
      table.row(
          text(one, "blueprint") + "." + text(one, "target"),
          text(one, "kind"),
          state(one),
          Text.count(one.path("waiting").asLong()),
          text(one, "oldest_waiting"),
          Text.count(one.path("dead_letters").asLong()),
          text(one, "delivered_at"));
    }
    table.print(leat.terminal());
    return 0;
  }

  private String state(JsonNode target) {
    Terminal terminal = leat.terminal();
    if (target.hasNonNull("paused_at")) {
      return terminal.styled(
          Style.YELLOW,
          "paused by " + text(target, "paused_by") + ": " + text(target, "paused_reason"));
    }
    if (target.hasNonNull("not_before")) {
      return terminal.styled(Style.YELLOW, "asks to wait until " + text(target, "not_before"));
    }
    if (!target.hasNonNull("failure")) {
      return "running";
    }
    boolean worksForOthers =
        target.hasNonNull("delivered_at")
            && Instant.parse(text(target, "delivered_at"))
                .isAfter(Instant.parse(text(target, "oldest_waiting")));
    return terminal.styled(
        Style.YELLOW, (worksForOthers ? "some fail: " : "fails: ") + text(target, "failure"));
  }

  @Command(
      name = "test",
      description = "Try a target's address and credentials, within its limits.",
      footer = {"", "Example: leat target test devices.servicenow"})
  int test(
      @Mixin ConnectionOptions connection,
      @Parameters(paramLabel = "TARGET", description = "Such as devices.servicenow.") String target,
      @Option(names = "--json", description = "Answer as JSON.") boolean json) {
    JsonNode answer = post(connection, target, "test", LeatClient.JSON.createObjectNode());
    boolean works = text(answer, "outcome").equals("delivered");
    if (json) {
      leat.terminal().line(answer.toString());
    } else if (works) {
      leat.terminal().line("Target " + target + " works.");
    } else {
      leat.terminal()
          .error(
              "target "
                  + target
                  + " does not work ("
                  + text(answer, "outcome")
                  + "): "
                  + text(answer, "reason"));
    }
    return works ? 0 : 1;
  }

  @Command(
      name = "pause",
      description = "Ask a target nothing any more; what waits does not age.",
      footer = {"", "Example: leat target pause devices.servicenow --reason 'it is upgraded'"})
  int pause(
      @Mixin ConnectionOptions connection,
      @Parameters(paramLabel = "TARGET", description = "Such as devices.servicenow.") String target,
      @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why.")
          String reason,
      @Option(names = "--json", description = "Answer as JSON.") boolean json) {
    JsonNode status =
        post(connection, target, "pause", LeatClient.JSON.createObjectNode().put("reason", reason));
    leat.terminal().line(json ? status.toString() : "Target " + target + " is paused.");
    return 0;
  }

  @Command(
      name = "resume",
      description = "Go on with a target that was paused.",
      footer = {"", "Example: leat target resume devices.servicenow"})
  int resume(
      @Mixin ConnectionOptions connection,
      @Parameters(paramLabel = "TARGET", description = "Such as devices.servicenow.") String target,
      @Option(names = "--json", description = "Answer as JSON.") boolean json) {
    JsonNode status = post(connection, target, "resume", LeatClient.JSON.createObjectNode());
    leat.terminal()
        .line(
            json
                ? status.toString()
                : "Target "
                    + target
                    + " goes on; "
                    + Text.plural(
                        status.path("waiting").asLong(), "delivery waits", "deliveries wait")
                    + ".");
    return 0;
  }

  private JsonNode post(
      ConnectionOptions connection, String target, String action, ObjectNode body) {
    return client(connection)
        .post(new RequestPath(ROUTE).segment(target).segment(action).toString(), body);
  }

  private LeatClient client(ConnectionOptions connection) {
    return connection.connect(leat.context().environment());
  }
}
