package io.leat.app.cli;

import static io.leat.app.cli.Member.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.app.client.LeatClient;
import io.leat.app.terminal.LiveLines;
import io.leat.app.terminal.Text;
import io.leat.blueprint.BlueprintLoader;
import io.leat.blueprint.yaml.YamlFile;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code leat detector}: what a rule would have done. */
@Command(
    name = "detector",
    description = "Try a rule before it is applied.",
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    footer = {"", "Example: leat detector backtest devices.offline --from 7d"})
final class DetectorCommand implements Callable<Integer> {
  @Spec CommandSpec spec = CommandSpec.create();

  private final LeatCommand leat;

  DetectorCommand(LeatCommand leat) {
    this.leat = leat;
  }

  @Override
  public Integer call() {
    throw new CommandLine.ParameterException(spec.commandLine(), "say what to do: backtest");
  }

  @Command(
      name = "backtest",
      description = {
        "Run a detector over raw history and list the incidents it would have opened.",
        "Nothing is changed and nobody is told."
      },
      footer = {
        "",
        "Example: leat detector backtest devices.offline --from 7d --blueprint blueprints/devices"
      })
  int backtest(
      @Mixin ConnectionOptions connection,
      @Parameters(paramLabel = "BLUEPRINT.DETECTOR", description = "Such as devices.offline.")
          String detector,
      @Option(
              names = "--from",
              required = true,
              paramLabel = "TIME",
              description =
                  "Events received from here on: 2026-03-01T10:00:00Z, or 7d for seven days ago.")
          String from,
      @Option(
              names = "--to",
              paramLabel = "TIME",
              description = "Up to here, which is not part of it (default: now).")
          @Nullable String to,
      @Option(
              names = "--blueprint",
              paramLabel = "DIR",
              description = "A blueprint's folder with the draft (default: what is applied).")
          @Nullable Path folder,
      @Option(
              names = "--absence",
              paramLabel = "DURATION",
              converter = DurationConverter.class,
              description =
                  "When nothing of the blueprint came for longer than this, Leat was away"
                      + " (default: 1m).")
          @Nullable Duration absence,
      @Option(
              names = "--limit",
              paramLabel = "N",
              defaultValue = "50",
              description = "List at most so many incidents (default: 50).")
          int limit,
      @Option(names = "--json", description = "Answer as JSON.") boolean json)
      throws IOException {
    Instant now = leat.context().clock().instant();
    ObjectNode wanted = LeatClient.JSON.createObjectNode();
    wanted.put("from", PastTime.parse(from, now, "7d for seven days ago"));
    if (to != null) {
      wanted.put("to", PastTime.parse(to, now, "7d for seven days ago"));
    }
    if (absence != null) {
      wanted.put("absence_seconds", absence.toSeconds());
    }
    if (folder != null) {
      wanted.set("files", files(folder));
    }
    LeatClient client = connection.connect(leat.context().environment());
    JsonNode result =
        ask(
            client,
            new RequestPath("/v1/detectors").segment(detector).segment("backtest").toString(),
            wanted,
            json);
    if (json) {
      leat.terminal().line(result.toString());
    } else {
      new BacktestPrinter(leat.terminal()).print(result, limit);
    }
    return 0;
  }

  /** Shows how far it is until it is done. */
  private JsonNode ask(LeatClient client, String path, JsonNode wanted, boolean isQuiet)
      throws IOException {
    try (LiveLines live = new LiveLines(leat.terminal());
        BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(
                    client.open(path, wanted, "application/x-ndjson"), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonNode said = LeatClient.JSON.readTree(line);
        if (said.has("result")) {
          live.erase();
          return said.path("result");
        }
        if (said.has("problem")) {
          live.erase();
          JsonNode problem = said.path("problem");
          throw new CommandFailure(
              problem.path("detail").asText() + " (" + problem.path("code").asText() + ")");
        }
        if (!isQuiet) {
          live.draw(List.of(progress(said.path("progress"))));
        }
      }
    }
    throw new CommandFailure("Leat ended before it answered; look whether it runs, and ask again");
  }

  private static String progress(JsonNode progress) {
    return progress.path("percent").asInt()
        + " %, at "
        + text(progress, "at")
        + ", "
        + Text.plural(progress.path("events").asLong(), "event", "events")
        + ", "
        + Text.plural(progress.path("alerts").asLong(), "alert", "alerts");
  }

  /** What a blueprint says: its YAML and its schemas. */
  private static ObjectNode files(Path folder) throws IOException {
    if (!Files.isRegularFile(folder.resolve(BlueprintLoader.FILE))) {
      throw new CommandFailure(
          folder + " has no " + BlueprintLoader.FILE + "; name a blueprint's folder");
    }
    ObjectNode files = LeatClient.JSON.createObjectNode();
    Path root = folder.toRealPath();
    try (Stream<Path> all = Files.walk(root)) {
      for (Path file : all.filter(Files::isRegularFile).sorted().toList()) {
        String name = root.relativize(file).toString().replace('\\', '/');
        boolean isSaid = name.equals(BlueprintLoader.FILE) || name.endsWith(".json");
        boolean isHidden = name.startsWith(".") || name.contains("/.");
        if (isSaid && !isHidden && Files.size(file) <= YamlFile.MAX_BYTES) {
          files.put(name, Files.readString(file));
        }
      }
    }
    return files;
  }
}
