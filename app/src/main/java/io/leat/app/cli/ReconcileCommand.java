package io.leat.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.app.client.LeatClient;
import io.leat.app.terminal.LiveLines;
import io.leat.app.terminal.Style;
import io.leat.app.terminal.Table;
import io.leat.app.terminal.Terminal;
import io.leat.app.terminal.Text;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** {@code leat reconcile}. */
@Command(
    name = "reconcile",
    description = {
      "Prove that logged = raw = processed + duplicates + quarantined, or name each gap.",
      "Exit code 1 when there is a gap."
    },
    footer = {"", "Example: leat reconcile devices --from 6h"})
final class ReconcileCommand implements Callable<Integer> {
  private static final int MOST_GAPS = 20;

  @Mixin ConnectionOptions connection = new ConnectionOptions();

  @Parameters(
      arity = "0..1",
      paramLabel = "BLUEPRINT",
      description = "Such as devices (default: all).")
  @Nullable String blueprint;

  @Option(
      names = "--from",
      paramLabel = "TIME",
      description = "Records counted from here: 2026-03-01T10:00:00Z, or 6h ago (default: 1h).")
  @Nullable String from;

  @Option(
      names = "--to",
      paramLabel = "TIME",
      description = "Up to here, which is not part of it (default: now).")
  @Nullable String to;

  @Option(names = "--all", description = "Since the tables began.")
  boolean all;

  @Option(names = "--json", description = "Answer as JSON.")
  boolean json;

  private final LeatCommand leat;

  ReconcileCommand(LeatCommand leat) {
    this.leat = leat;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (all && from != null) {
      throw new CommandFailure("--all begins with the tables; leave out --from or --all");
    }
    LeatClient client = connection.connect(leat.context().environment());
    JsonNode found = ask(client);
    Terminal terminal = leat.terminal();
    if (json) {
      terminal.line(found.toString());
    } else {
      show(found);
    }
    return found.path("reconciled").asBoolean() ? 0 : 1;
  }

  /** Asks until it is done. */
  private JsonNode ask(LeatClient client) throws InterruptedException {
    JsonNode answer = client.get("/v1/reconcile" + query());
    LiveLines live = new LiveLines(leat.terminal());
    while ("running".equals(answer.path("state").asText())) {
      if (!json) {
        live.draw(List.of(text(answer, "progress")));
      }
      Thread.sleep(100);
      answer = client.get("/v1/reconcile?run=" + encoded(answer.path("run").asText()));
    }
    live.erase();
    if (answer instanceof ObjectNode object) {
      object.remove("run");
    }
    return answer;
  }

  private String query() {
    Instant now = leat.context().clock().instant();
    StringBuilder query = new StringBuilder();
    parameter(query, "blueprint", blueprint);
    String begin = from == null ? null : time("--from", from, now);
    parameter(query, "from", all ? "beginning" : begin);
    parameter(query, "to", to == null ? null : time("--to", to, now));
    return query.toString();
  }

  private static void parameter(StringBuilder query, String name, @Nullable String value) {
    if (value != null) {
      query.append(query.isEmpty() ? '?' : '&').append(name).append('=').append(encoded(value));
    }
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  /** A time as it is, or so long ago. */
  private static String time(String option, String text, Instant now) {
    try {
      return Instant.parse(text).toString();
    } catch (DateTimeParseException e) {
      try {
        return now.minus(new DurationConverter().convert(text)).toString();
      } catch (TypeConversionException neither) {
        throw new CommandFailure(
            option
                + " is '"
                + text
                + "'; write a time such as 2026-03-01T10:00:00Z, or how long ago, such as 6h",
            neither);
      }
    }
  }

  private void show(JsonNode found) {
    Terminal terminal = leat.terminal();
    tables(found).print(terminal);
    terminal.line();
    gateways(found).print(terminal);
    for (JsonNode stream : found.path("streams")) {
      gaps(stream);
    }
    String begin = found.path("from").isTextual() ? text(found, "from") : "the beginning";
    terminal.note("records counted from " + begin + " to " + text(found, "to"));
    for (JsonNode stream : found.path("streams")) {
      for (JsonNode note : stream.path("notes")) {
        terminal.note(text(stream, "stream") + ": " + Text.printable(note.asText()));
      }
    }
  }

  private Table tables(JsonNode found) {
    Table table =
        new Table(
            "stream",
            "logged>",
            "raw>",
            "processed>",
            "duplicates>",
            "quarantined>",
            "in flight>",
            "verdict");
    for (JsonNode stream : found.path("streams")) {
      table.row(
          text(stream, "stream"),
          count(stream, "logged"),
          count(stream, "raw"),
          count(stream, "processed"),
          count(stream, "duplicates"),
          count(stream, "quarantined"),
          count(stream, "in_flight"),
          verdict(stream));
    }
    return table;
  }

  private String verdict(JsonNode stream) {
    if (stream.path("reconciled").asBoolean()) {
      return leat.terminal().styled(Style.GREEN, "reconciled");
    }
    long gaps = stream.path("gaps").size() + stream.path("more_gaps").asLong();
    return leat.terminal().styled(Style.RED, Text.plural(gaps, "gap", "gaps"));
  }

  /** What clients were told, over the whole life of the log. */
  private static Table gateways(JsonNode found) {
    Table table =
        new Table(
            "stream", "ever logged>", "acknowledged>", "unknown>", "unacknowledged>", "kills>");
    for (JsonNode stream : found.path("streams")) {
      JsonNode gateway = stream.path("gateway");
      table.row(
          text(stream, "stream"),
          count(gateway, "logged"),
          count(gateway, "acknowledged"),
          count(gateway, "unknown"),
          count(gateway, "unacknowledged"),
          count(gateway, "unclean_stops"));
    }
    return table;
  }

  private void gaps(JsonNode stream) {
    Terminal terminal = leat.terminal();
    int shown = 0;
    for (JsonNode gap : stream.path("gaps")) {
      if (shown++ == MOST_GAPS) {
        break;
      }
      String detail = text(gap, "detail");
      terminal.line(
          terminal.styled(Style.RED, text(gap, "code"))
              + " "
              + text(gap, "position")
              + " ("
              + Text.plural(gap.path("count").asLong(), "record", "records")
              + "): "
              + text(gap, "reason")
              + (detail.isEmpty() ? "" : "; " + detail)
              + ". "
              + text(gap, "remedy")
              + ".");
    }
    long more = stream.path("gaps").size() + stream.path("more_gaps").asLong() - MOST_GAPS;
    if (more > 0) {
      terminal.line(
          "and " + Text.count(more) + " more of " + text(stream, "stream") + "; --json has them");
    }
  }

  private static String text(JsonNode node, String name) {
    return Text.printable(node.path(name).asText(""));
  }

  private static String count(JsonNode node, String name) {
    return Text.count(node.path(name).asLong());
  }
}
