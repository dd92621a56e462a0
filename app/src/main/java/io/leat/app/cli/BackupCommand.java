package io.leat.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.app.backup.BackupStore;
import io.leat.app.backup.Backups;
import io.leat.app.backup.Manifest;
import io.leat.app.backup.Verification;
import io.leat.app.client.LeatClient;
import io.leat.app.platform.Restoration;
import io.leat.app.settings.Settings;
import io.leat.app.settings.SettingsLoader;
import io.leat.app.terminal.LiveLines;
import io.leat.app.terminal.Style;
import io.leat.app.terminal.Table;
import io.leat.app.terminal.Terminal;
import io.leat.app.terminal.Text;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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

/** {@code leat backup}: writes one, and looks after those that there are. */
@Command(
    name = "backup",
    description = {
      "Back up a running Leat, consistently: tables, state, what the jobs",
      "remember, and the end of the log. Only files that the place does not",
      "have yet are copied. 'leat restore' brings it up again."
    },
    commandListHeading = "%nCommands:%n",
    footer = {"", "Example: leat backup /mnt/backups/leat"})
final class BackupCommand implements Callable<Integer> {
  private static final long LOOK_MILLIS = 300;

  @Spec CommandSpec spec = CommandSpec.create();

  @Mixin ConnectionOptions connection = new ConnectionOptions();

  @Parameters(
      paramLabel = "PLACE",
      arity = "0..1",
      description = "A folder of the machine that Leat runs on, or s3://bucket/prefix.")
  @Nullable String place;

  @Option(names = "--json", description = "Answer as JSON.")
  boolean json;

  private final LeatCommand leat;

