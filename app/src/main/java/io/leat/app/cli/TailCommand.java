package io.leat.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.leat.app.client.LeatClient;
import io.leat.app.terminal.Style;
import io.leat.app.terminal.Terminal;
import io.leat.app.terminal.Text;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code leat tail}. */
@Command(
    name = "tail",
    description = "Show a stream's events as the log takes them, until Ctrl-C.",
    footer = {"", "Example: leat tail devices.telemetry --where 'temperature_c > 85.0' -n 10"})
final class TailCommand implements Callable<Integer> {
  @Mixin ConnectionOptions connection = new ConnectionOptions();

  @Parameters(paramLabel = "STREAM", description = "Such as devices.telemetry.")
  String stream = "";

  @Option(
      names = "--where",
      paramLabel = "CEL",
      description = "Only events of which this condition holds.")
  @Nullable String where;

  @Option(
      names = "--from",
      paramLabel = "PLACE",
      defaultValue = "now",
      description = "now or beginning (default: now).")
  String from = "now";

  @Option(names = "-n", paramLabel = "N", description = "End after N events.")
  long limit;

  @Option(names = "--json", description = "Print each event as a line of JSON.")
  boolean json;

  private final LeatCommand leat;

  TailCommand(LeatCommand leat) {
    this.leat = leat;
  }

  @Override
  public Integer call() throws IOException {
    if (!from.equals("now") && !from.equals("beginning")) {
      throw new CommandFailure("--from is '" + from + "'; it is now or beginning");
    }
    LeatClient client = connection.connect(leat.context().environment());
    String path = "/v1/tail/" + stream + "?from=" + from;
    path += where == null ? "" : "&where=" + encoded(where);
    path += limit > 0 ? "&limit=" + limit : "";
    long seen = 0;
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                client.open(path, "application/x-ndjson"), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.isBlank()) {
          continue; // Sent to keep the connection open.
        }
        leat.terminal().line(json ? line : pretty(LeatClient.JSON.readTree(line)));
        if (limit > 0 && ++seen >= limit) {
          return 0;
        }
      }
    }
    return 0;
  }

  private String pretty(JsonNode event) {
    Terminal terminal = leat.terminal();
    if (event.has("error")) {
      return terminal.styled(Style.RED, Text.printable(event.path("error").toString()));
    }
    JsonNode data = event.has("data") ? event.path("data") : event;
    String position = event.path("partition").asText("?") + "@" + event.path("offset").asText("?");
    String time = event.path("time").asText(event.path("event_time").asText(""));
    String line =
        terminal.styled(Style.DIM, Text.printable(time) + " " + position)
            + "  "
            + terminal.styled(Style.BOLD, Text.printable(event.path("key").asText("")))
            + "  "
            + Text.printable(data.isTextual() ? data.asText() : data.toString());
    return terminal.isInteractive() ? Text.fit(line, terminal.width()) : line;
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
