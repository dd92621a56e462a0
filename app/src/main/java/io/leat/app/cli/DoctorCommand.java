package io.leat.app.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.app.client.LeatClient;
import io.leat.app.terminal.Style;
import io.leat.app.terminal.Table;
import io.leat.app.terminal.Terminal;
import io.leat.app.terminal.Text;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code leat doctor}. */
@Command(
    name = "doctor",
    description = "Check the machine, the data directory and the blueprints, with a remedy each.",
    footer = {"", "Example: leat doctor --data /var/lib/leat"})
final class DoctorCommand implements Callable<Integer> {
  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "The data directory (default: LEAT_DATA, or ./data).")
  @Nullable Path data;

  @Option(names = "--config", paramLabel = "FILE", description = "leat.yaml, if there is one.")
  @Nullable Path config;

  @Option(names = "--json", description = "Answer as JSON.")
  boolean json;

  private final LeatCommand leat;

  DoctorCommand(LeatCommand leat) {
    this.leat = leat;
  }

  @Override
  public Integer call() {
    Path directory =
        ConnectionOptions.dataDirectory(data, leat.context().environment()).toAbsolutePath();
    List<Finding> findings =
        new Examination(directory.normalize(), config, leat.context()).findings();
    boolean failed = findings.stream().anyMatch(f -> f.verdict() == Finding.Verdict.FAILED);
    if (json) {
      ObjectNode answer = LeatClient.JSON.createObjectNode().put("ok", !failed);
      ArrayNode list = answer.putArray("checks");
      for (Finding finding : findings) {
        list.addObject()
            .put("check", finding.check())
            .put("verdict", finding.verdict().text())
            .put("found", finding.found())
            .put("remedy", finding.remedy());
      }
      leat.terminal().line(answer.toString());
    } else {
      print(findings);
    }
    return failed ? 1 : 0;
  }

  private void print(List<Finding> findings) {
    Terminal terminal = leat.terminal();
    Table table = new Table("", "check", "found");
    for (Finding finding : findings) {
      String mark =
          switch (finding.verdict()) {
            case OK -> terminal.styled(Style.GREEN, "ok");
            case WARNING -> terminal.styled(Style.YELLOW, "warning");
            case FAILED -> terminal.styled(Style.RED, "FAILED");
          };
      table.row(mark, finding.check(), Text.printable(finding.found()));
    }
    table.print(terminal);
    for (Finding finding : findings) {
      if (finding.verdict() != Finding.Verdict.OK) {
        terminal.line(terminal.styled(Style.BOLD, finding.check()) + ": " + finding.remedy());
      }
    }
  }
}
