package io.leat.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code leat alert}: why a detector said what it said. */
@Command(
    name = "alert",
    description = "See why a detector said what it said.",
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    footer = {"", "Example: leat alert explain 1f0c3a5be2d94786a1b0c9d8e7f60514"})
final class AlertCommand implements Callable<Integer> {
  @Spec CommandSpec spec = CommandSpec.create();

  private final LeatCommand leat;

  AlertCommand(LeatCommand leat) {
    this.leat = leat;
  }

  @Override
  public Integer call() {
    throw new CommandLine.ParameterException(spec.commandLine(), "say what to do: explain");
  }

  @Command(
      name = "explain",
      description = {
        "Show an alert with the events it was made of and the rule as it was.",
        "The events are read from the log, or from the raw tables when it has them no longer."
      },
      footer = {"", "Example: leat alert explain 1f0c3a5be2d94786a1b0c9d8e7f60514"})
  int explain(
      @Mixin ConnectionOptions connection,
      @Parameters(paramLabel = "ID", description = "Its id, as 'leat incident show' lists it.")
          String id,
      @Option(names = "--json", description = "Answer as JSON.") boolean json) {
    JsonNode alert =
        connection
            .connect(leat.context().environment())
            .get(new RequestPath("/v1/alerts").segment(id).toString());
    if (json) {
      leat.terminal().line(alert.toString());
    } else {
      new AlertPrinter(leat.terminal()).print(alert);
    }
    return 0;
  }
}
