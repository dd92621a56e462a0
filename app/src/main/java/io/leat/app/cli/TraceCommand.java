package io.leat.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.leat.app.client.LeatClient;
import io.leat.app.terminal.Style;
import io.leat.app.terminal.Table;
import io.leat.app.terminal.Terminal;
import io.leat.app.terminal.Text;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code leat trace}. */
@Command(
    name = "trace",
    description = "Tell where an event is: log, raw, processed, quarantine, rejected.",
    footer = {"", "Example: leat trace 0197a3f2-6d1c-7c3e-9f0b-5d7f3f1f9c11"})
final class TraceCommand implements Callable<Integer> {
  @Mixin ConnectionOptions connection = new ConnectionOptions();

  @Parameters(paramLabel = "EVENT-ID", description = "The event's id.")
  String id = "";

  @Option(names = "--json", description = "Answer as JSON.")
  boolean json;

  private final LeatCommand leat;

  TraceCommand(LeatCommand leat) {
    this.leat = leat;
  }

  @Override
  public Integer call() {
    LeatClient client = connection.connect(leat.context().environment());
    String encoded = URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20");
    JsonNode trace = client.get("/v1/trace/" + encoded);
    Terminal terminal = leat.terminal();
    JsonNode places = trace.path("places");
    String bound = bound(trace);
    if (json) {
      terminal.line(trace.toString());
      return places.isEmpty() ? 1 : 0;
    }
    if (places.isEmpty()) {
      throw new CommandFailure(
          "no event with the id '" + id + "' is known" + (bound.isEmpty() ? "" : "; " + bound));
    }
    Table table = new Table("place", "position", "moment", "time", "detail");
    for (JsonNode place : places) {
      String name = place.path("place").asText("");
      Style style =
          switch (name) {
            case "quarantine" -> Style.YELLOW;
            case "rejected" -> Style.RED;
            default -> Style.GREEN;
          };
      table.row(
          terminal.styled(style, Text.printable(name)),
          text(place, "position"),
          text(place, "moment"),
          text(place, "time"),
          detail(place));
    }
    table.print(terminal);
    if (!bound.isEmpty()) {
      terminal.note(bound);
    }
    return 0;
  }

  /** How far back Leat looked, if not to the beginning. */
  private static String bound(JsonNode trace) {
    JsonNode back = trace.path("looked_back_to");
    return back.isTextual()
        ? "looked back to "
            + Text.printable(back.asText())
            + " only: what was received before may be missing"
        : "";
  }

  /** The stream too, where the position is that of another topic. */
  private static String detail(JsonNode place) {
    String stream = text(place, "stream");
    String detail = text(place, "detail");
    return text(place, "position").startsWith(stream + "/") ? detail : stream + ": " + detail;
  }

  private static String text(JsonNode node, String name) {
    return Text.printable(node.path(name).asText(""));
  }
}
