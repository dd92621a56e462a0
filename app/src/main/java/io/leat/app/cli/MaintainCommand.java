package io.leat.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.leat.app.client.LeatClient;
import io.leat.app.terminal.Table;
import io.leat.app.terminal.Text;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code leat maintain}. */
@Command(
    name = "maintain",
    description = {
      "Merge small files, expire old snapshots and remove orphan files now.",
      "It happens by itself too; 'leat status' shows when and what."
    },
    footer = {"", "Example: leat maintain devices_raw.telemetry --dry-run"})
final class MaintainCommand implements Callable<Integer> {
  @Mixin ConnectionOptions connection = new ConnectionOptions();

  @Parameters(
      paramLabel = "TABLE",
      arity = "0..1",
      description = "One table, such as devices_raw.telemetry; without it, all.")
  @Nullable String table;

  @Option(names = "--dry-run", description = "Only tell what would be done.")
  boolean dryRun;

  @Option(names = "--json", description = "Answer as JSON.")
  boolean json;

  private final LeatCommand leat;

  MaintainCommand(LeatCommand leat) {
    this.leat = leat;
  }

  @Override
  public Integer call() throws InterruptedException {
    LeatClient client = connection.connect(leat.context().environment());
    JsonNode answer = client.post(path(), LeatClient.JSON.createObjectNode());
    boolean goesOn = answer.path("state").asText().equals("running");
    if (goesOn && !json) {
      leat.terminal().note("It takes its time; 'leat status' shows what was done.");
      while (client.get("/v1/maintenance").path("state").asText().equals("running")) {
        Thread.sleep(1_000);
      }
    }
    if (json) {
      leat.terminal().line(answer.toString());
    } else {
      print(answer);
    }
    return 0;
  }

  private String path() {
    String path = "/v1/maintenance?dry-run=" + dryRun;
    return table == null
        ? path
        : path + "&table=" + URLEncoder.encode(table, StandardCharsets.UTF_8);
  }

  private void print(JsonNode answer) {
    Table shown = new Table("table", "action", "taken>", "put>", "size>", "deleted files>");
    int rows = 0;
    for (JsonNode one : answer.path("tables")) {
      for (JsonNode step : one.path("steps")) {
        rows++;
        shown.row(
            Text.printable(one.path("name").asText("")),
            Text.printable(step.path("action").asText("")),
            Text.count(step.path("taken").asLong()),
            Text.count(step.path("put").asLong()),
            Text.bytes(step.path("bytes").asLong()),
            Text.count(step.path("deleted_files").asLong()));
      }
    }
    if (rows > 0) {
      shown.print(leat.terminal());
    } else if (answer.has("tables")) {
      leat.terminal().line("Nothing to do.");
    } else {
      leat.terminal().line("Done.");
    }
  }
}
