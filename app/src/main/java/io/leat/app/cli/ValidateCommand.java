package io.leat.app.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.app.client.LeatClient;
import io.leat.app.terminal.Style;
import io.leat.app.terminal.Terminal;
import io.leat.app.terminal.Text;
import io.leat.blueprint.Blueprint;
import io.leat.blueprint.BlueprintException;
import io.leat.blueprint.BlueprintLoader;
import io.leat.blueprint.yaml.Problem;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code leat validate}. */
@Command(
    name = "validate",
    description = {
      "Check blueprints and list every problem with its place and remedy.",
      "Without DIR: all under blueprints/."
    },
    footer = {"", "Example: leat validate blueprints/devices"})
final class ValidateCommand implements Callable<Integer> {
  @Parameters(paramLabel = "DIR", arity = "0..*", description = "Folders with a blueprint.yaml.")
  List<Path> folders = List.of();

  @Option(names = "--json", description = "Answer as JSON.")
  boolean json;

  private final LeatCommand leat;

  ValidateCommand(LeatCommand leat) {
    this.leat = leat;
  }

  @Override
  public Integer call() {
    List<Path> chosen = BlueprintFolders.of(folders, leat.context().home());
    try {
      List<Blueprint> blueprints = new BlueprintLoader().loadAll(chosen);
      valid(blueprints);
      return 0;
    } catch (BlueprintException e) {
      invalid(e.problems());
      return 1;
    }
  }

  private void valid(List<Blueprint> blueprints) {
    Terminal terminal = leat.terminal();
    if (json) {
      ObjectNode answer = LeatClient.JSON.createObjectNode().put("valid", true);
      ArrayNode names = answer.putArray("blueprints");
      blueprints.forEach(b -> names.add(b.name()));
      answer.putArray("problems");
      terminal.line(answer.toString());
      return;
    }
    for (Blueprint blueprint : blueprints) {
      terminal.line(
          terminal.styled(Style.GREEN, "valid")
              + "  "
              + blueprint.name()
              + " ("
              + named(blueprint.streams().keySet(), "stream", "streams")
              + ")");
      more(blueprint.detectors().keySet(), "detector", "detectors");
      more(blueprint.tables().keySet(), "table", "tables");
      more(blueprint.routes().keySet(), "route", "routes");
      more(blueprint.targets().keySet(), "target", "targets");
    }
  }

  private void more(Set<String> names, String one, String several) {
    if (!names.isEmpty()) {
      leat.terminal().line("       " + named(names, one, several));
    }
  }

  private static String named(Set<String> names, String one, String several) {
    return Text.plural(names.size(), one, several) + ": " + String.join(", ", names);
  }

  private void invalid(List<Problem> problems) {
    Terminal terminal = leat.terminal();
    if (json) {
      ObjectNode answer = LeatClient.JSON.createObjectNode().put("valid", false);
      answer.putArray("blueprints");
      ArrayNode list = answer.putArray("problems");
      for (Problem problem : problems) {
        list.addObject()
            .put("file", problem.file())
            .put("line", problem.line())
            .put("path", problem.path())
            .put("message", problem.message())
            .put("remedy", problem.remedy());
      }
      terminal.line(answer.toString());
      return;
    }
    problems.forEach(p -> terminal.line(p.toString()));
    terminal.error(Text.plural(problems.size(), "problem", "problems") + " found");
  }
}
