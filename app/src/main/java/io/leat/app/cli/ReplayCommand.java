package io.leat.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.app.client.LeatClient;
import io.leat.app.terminal.LiveLines;
import io.leat.app.terminal.Table;
import io.leat.app.terminal.Text;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code leat replay}: builds processed again from raw, compares, and switches. */
@Command(
    name = "replay",
    description = {
      "Build a stream's processed rows of a period again from raw, by today's schema and rules.",
      "They go to a table beside and are compared with what is there; nothing else changes until"
          + " you switch."
    },
    synopsisSubcommandLabel = "[COMMAND]",
    commandListHeading = "%nCommands:%n",
    footer = {"", "Example: leat replay devices.telemetry --from 2d --to 1d"})
final class ReplayCommand implements Callable<Integer> {
  private static final String ROUTE = "/v1/replays";
  private static final Set<String> OPEN = Set.of("building", "switching", "dropping");

  @Spec CommandSpec spec = CommandSpec.create();

  @Mixin ConnectionOptions connection = new ConnectionOptions();

  @Parameters(arity = "0..1", paramLabel = "STREAM", description = "Such as devices.telemetry.")
  @Nullable String stream;

  @Option(
      names = "--from",
      paramLabel = "TIME",
      description = "Records received since then: 2026-01-31T12:00:00Z, or 2d for two days ago.")
  @Nullable String from;

  @Option(
      names = "--to",
      paramLabel = "TIME",
      description = "Records received before then (default: now).")
  @Nullable String to;

  @Option(
      names = "--into",
      paramLabel = "TABLE",
      description = "Name of the table beside (default: one made from the stream's name).")
  @Nullable String into;

  @Option(names = "--switch", description = "Switch when it is built and something differs.")
  boolean switches;

  @Option(names = "--json", description = "Answer as JSON.")
  boolean json;

  private final LeatCommand leat;
  private final ReplayPrinter printer;

  ReplayCommand(LeatCommand leat) {
    this.leat = leat;
    this.printer = new ReplayPrinter(leat);
  }

  @Override
  public Integer call() throws InterruptedException {
    String since = from;
    if (stream == null || since == null) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "say which STREAM and --from when, or list, show, switch or drop");
    }
    Instant now = leat.context().clock().instant();
    LeatClient client = connection.connect(leat.context().environment());
    ObjectNode wanted =
        LeatClient.JSON
            .createObjectNode()
            .put("stream", stream)
            .put("from", PastTime.parse(since, now, "2d for two days ago"))
            .put(
                "to", to == null ? now.toString() : PastTime.parse(to, now, "2d for two days ago"));
    if (into != null) {
      wanted.put("into", into);
    }
    JsonNode replay = await(client, client.post(ROUTE, wanted), json);
    boolean isWorthIt = replay.path("comparison").path("differs").asBoolean();
    if (switches && isWorthIt && isIn(replay, "built")) {
      if (!json) {
        printer.comparison(replay);
      }
      replay = switched(client, replay.path("id").asText(), json);
    }
    return told(replay, json, isIn(replay, "failed"));
  }

  @Command(
      name = "list",
      description = "List replays, the newest first.",
      footer = {"", "Example: leat replay list"})
  int list(
      @Mixin ConnectionOptions options,
      @Option(names = "--json", description = "Answer as JSON.") boolean asJson) {
    JsonNode answer = options.connect(leat.context().environment()).get(ROUTE);
    if (asJson) {
      leat.terminal().line(answer.toString());
      return 0;
    }
    Table table = new Table("id>", "stream", "from", "to", "state", "done>", "table");
    for (JsonNode one : answer.path("replays")) {
      table.row(
          one.path("id").asText(),
          text(one, "stream"),
          text(one, "from"),
          text(one, "to"),
          text(one, "state"),
          one.has("progress") ? one.path("progress").path("percent").asInt() + " %" : "",
          text(one, "table"));
    }
    if (answer.path("replays").isEmpty()) {
      leat.terminal().line("No replays.");
    } else {
      table.print(leat.terminal());
    }
    return 0;
  }

  @Command(
      name = "show",
      description = "Show how far a replay is, and what it would change.",
      footer = {"", "Example: leat replay show 3"})
  int show(
      @Mixin ConnectionOptions options,
      @Parameters(paramLabel = "ID", description = "Its number.") String id,
      @Option(names = "--json", description = "Answer as JSON.") boolean asJson) {
    return told(options.connect(leat.context().environment()).get(path(id)), asJson, false);
  }

  @Command(
      name = "switch",
      description = "Put a replay's rows in the place of those that are there.",
      footer = {"", "Example: leat replay switch 3"})
  int switchTo(
      @Mixin ConnectionOptions options,
      @Parameters(paramLabel = "ID", description = "Its number.") String id,
      @Option(names = "--json", description = "Answer as JSON.") boolean asJson)
      throws InterruptedException {
    JsonNode replay = switched(options.connect(leat.context().environment()), id, asJson);
    return told(replay, asJson, !isIn(replay, "switched"));
  }

  @Command(
      name = "drop",
      description = "Give a replay up and remove its tables.",
      footer = {"", "Example: leat replay drop 3"})
  int drop(
      @Mixin ConnectionOptions options,
      @Parameters(paramLabel = "ID", description = "Its number.") String id,
      @Option(names = "--json", description = "Answer as JSON.") boolean asJson)
      throws InterruptedException {
    LeatClient client = options.connect(leat.context().environment());
    return told(await(client, client.delete(path(id)), asJson), asJson, false);
  }

  private JsonNode switched(LeatClient client, String id, boolean asJson)
      throws InterruptedException {
    return await(
        client, client.post(path(id) + "/switch", LeatClient.JSON.createObjectNode()), asJson);
  }

  /** Asks until nothing is being done. */
  private JsonNode await(LeatClient client, JsonNode first, boolean asJson)
      throws InterruptedException {
    JsonNode replay = first;
    LiveLines live = new LiveLines(leat.terminal());
    while (OPEN.contains(replay.path("state").asText())) {
      if (!asJson) {
        live.draw(List.of(printer.progress(replay)));
      }
      Thread.sleep(200);
      replay = client.get(path(replay.path("id").asText()));
    }
    live.erase();
    return replay;
  }

  private int told(JsonNode replay, boolean asJson, boolean isFailure) {
    if (asJson) {
      leat.terminal().line(replay.toString());
    } else {
      printer.print(replay);
    }
    return isFailure ? 1 : 0;
  }

  private static boolean isIn(JsonNode replay, String state) {
    return replay.path("state").asText().equals(state);
  }

  private static String path(String id) {
    if (!id.matches("[0-9]{1,18}")) {
      throw new CommandFailure("'" + id + "' is no number; 'leat replay list' shows them");
    }
    return ROUTE + "/" + id;
  }

  private static String text(JsonNode node, String name) {
    return Text.printable(node.path(name).asText(""));
  }
}
