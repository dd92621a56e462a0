package io.leat.app.cli;

import io.leat.app.client.RunFile;
import io.leat.app.terminal.Style;
import io.leat.app.terminal.Table;
import io.leat.app.terminal.Terminal;
import io.leat.app.terminal.Text;
import io.leat.blueprint.BlueprintLoader;
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
    StartProgress progress = new StartProgress(terminal);
    PlatformLauncher.Running running;
    try (progress) {
      running = leat.context().launcher().start(blueprints, config, directory, overrides, progress);
    }
    Runtime.getRuntime().addShutdownHook(new Thread(() -> end(running), "leat-stop"));
    announce(running, blueprints, directory, progress.elapsed());
    new CountDownLatch(1).await(); // until a signal ends the process
    return 0;
  }

  /**
   * In the shutdown hook, after SIGINT or SIGTERM: stopping was what was wanted, so that the exit
   * code is not that of a signal.
   */
  private void end(PlatformLauncher.Running running) {
    int code = 0;
    try {
      close(running);
      FasterStarts.announce(leat.terminal());
    } catch (RuntimeException e) {
      leat.terminal().error("it did not stop cleanly: " + e.getMessage());
      code = 1;
    } finally {
      Runtime.getRuntime().halt(code);
    }
  }

  private void announce(
      PlatformLauncher.Running running, List<Path> blueprints, Path directory, Duration took) {
    Terminal terminal = leat.terminal();
    Table table = new Table("component", "address", "kind");
    for (PlatformLauncher.Component component : running.components()) {
      table.row(component.name(), component.address(), component.state());
    }
    table.print(terminal);
    String url = running.baseUri().toString();
    terminal.line(
        terminal.styled(Style.GREEN, "Up")
            + " in "
            + Text.duration(took)
            + " at "
            + terminal.styled(Style.TITLE, url));
    RunFile run = runFile(directory);
    terminal.line("Admin key  " + run.adminKeyFile());
    terminal.line("Log        " + directory.resolve("logs").resolve("leat.log"));
    terminal.line();
    terminal.line("Try, in another terminal:");
    boolean usual =
        directory.equals(
            ConnectionOptions.dataDirectory(null, leat.context().environment()).toAbsolutePath());
    new NextSteps(
            System.getProperty("leat.command", "leat"),
            running.baseUri(),
            directory,
            usual,
            run.certificate())
        .commands(
            new BlueprintLoader().loadAll(blueprints),
            run.adminKeyFile(),
            leat.context().clock().instant())
        .forEach(line -> terminal.line("  " + line));
    terminal.line();
    terminal.line("Ctrl-C stops the gateway, the jobs at a savepoint, and then the engines.");
  }

  private static RunFile runFile(Path directory) {
    try {
      return RunFile.read(directory);
    } catch (java.io.IOException e) {
      throw new CommandFailure(
          "the platform runs but left no readable " + RunFile.in(directory), e);
    }
  }

  private void close(PlatformLauncher.Running running) {
    leat.terminal().note("Stopping the gateway, the jobs at a savepoint, then the engines");
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
