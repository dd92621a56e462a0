package io.leat.app.cli;

import static io.leat.app.cli.Member.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.leat.app.client.LeatClient;
import io.leat.app.terminal.Style;
import io.leat.app.terminal.Table;
import io.leat.app.terminal.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

/** {@code leat route}: where an incident would go. */
@Command(
    name = "route",
    description = "See where an incident would go, and why.",
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    footer = {"", "Example: leat route test event.json --blueprint devices"})
final class RouteCommand implements Callable<Integer> {
  @Spec CommandSpec spec = CommandSpec.create();

  private final LeatCommand leat;

  RouteCommand(LeatCommand leat) {
    this.leat = leat;
  }

  @Override
  public Integer call() {
    throw new CommandLine.ParameterException(spec.commandLine(), "say what to do: test");
  }

  @Command(
      name = "test",
      description = {
        "Say which routes an event takes, and which fields keep it from the others.",
        "Nothing is delivered. The event is what patterns see, or an alert by itself."
      },
      footer = {"", "Example: leat route test event.json --blueprint devices"})
  int test(
      @Mixin ConnectionOptions connection,
      @Parameters(paramLabel = "EVENT.json", description = "A file; - for standard input.")
          String file,
      @Option(
              names = "--blueprint",
              paramLabel = "NAME",
              description = "Whose routes (default: the one that the event names).")
          @Nullable String blueprint,
      @Option(names = "--json", description = "Answer as JSON.") boolean json)
      throws IOException {
    JsonNode event = read(file);
    String whose = blueprint == null ? named(event) : blueprint;
    JsonNode answer =
        connection
            .connect(leat.context().environment())
            .post(new RequestPath("/v1/routes").segment(whose).segment("test").toString(), event);
    if (json) {
      leat.terminal().line(answer.toString());
      return 0;
    }
    Table table = new Table("route", "taken", "to", "because");
    for (JsonNode one : answer.path("routes")) {
      boolean isTaken = one.path("taken").asBoolean();
      table.row(
          text(one, "route"),
          isTaken ? leat.terminal().styled(Style.GREEN, "yes") : "no",
          words(one.path("to")),
          because(one));
    }
    table.print(leat.terminal());
    leat.terminal().line("It goes to " + words(answer.path("targets")) + ".");
    return 0;
  }

  private JsonNode read(String file) throws IOException {
    byte[] bytes =
        file.equals("-") ? leat.context().in().readAllBytes() : Files.readAllBytes(Path.of(file));
    try {
      return LeatClient.JSON.readTree(bytes);
    } catch (JsonProcessingException e) {
      throw new CommandFailure(file + " is not JSON: " + e.getOriginalMessage(), e);
    }
  }

  /** By the source of an event, or by the alert. */
  private static String named(JsonNode event) {
    String source = event.path("source").asText("");
    if (source.startsWith("leat.")) {
      return source.substring("leat.".length());
    }
    String blueprint =
        event.path("blueprint").asText(event.path("detail").path("blueprint").asText(""));
    if (blueprint.isEmpty()) {
      throw new CommandFailure("the event names no blueprint; say whose routes with --blueprint");
    }
    return blueprint;
  }

  private static String because(JsonNode route) {
    if (route.path("taken").asBoolean()) {
      return text(route, "route").equals("default") ? "no other takes it" : "it matches";
    }
    StringJoiner why = new StringJoiner("; ");
    for (JsonNode one : route.path("mismatches")) {
      String field = text(one, "field");
      why.add(
          (field.isEmpty() ? "" : field + ": ")
              + text(one, "found")
              + " is not "
              + text(one, "wanted"));
    }
    return route.path("mismatches").isEmpty() ? "others take it" : why.toString();
  }

  private static String words(JsonNode array) {
    StringJoiner words = new StringJoiner(", ");
    array.forEach(word -> words.add(Text.printable(word.asText())));
    return words.toString();
  }
}
