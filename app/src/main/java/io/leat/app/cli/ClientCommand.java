package io.leat.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.app.client.LeatClient;
import io.leat.app.terminal.Style;
import io.leat.app.terminal.Table;
import io.leat.app.terminal.Terminal;
import io.leat.app.terminal.Text;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code leat client}: who may send and read. */
@Command(
    name = "client",
    description = "Manage the API keys of clients.",
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    footer = {
      "",
      "Example: leat client add --name shop-1 --role send --stream devices.transaction"
    })
final class ClientCommand implements Callable<Integer> {
  @Spec CommandSpec spec = CommandSpec.create();

  private final LeatCommand leat;

  ClientCommand(LeatCommand leat) {
    this.leat = leat;
  }

  @Override
  public Integer call() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "say what to do: add, list or revoke");
  }

  @Command(
      name = "add",
      description = "Create a client and print its API key, which is shown this once only.",
      footer = {
        "",
        "Example: leat client add --name kiosk-7 --role send --stream 'devices.*' --entity kiosk-7"
      })
  int add(
      @Mixin ConnectionOptions connection,
      @Option(names = "--name", required = true, paramLabel = "NAME", description = "For people.")
          String name,
      @Option(
              names = "--role",
              paramLabel = "ROLE",
              split = ",",
              defaultValue = "send",
              description = "send, read, operate or admin; several with commas (default: send).")
          List<String> roles,
      @Option(
              names = "--stream",
              paramLabel = "STREAM",
              split = ",",
              description = "Only these streams, such as devices.telemetry or devices.*.")
          @Nullable List<String> streams,
      @Option(
              names = "--entity",
              paramLabel = "KEY",
              split = ",",
              description = "Only events of these entity keys, so that a device sends as itself.")
          @Nullable List<String> entities,
      @Option(
              names = "--expires-in",
              paramLabel = "TIME",
              converter = DurationConverter.class,
              description = "The key's life, such as 90d or 12h (default: no end).")
          @Nullable Duration life,
      @Option(
              names = "--certificate-subject",
              paramLabel = "CN",
              description = "The client shows a certificate of this common name, and gets no key.")
          @Nullable String subject,
      @Option(names = "--json", description = "Answer as JSON.") boolean json) {
    ObjectNode body = LeatClient.JSON.createObjectNode().put("name", name);
    ArraysJson.put(body, "roles", roles);
    ArraysJson.put(body, "streams", streams == null ? List.of() : streams);
    ArraysJson.put(body, "entity_keys", entities == null ? List.of() : entities);
    if (life != null) {
      body.put("expires_at", leat.context().clock().instant().plus(life).toString());
    }
    if (subject != null) {
      body.putObject("certificate").put("subject", subject);
    }
    JsonNode made = connection.connect(leat.context().environment()).post("/v1/clients", body);
    Terminal terminal = leat.terminal();
    if (json) {
      terminal.line(made.toString());
    } else if (!made.hasNonNull("key")) {
      terminal.line("Client " + made.path("id").asText() + " is known by its certificate.");
    } else if (terminal.isInteractive()) {
      terminal.line(
          "Client "
              + terminal.styled(Style.BOLD, made.path("id").asText())
              + " may now "
              + String.join(", ", roles)
              + ". Its key, shown this once:");
      terminal.line();
      terminal.line("  " + terminal.styled(Style.TITLE, made.path("key").asText()));
      terminal.line();
    } else {
      terminal.line(made.path("key").asText());
    }
    return 0;
  }

  @Command(
      name = "list",
      description = "List the clients, without their keys.",
      footer = {"", "Example: leat client list --json"})
  int list(
      @Mixin ConnectionOptions connection,
      @Option(names = "--all", description = "Revoked ones, too.") boolean all,
      @Option(names = "--json", description = "Answer as JSON.") boolean json) {
    JsonNode answer = connection.connect(leat.context().environment()).get("/v1/clients");
    JsonNode clients = answer.isArray() ? answer : answer.path("clients");
    if (clients instanceof ArrayNode known && !all) {
      known.removeIf(client -> client.hasNonNull("revoked_at"));
    }
    if (json) {
      leat.terminal().line(answer.toString());
      return 0;
    }
    Table table = new Table("id", "name", "roles", "streams", "entities", "expires", "state");
    for (JsonNode client : clients) {
      table.row(
          text(client, "id"),
          text(client, "name"),
          words(client.path("roles")),
          words(client.path("streams")),
          words(client.path("entity_keys")),
          client.path("expires_at").asText("never"),
          state(client));
    }
    table.print(leat.terminal());
    return 0;
  }

  @Command(
      name = "revoke",
      description = "Revoke a client's key at once.",
      footer = {"", "Example: leat client revoke 01jd2k"})
  int revoke(
      @Mixin ConnectionOptions connection,
      @Parameters(paramLabel = "ID", description = "The client's id, as 'client list' shows it.")
          String id) {
    connection
        .connect(leat.context().environment())
        .delete("/v1/clients/" + URLEncoder.encode(id, StandardCharsets.UTF_8));
    leat.terminal().line("Client " + id + " is revoked.");
    return 0;
  }

  private String state(JsonNode client) {
    if (client.hasNonNull("revoked_at")) {
      return leat.terminal().styled(Style.RED, "revoked");
    }
    Instant expires =
        client.hasNonNull("expires_at")
            ? Instant.parse(client.path("expires_at").asText())
            : Instant.MAX;
    return expires.isAfter(leat.context().clock().instant())
        ? "active"
        : leat.terminal().styled(Style.YELLOW, "expired");
  }

  private static String text(JsonNode node, String name) {
    return Text.printable(node.path(name).asText(""));
  }

  private static String words(JsonNode array) {
    List<String> words = new java.util.ArrayList<>();
    array.forEach(w -> words.add(Text.printable(w.asText())));
    return words.isEmpty() ? "all" : String.join(", ", words);
  }
}