  BackupCommand(LeatCommand leat) {
    this.leat = leat;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (place == null) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "say where to: a folder or s3://bucket/prefix");
    }
    LeatClient client = connection.connect(leat.context().environment());
    JsonNode backup =
        client.post("/v1/backups", LeatClient.JSON.createObjectNode().put("target", at(place)));
    String begun = backup.path("begun_at").asText();
    try (LiveLines live = new LiveLines(leat.terminal())) {
      while (backup.path("state").asText().equals("running")) {
        live.draw(List.of(progress(backup)));
        Thread.sleep(LOOK_MILLIS);
        backup = client.get("/v1/backups").path("backups").path(0);
        if (!backup.path("begun_at").asText().equals(begun)) {
          throw new CommandFailure("Leat knows nothing of the backup any more; see its log");
        }
      }
    }
    if (json) {
      leat.terminal().line(backup.toString());
    } else if (backup.path("state").asText().equals("done")) {
      print(backup);
    }
    if (!backup.path("state").asText().equals("done")) {
      throw new CommandFailure("the backup failed: " + backup.path("failure").asText());
    }
    return 0;
  }

  private static String progress(JsonNode backup) {
    return Text.bytes(backup.path("new_bytes").asLong())
        + "  "
        + Text.printable(backup.path("step").asText());
  }

  /** Absolute, as Leat has another working directory. */
  static String at(String place) {
    return place.matches("[a-z0-9]+://.*")
        ? place
        : Path.of(place).toAbsolutePath().normalize().toString();
  }

  private void print(JsonNode backup) {
    Terminal terminal = leat.terminal();
    Table logs = new Table("topic", "partition>", "tables until>", "log until>", "records kept>");
    for (JsonNode log : backup.path("logs")) {
      for (JsonNode one : log.path("partitions")) {
        long first = one.path("tables_until").asLong();
        long next = one.path("log_until").asLong();
        logs.row(
            Text.printable(log.path("topic").asText()),
            one.path("partition").asText(),
            Text.count(first),
            Text.count(next),
            Text.count(next - first));
      }
    }
    logs.print(terminal);
    terminal.line(
        terminal.styled(Style.GREEN, "Backup")
            + " "
            + backup.path("id").asText()
            + " in "
            + Text.duration(Duration.ofMillis(backup.path("took_ms").asLong()))
            + ": "
            + Text.count(backup.path("rows").asLong())
            + " rows, all that was acknowledged before "
            + backup.path("log_until").asText());
    terminal.line(
        "Copied "
            + Text.plural(backup.path("new_files").asLong(), "file", "files")
            + " ("
            + Text.bytes(backup.path("new_bytes").asLong())
            + "), "
            + Text.plural(backup.path("reused_files").asLong(), "was", "were")
            + " there already ("
            + Text.bytes(backup.path("reused_bytes").asLong())
            + ")");
  }

  @Command(
      name = "list",
      description = "Show the backups that a place holds.",
      footer = {"", "Example: leat backup list /mnt/backups/leat"})
  int list(
      @Parameters(paramLabel = "PLACE", description = "A folder or s3://bucket/prefix.")
          String from,
      @Mixin ConfigOption config,
      @Option(names = "--json", description = "Answer as JSON.") boolean asJson) {
    try (BackupStore store = Restoration.store(at(from), config.settings())) {
      Backups.Listing all = new Backups(store, leat.context().clock()).list();
      if (asJson) {
        leat.terminal().line(json(all).toString());
        return 0;
      }
      Table table = new Table("backup", "log until", "files>", "size>", "rows>", "log records>");
      for (Manifest one : all.complete()) {
        table.row(
            one.id(),
            one.logUntil(),
            Text.count(one.files().size()),
            Text.bytes(one.bytes()),
            Text.count(rows(one)),
            Text.count(one.tail()));
      }
      if (table.isEmpty()) {
        leat.terminal().line("No complete backup at " + store.root() + ".");
      } else {
        table.print(leat.terminal());
      }
      all.incomplete()
          .forEach((id, begun) -> leat.terminal().note(id + " is incomplete, begun " + begun));
      all.damaged().forEach((id, problem) -> leat.terminal().note(id + " is damaged: " + problem));
      return all.damaged().isEmpty() ? 0 : 1;
    }
  }

  private static long rows(Manifest manifest) {
    return manifest.tables().stream().mapToLong(Manifest.LakeTable::rows).sum();
  }

  private static ObjectNode json(Backups.Listing all) {
    ObjectNode json = LeatClient.JSON.createObjectNode();
    ArrayNode complete = json.putArray("backups");
    for (Manifest one : all.complete()) {
      complete
          .addObject()
          .put("id", one.id())
          .put("log_until", one.logUntil())
          .put("files", one.files().size())
          .put("bytes", one.bytes())
          .put("rows", rows(one))
          .put("tail_records", one.tail());
    }
    all.incomplete().keySet().forEach(json.putArray("incomplete")::add);
    ObjectNode damaged = json.putObject("damaged");
    all.damaged().forEach(damaged::put);
    return json;
  }

  @Command(
      name = "verify",
      description = {
        "Read a whole backup: checksums, tables, rows, the ledger's sums, the log.",
        "Exit code 1 when anything is missing or damaged."
      },
      footer = {"", "Example: leat backup verify /mnt/backups/leat"})
  int verify(
      @Parameters(paramLabel = "PLACE", description = "A folder or s3://bucket/prefix.")
          String from,
      @Mixin ConfigOption config,
      @Option(names = "--backup", paramLabel = "ID", description = "Which (default: the newest).")
          @Nullable String id,
      @Option(names = "--json", description = "Answer as JSON.") boolean asJson) {
    try (BackupStore store = Restoration.store(at(from), config.settings());
        LiveLines live = new LiveLines(leat.terminal())) {
      Manifest manifest = new Backups(store, leat.context().clock()).find(id);
      Verification.Result result =
          Verification.of(store, manifest, step -> live.draw(List.of(step)));
      live.erase();
      if (asJson) {
        leat.terminal().line(json(result).toString());
      } else {
        result.problems().forEach(problem -> leat.terminal().error(problem));
        leat.terminal().line(sentence(result));
      }
      return result.problems().isEmpty() ? 0 : 1;
    }
  }

  private static ObjectNode json(Verification.Result result) {
    ObjectNode json =
        LeatClient.JSON
            .createObjectNode()
            .put("id", result.id())
            .put("whole", result.problems().isEmpty())
            .put("files", result.files())
            .put("bytes", result.bytes())
            .put("rows", result.rows())
            .put("tail_records", result.records());
    result.problems().forEach(json.putArray("problems")::add);
    return json;
  }

  private static String sentence(Verification.Result result) {
    String read =
        Text.plural(result.files(), "file", "files")
            + ", "
            + Text.bytes(result.bytes())
            + ", "
            + Text.plural(result.rows(), "row", "rows")
            + ", "
            + Text.plural(result.records(), "log record", "log records");
    return result.problems().isEmpty()
        ? "The backup " + result.id() + " is whole: " + read + "."
        : "The backup "
            + result.id()
            + " has "
            + Text.plural(result.problems().size(), "problem", "problems")
            + ".";
  }

  @Command(
      name = "prune",
      description = "Delete all but the newest backups, and the files that none of them needs.",
      footer = {"", "Example: leat backup prune /mnt/backups/leat --keep 7"})
  int prune(
      @Parameters(paramLabel = "PLACE", description = "A folder or s3://bucket/prefix.")
          String from,
      @Mixin ConfigOption config,
      @Option(
              names = "--keep",
              required = true,
              paramLabel = "N",
              description = "How many stay, at least 1.")
          int keep) {
    if (keep < 1) {
      throw new CommandFailure("--keep is " + keep + "; keep at least 1");
    }
    try (BackupStore store = Restoration.store(at(from), config.settings())) {
      Backups.Pruned pruned = new Backups(store, leat.context().clock()).prune(keep);
      leat.terminal()
          .line(
              "Deleted "
                  + Text.plural(pruned.backups().size(), "backup", "backups")
                  + " and "
                  + Text.plural(pruned.files(), "shared file", "shared files")
                  + " ("
                  + Text.bytes(pruned.bytes())
                  + ").");
      return 0;
    }
  }

  /** The settings, for those who reach S3 without a running Leat. */
  static final class ConfigOption {
    @Option(
        names = "--config",
        paramLabel = "FILE",
        description = "leat.yaml: its lake.s3 says how to reach S3.")
    @Nullable Path config;

    Settings settings() {
      if (config == null) {
        return new SettingsLoader().defaults(Path.of("").toAbsolutePath());
      }
      if (!Files.isRegularFile(config)) {
        throw new CommandFailure("there is no file " + config);
      }
      return new SettingsLoader().load(config);
    }
  }
}
