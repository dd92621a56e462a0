package io.leat.app.cli;

import io.leat.app.platform.Restoration;
import io.leat.app.terminal.LiveLines;
import io.leat.app.terminal.Style;
import io.leat.app.terminal.Terminal;
import io.leat.app.terminal.Text;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code leat restore}. */
@Command(
    name = "restore",
    description = {
      "Bring a backup up in an empty data directory, to be started with",
      "'leat up'. The log begins a new epoch with the records that the tables",
      "do not have yet. One that ended early is repeated from the beginning."
    },
    footer = {"", "Example: leat restore /mnt/backups/leat --data /var/lib/leat"})
final class RestoreCommand implements Callable<Integer> {
  @Parameters(paramLabel = "PLACE", description = "Where the backups are.")
  String place = "";

  @Option(names = "--backup", paramLabel = "ID", description = "Which (default: the newest).")
  @Nullable String id;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "An empty or new data directory (default: LEAT_DATA, or ./data).")
  @Nullable Path data;

  @Mixin BackupCommand.ConfigOption config = new BackupCommand.ConfigOption();

  private final LeatCommand leat;

  RestoreCommand(LeatCommand leat) {
    this.leat = leat;
  }

  @Override
  public Integer call() {
    Path directory =
        ConnectionOptions.dataDirectory(data, leat.context().environment()).toAbsolutePath();
    LogFiles.in(directory);
    Restoration.Report report;
    try (LiveLines live = new LiveLines(leat.terminal())) {
      report =
          Restoration.restore(
              config.settings().withData(directory),
              BackupCommand.at(place),
              id,
              step -> live.draw(List.of(step)));
    }
    Terminal terminal = leat.terminal();
    terminal.line(
        terminal.styled(Style.GREEN, "Restored")
            + " the backup "
            + report.manifest().id()
            + " in "
            + Text.duration(report.took())
            + ": "
            + Text.plural(report.rows(), "row", "rows")
            + " in the tables, "
            + Text.plural(report.logged(), "record", "records")
            + " logged again");
    terminal.line("It has all that was acknowledged before " + report.manifest().logUntil());
    terminal.line("The administrator's key is a new one; clients keep theirs.");
    terminal.line();
    terminal.line("Start it, with the blueprints as they were:");
    StringBuilder up = new StringBuilder("  " + System.getProperty("leat.command", "leat") + " up");
    report.blueprints().forEach(folder -> up.append(' ').append(folder));
    terminal.line(up.append(" --data ").append(directory).toString());
    return 0;
  }
}
