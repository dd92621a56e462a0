package io.leat.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.leat.app.client.LeatClient;
import io.leat.app.terminal.Style;
import io.leat.app.terminal.Table;
import io.leat.app.terminal.Terminal;
import io.leat.app.terminal.Text;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code leat state}: the newest state of entities. */
@Command(
    name = "state",
    description = "Show the newest state of entities, such as machines.",
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    footer = {"", "Example: leat state list devices.device --status offline"})
final class StateCommand implements Callable<Integer> {
  private static final int MOST_PAGE = 1_000;

  @Spec CommandSpec spec = CommandSpec.create();

  private final LeatCommand leat;

  StateCommand(LeatCommand leat) {
    this.leat = leat;
  }

  @Override
  public Integer call() {
    throw new CommandLine.ParameterException(spec.commandLine(), "say what to do: show or list");
  }

  @Command(
      name = "show",
      description = "Show the newest state of an entity.",
      footer = {"", "Example: leat state show devices.device d-17"})
  int show(
      @Mixin ConnectionOptions connection,
      @Parameters(paramLabel = "TABLE", description = "The table, such as devices.device.")
          String table,
      @Parameters(paramLabel = "KEY", description = "The entity's key.") String key,
      @Option(names = "--json", description = "Answer as JSON.") boolean json) {
    JsonNode row =
        connection
            .connect(leat.context().environment())
            .get("/v1/state/" + encoded(table) + "/" + encoded(key));
    if (json) {
      leat.terminal().line(row.toString());
      return 0;
    }
    Table lines = new Table("what", "value");
    row.properties()
        .forEach(
            one -> {
              if (!one.getKey().startsWith("_")) {
                lines.row(Text.printable(one.getKey()), cell(one.getKey(), one.getValue()));
              }
            });
    row.path("_streams")
        .properties()
        .forEach(
            one ->
                lines.row(
                    "newest " + Text.printable(one.getKey()),
                    text(one.getValue().path("position"))
                        + ", of "
                        + text(one.getValue().path("event_time"))));
    lines.row("expires", text(row.path("_expires_at")));
    lines.print(leat.terminal());
    return 0;
  }

  @Command(
      name = "list",
      description = "List entities with their newest state, in the order of their keys.",
      footer = {"", "Example: leat state list devices.device --where firmware=1.1 --limit 20"})
  int list(
      @Mixin ConnectionOptions connection,
      @Parameters(paramLabel = "TABLE", description = "The table, such as devices.device.")
          String table,
      @Option(names = "--status", paramLabel = "STATUS", description = "online or offline.")
          @Nullable String status,
      @Option(names = "--prefix", paramLabel = "TEXT", description = "What keys begin with.")
          @Nullable String prefix,
      @Option(
              names = "--where",
              paramLabel = "COLUMN=VALUE",
              description = "Only entities with this value; may be given several times.")
          @Nullable Map<String, String> where,
      @Option(
              names = "--limit",
              paramLabel = "N",
              defaultValue = "50",
              description = "At most so many (default: 50).")
          int limit,
      @Option(names = "--after", paramLabel = "KEY", description = "Begin behind this key.")
          @Nullable String after,
      @Option(names = "--json", description = "Print each entity as a line of JSON.")
          boolean json) {
    LeatClient client = connection.connect(leat.context().environment());
    Map<String, String> parameters = new LinkedHashMap<>(where == null ? Map.of() : where);
    put(parameters, "status", status);
    put(parameters, "prefix", prefix);
    put(parameters, "after", after);
    List<JsonNode> rows = new ArrayList<>();
    String next;
    do {
      int wanted = Math.min(MOST_PAGE, limit - rows.size());
      parameters.put("limit", String.valueOf(wanted));
      JsonNode page = client.get("/v1/state/" + encoded(table) + "?" + query(parameters));
      page.path("rows").forEach(rows::add);
      next = page.path("next").textValue();
      put(parameters, "after", next);
    } while (next != null && rows.size() < limit);
    if (json) {
      rows.forEach(row -> leat.terminal().line(row.toString()));
    } else {
      print(rows);
    }
    if (next != null) {
      leat.terminal().note("There may be more; --after '" + Text.printable(next) + "' goes on.");
    }
    return 0;
  }

  private void print(List<JsonNode> rows) {
    if (rows.isEmpty()) {
      leat.terminal().line("There is none.");
      return;
    }
    List<String> names = new ArrayList<>();
    rows.get(0).fieldNames().forEachRemaining(names::add);
    names.removeIf(name -> name.startsWith("_"));
    Table table = new Table(names.stream().map(Text::printable).toArray(String[]::new));
    for (JsonNode row : rows) {
      table.row(names.stream().map(name -> cell(name, row.path(name))).toArray(String[]::new));
    }
    table.print(leat.terminal());
  }

  private String cell(String name, JsonNode value) {
    Terminal terminal = leat.terminal();
    if (name.equals("status") && value.isTextual()) {
      Style style = value.asText().equals("online") ? Style.GREEN : Style.RED;
      return terminal.styled(style, text(value));
    }
    if (name.equals("incidents") && value.isArray()) {
      List<String> ids = new ArrayList<>();
      value.forEach(id -> ids.add(text(id)));
      return String.join(", ", ids);
    }
    return text(value);
  }

  private static String text(JsonNode value) {
    if (value.isNull() || value.isMissingNode()) {
      return "";
    }
    return Text.printable(value.isValueNode() ? value.asText() : value.toString());
  }

  private static void put(Map<String, String> parameters, String name, @Nullable String value) {
    if (value != null) {
      parameters.put(name, value);
    }
  }

  private static String query(Map<String, String> parameters) {
    List<String> all = new ArrayList<>();
    parameters.forEach((name, value) -> all.add(encoded(name) + "=" + encoded(value)));
    return String.join("&", all);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
