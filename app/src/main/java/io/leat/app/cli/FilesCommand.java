package io.leat.app.cli;

import static io.leat.app.cli.Member.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.leat.app.client.FileSender;
import io.leat.app.client.LeatClient;
import io.leat.app.client.Pause;
import io.leat.app.terminal.Style;
import io.leat.app.terminal.Table;
import io.leat.app.terminal.Terminal;
import io.leat.app.terminal.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code leat files}: what arrived, what became of it, and what is to be done about it. */
@Command(
    name = "files",
    description = "See which files arrived and what became of them.",
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    footer = {"", "Example: leat files list --state dead_lettered"})
final class FilesCommand implements Callable<Integer> {
  private static final String ROUTE = "/v1/files";

  @Spec CommandSpec spec = CommandSpec.create();

  private final LeatCommand leat;

  FilesCommand(LeatCommand leat) {
    this.leat = leat;
  }

  @Override
  public Integer call() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "say what to do: list, show, sources, add, retry or forget");
  }

  @Command(
      name = "list",
      description = "List files, the newest first.",
      footer = {"", "Example: leat files list --source taxi --state failed,dead_lettered"})
  int list(
      @Mixin ConnectionOptions connection,
      @Option(names = "--blueprint", paramLabel = "NAME", description = "Only of this blueprint.")
          @Nullable String blueprint,
      @Option(names = "--source", paramLabel = "NAME", description = "Only of this source.")
          @Nullable String source,
      @Option(
              names = "--state",
              paramLabel = "STATE",
              description =
                  "Only those that are discovered, validating, converting, publishing, loading,"
                      + " published, failed, dead_lettered, duplicate or forgotten; several with"
                      + " commas.")
          @Nullable String state,
      @Option(
              names = "--name",
              paramLabel = "NAME",
              description = "Only those with this in their name; * and ? stand for anything.")
          @Nullable String name,
      @Option(
              names = "--from",
              paramLabel = "TIME",
              description = "Discovered at or after it: 2026-03-01 or 2026-03-01T10:00:00Z.")
          @Nullable String from,
      @Option(names = "--to", paramLabel = "TIME", description = "Discovered before it.")
          @Nullable String to,
      @Option(
              names = "--limit",
              paramLabel = "N",
              defaultValue = "50",
              description = "At most so many (default: 50).")
          int limit,
      @Option(
              names = "--after",
              paramLabel = "ID",
              description = "Those after this one: the last of the page before.")
          @Nullable String after,
      @Option(names = "--json", description = "Answer as JSON.") boolean json) {
    JsonNode answer =
        client(connection)
            .get(
                new RequestPath(ROUTE)
                    .with("blueprint", blueprint)
                    .with("source", source)
                    .with("state", state)
                    .with("name", name)
                    .with("from", from)
                    .with("to", to)
                    .with("limit", String.valueOf(limit))
                    .with("after", after)
                    .toString());
    Terminal terminal = leat.terminal();
    if (json) {
      terminal.line(answer.toString());
      return 0;
    }
    if (answer.path("files").isEmpty()) {
      terminal.line("There is no such file.");
      return 0;
    }
    Table table =
        new Table("id", "source", "name", "state", "size>", "rows>", "discovered", "what");
    for (JsonNode file : answer.path("files")) {
      String what = what(file);
      table.row(
          text(file, "id"),
          text(file, "blueprint") + "." + text(file, "source"),
          text(file, "name"),
          state(file),
          Text.bytes(file.path("size").asLong()),
          rows(file),
          text(file, "discovered_at"),
          terminal.isInteractive() ? Text.fit(what, 60) : what);
    }
    table.print(terminal);
    if (answer.hasNonNull("next")) {
      terminal.note("There are older ones; --after " + text(answer, "next") + " shows them.");
    }
    return 0;
  }

  /** How far it is, why it failed, or where its output is. */
  private static String what(JsonNode file) {
    JsonNode progress = file.path("progress");
    if (progress.isObject()) {
      long of = progress.path("of_rows").asLong();
      long rows = progress.path("rows").asLong();
      return of == 0
          ? Text.bytes(progress.path("bytes_read").asLong()) + " read"
          : String.format(Locale.ROOT, "%d %% of %s rows", 100 * rows / of, Text.count(of));
    }
    if (file.hasNonNull("reason")) {
      return text(file, "category") + ": " + text(file, "reason");
    }
    return file.hasNonNull("same_as")
        ? "the same as " + text(file, "same_as")
        : text(file, "destination");
  }

  private static String rows(JsonNode file) {
    JsonNode rows = file.path("rows");
    return rows.isObject() ? Text.count(rows.path("out").asLong()) : "";
  }

  private String state(JsonNode file) {
    String state = text(file, "state");
    return switch (state) {
      case "dead_lettered" -> leat.terminal().styled(Style.RED, state);
      case "failed" -> leat.terminal().styled(Style.YELLOW, state);
      case "published" -> leat.terminal().styled(Style.GREEN, state);
      default -> state;
    };
  }

  @Command(
      name = "show",
      description = "Show a file with its attempts.",
      footer = {"", "Example: leat files show 9f2c41d07ab35e68c1d2e3f405162738"})
  int show(
      @Mixin ConnectionOptions connection,
      @Parameters(paramLabel = "ID", description = "Its id, as 'list' shows it.") String id,
      @Option(names = "--manifest", description = "Show the manifest of its output instead.")
          boolean manifest,
      @Option(names = "--json", description = "Answer as JSON.") boolean json) {
    RequestPath path = new RequestPath(ROUTE).segment(id);
    JsonNode file = client(connection).get((manifest ? path.segment("manifest") : path).toString());
    Terminal terminal = leat.terminal();
    if (json || manifest) {
      terminal.line(json ? file.toString() : file.toPrettyString());
      return 0;
    }
    Table table = new Table("what", "value");
    table.row("file", text(file, "id"));
    table.row("source", text(file, "blueprint") + "." + text(file, "source"));
    table.row("state", state(file) + " since " + text(file, "since"));
    for (String name :
        List.of(
            "name",
            "location",
            "version",
            "size",
            "sha256",
            "discovered_at",
            "attempts",
            "next_attempt_at",
            "worker",
            "category",
            "code",
            "reason",
            "same_as",
            "destination",
            "parts",
            "output_bytes",
            "published_at",
            "dead_letter")) {
      if (file.hasNonNull(name)) {
        table.row(name.replace('_', ' '), text(file, name));
      }
    }
    members(table, file.path("rows"), "rows ");
    members(table, file.path("progress"), "progress ");
    table.print(terminal);
    attempts(file.path("history"));
    return 0;
  }

  private static void members(Table table, JsonNode object, String prefix) {
    object
        .properties()
        .forEach(
            member -> {
              if (!member.getValue().isNull()) {
                table.row(
                    prefix + member.getKey().replace('_', ' '),
                    Text.count(member.getValue().asLong()));
              }
            });
  }

  private void attempts(JsonNode attempts) {
    if (attempts.isEmpty()) {
      return;
    }
    Table table =
        new Table("attempt>", "started", "ended", "outcome", "from group>", "rows>", "took", "why");
    for (JsonNode one : attempts) {
      long took = 0;
      for (JsonNode millis : one.path("took_ms")) {
        took += millis.asLong();
      }
      table.row(
          text(one, "attempt"),
          text(one, "started_at"),
          text(one, "ended_at"),
          text(one, "outcome"),
          text(one, "from_row_group"),
          Text.count(one.path("rows_read").asLong()),
          took + " ms",
          text(one, "reason"));
    }
    leat.terminal().line();
    table.print(leat.terminal());
  }

  @Command(
      name = "sources",
      description = "List the sources of files, with what became of their files.",
      footer = {"", "Example: leat files sources"})
  int sources(
      @Mixin ConnectionOptions connection,
      @Option(names = "--json", description = "Answer as JSON.") boolean json) {
    JsonNode answer = client(connection).get("/v1/file-sources");
    Terminal terminal = leat.terminal();
    if (json) {
      terminal.line(answer.toString());
      return 0;
    }
    if (answer.path("sources").isEmpty()) {
      terminal.line("No blueprint declares 'files'.");
      return 0;
    }
    Table table =
        new Table("source", "from", "to", "waiting>", "published>", "failed>", "dead>", "answers");
    for (JsonNode source : answer.path("sources")) {
      JsonNode files = source.path("files");
      long waiting = 0;
      for (String state :
          List.of("discovered", "validating", "converting", "publishing", "loading")) {
        waiting += files.path(state).asLong();
      }
      table.row(
          text(source, "name"),
          text(source, "from"),
          text(source, "to"),
          Text.count(waiting),
          Text.count(files.path("published").asLong()),
          Text.count(files.path("failed").asLong()),
          Text.count(files.path("dead_lettered").asLong()),
          answers(source));
    }
    table.print(terminal);
    return 0;
  }

  private String answers(JsonNode source) {
    JsonNode away = source.path("not_answering");
    return away.isEmpty()
        ? "yes"
        : leat.terminal()
            .styled(
                Style.RED, "no: " + text(away.get(0), "side") + " " + text(away.get(0), "reason"));
  }

  @Command(
      name = "add",
      description = "Send files to a source that says 'from: {upload: true}'.",
      footer = {"", "Example: leat files add --source files.sent trips.parquet"})
  int add(
      @Mixin ConnectionOptions connection,
      @Option(
              names = "--source",
              required = true,
              paramLabel = "SOURCE",
              description = "The source, such as files.sent.")
          String source,
      @Parameters(arity = "1..*", paramLabel = "FILE", description = "The files.") List<Path> files)
      throws IOException {
    FileSender sender = new FileSender(client(connection), Pause.sleeping());
    for (Path file : files) {
      if (!Files.isRegularFile(file)) {
        throw new CommandFailure("there is no file " + file);
      }
      long size = Files.size(file);
      sender.send(source, file, sent -> {});
      leat.terminal()
          .line("Sent " + file.getFileName() + " (" + Text.bytes(size) + ") to " + source + ".");
    }
    return 0;
  }

  @Command(
      name = "retry",
      description = "Try files again that failed or are dead letters, as if for the first time.",
      footer = {"", "Example: leat files retry 9f2c41d07ab35e68c1d2e3f405162738"})
  int retry(
      @Mixin ConnectionOptions connection,
      @Parameters(
              arity = "1..*",
              paramLabel = "ID",
              description = "Their ids, as 'list' shows them.")
          List<String> ids,
      @Option(names = "--json", description = "Answer as JSON.") boolean json) {
    return act(connection, ids, "retry", "is tried again", json);
  }

  @Command(
      name = "forget",
      description = {
        "Want nothing more of files: the same content may come again, and counts as new then.",
        "What was published stays; the dead letter goes, and what was sent to Leat."
      },
      footer = {"", "Example: leat files forget 9f2c41d07ab35e68c1d2e3f405162738"})
  int forget(
      @Mixin ConnectionOptions connection,
      @Parameters(
              arity = "1..*",
              paramLabel = "ID",
              description = "Their ids, as 'list' shows them.")
          List<String> ids,
      @Option(names = "--json", description = "Answer as JSON.") boolean json) {
    return act(connection, ids, "forget", "is forgotten", json);
  }

  private int act(
      ConnectionOptions connection, List<String> ids, String action, String done, boolean json) {
    LeatClient client = client(connection);
    for (String id : ids) {
      JsonNode file =
          client.post(
              new RequestPath(ROUTE).segment(id).segment(action).toString(),
              LeatClient.JSON.createObjectNode());
      leat.terminal()
          .line(
              json
                  ? file.toString()
                  : "File " + text(file, "id") + " (" + text(file, "name") + ") " + done + ".");
    }
    return 0;
  }

  private LeatClient client(ConnectionOptions connection) {
    return connection.connect(leat.context().environment());
  }
}
