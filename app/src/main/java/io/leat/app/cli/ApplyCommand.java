package io.leat.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.leat.app.client.LeatClient;
import io.leat.app.terminal.Style;
import io.leat.app.terminal.Text;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code leat apply}. */
@Command(
    name = "apply",
    description = {
      "Make the running Leat read its blueprints again and apply what changed.",
      "A change that would destroy data or order is refused."
    },
    footer = {"", "Example: leat apply"})
final class ApplyCommand implements Callable<Integer> {
  @Mixin ConnectionOptions connection = new ConnectionOptions();

  @Option(names = "--json", description = "Answer as JSON.")
  boolean json;

  private final LeatCommand leat;

  ApplyCommand(LeatCommand leat) {
    this.leat = leat;
  }

  @Override
  public Integer call() {
    JsonNode answer =
        connection
            .connect(leat.context().environment())
            .post("/v1/blueprints/apply", LeatClient.JSON.createObjectNode());
    if (json) {
      leat.terminal().line(answer.toString());
      return 0;
    }
    JsonNode changes = answer.path("changes");
    if (changes.isEmpty()) {
      leat.terminal().line("Nothing has changed.");
    }
    for (JsonNode change : changes) {
      String text = change.isTextual() ? change.asText() : change.path("detail").asText("");
      leat.terminal().line(leat.terminal().styled(Style.GREEN, "applied ") + Text.printable(text));
    }
    return 0;
  }
}
