package io.leat.app.cli;

import io.leat.app.client.RunFile;
import io.leat.app.terminal.Style;
import io.leat.app.terminal.Table;
import io.leat.app.terminal.Terminal;
import io.leat.app.terminal.Text;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code leat up}. */
@Command(
    name = "up",
    description = {
      "Start everything for some blueprints and stay until Ctrl-C.",
      "Without DIR: all under blueprints/."
    },
    footer = {"", "Example: leat up blueprints/devices --data /var/lib/leat"})
final class UpCommand implements Callable<Integer> {
  @Parameters(paramLabel = "DIR", arity = "0..*", description = "Folders with a blueprint.yaml.")
  List<Path> folders = List.of();

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "leat.yaml: where the engines are (default: embedded ones).")
  @Nullable Path config;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "The data directory (default: LEAT_DATA, or ./data).")
  @Nullable Path data;

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "The HTTP port, stronger than leat.yaml; 0 takes a free one.")
  @Nullable Integer port;

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      description = "The address to listen on, stronger than leat.yaml.")
  @Nullable String host;

  private final LeatCommand leat;

  UpCommand(LeatCommand leat) {
    this.leat = leat;
  }

  @Override
  public Integer call() throws InterruptedException {
    Path directory =
        ConnectionOptions.dataDirectory(data, leat.context().environment()).toAbsolutePath();
    List<Path> blueprints = BlueprintFolders.of(folders, leat.context().home());
    if (config != null && !Files.isRegularFile(config)) {
      throw new CommandFailure("there is no file " + config);
    }
    Terminal terminal = leat.terminal();
    terminal.note("Starting " + names(blueprints) + " on " + directory);
    LogFiles.in(directory);
    Map<String, String> overrides = new LinkedHashMap<>();
    if (port != null) {
      overrides.put("http.port", port.toString());
    }
    if (host != null) {
      overrides.put("http.host", host);
    }
    long start = System.nanoTime();
    PlatformLauncher.Running running =
        leat.context().launcher().start(blueprints, config, directory, overrides);
    CountDownLatch stop = new CountDownLatch(1);
    CountDownLatch stopped = new CountDownLatch(1);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> end(stop, stopped), "leat-stop"));
    announce(running, directory, Duration.ofNanos(System.nanoTime() - start));
    try {
      stop.await();
      close(running);
    } finally {
      stopped.countDown();
    }
    return 0;
  }

  /** In the shutdown hook: the JVM ends when this returns. */
  private static void end(CountDownLatch stop, CountDownLatch stopped) {
    stop.countDown();
    try {
      stopped.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void announce(PlatformLauncher.Running running, Path directory, Duration took) {
    Terminal terminal = leat.terminal();
    Table table = new Table("component", "state", "address");
    for (PlatformLauncher.Component component : running.components()) {
      Style style = component.state().equals("running") ? Style.GREEN : Style.YELLOW;
      table.row(component.name(), terminal.styled(style, component.state()), component.address());
    }
    table.print(terminal);
    terminal.line(
        "Up in "
            + Text.duration(took)
            + " at "
            + terminal.styled(Style.TITLE, running.baseUri() + ""));
    terminal.line("Admin key: " + adminKeyFile(directory));
    terminal.line("Log: " + directory.resolve("logs").resolve("leat.log"));
    terminal.line("Stop with Ctrl-C.");
  }

  private static Path adminKeyFile(Path directory) {
    try {
      return RunFile.read(directory).adminKeyFile();
    } catch (java.io.IOException e) {
      throw new CommandFailure(
          "the platform runs but left no readable " + RunFile.in(directory), e);
    }
  }

  private void close(PlatformLauncher.Running running) {
    leat.terminal().note("Stopping: taking no more events, committing what was taken");
    long start = System.nanoTime();
    running.close();
    leat.terminal()
        .note("Stopped in " + Text.duration(Duration.ofNanos(System.nanoTime() - start)));
  }

  private static String names(List<Path> blueprints) {
    return String.join(
        ", ",
        blueprints.stream().map(b -> b.toAbsolutePath().normalize().getFileName() + "").toList());
  }
}
