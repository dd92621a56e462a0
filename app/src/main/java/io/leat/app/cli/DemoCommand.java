package io.leat.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.leat.app.client.LeatClient;
import io.leat.app.demo.Demo;
import io.leat.app.demo.DemoReport;
import io.leat.app.demo.Freshness;
import io.leat.app.demo.TicketDesk;
import io.leat.app.terminal.Terminal;
import io.leat.app.terminal.Text;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code leat demo}. */
@Command(
    name = "demo",
    description = {
      "Start a blueprint, feed it its sample, and compare what arrived with what was sent.",
      "Ends with a summary; the exit code is 1 if a single number differs."
    },
    footer = {"", "Example: leat demo devices --for 60s --rate 5000"})
final class DemoCommand implements Callable<Integer> {
  private static final Duration STANDSTILL = Duration.ofSeconds(45);
  private static final Duration REVOKE_WITHIN = Duration.ofSeconds(10);

  @Parameters(paramLabel = "NAME", description = "The blueprint: devices.")
  String name = "";

  @Option(
      names = "--for",
      paramLabel = "TIME",
      defaultValue = "30s",
      converter = DurationConverter.class,
      description = "How long to feed it (default: 30s).")
  Duration length = Duration.ofSeconds(30);

  @Option(
      names = "--rate",
      paramLabel = "N",
      description = "Events a second in all (default: so that the sample's series are complete).")
  @Nullable Integer rate;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "42",
      description = "Decides what the fleet does (default: 42).")
  long seed = 42;

  @Option(
      names = "--devices",
      paramLabel = "N",
      defaultValue = "500",
      description = "Machines in the fleet (default: 500).")
  int devices = 500;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "The data directory (default: a temporary one, removed at the end).")
  @Nullable Path data;

  @Option(
      names = "--url",
      paramLabel = "URL",
      description = "Feed the Leat that runs there instead of starting one (admin key: LEAT_KEY).")
  @Nullable URI url;

  @Option(
      names = "--no-incidents",
      description = {
        "Let no machine get into trouble. Otherwise some do, and become",
        "tickets in a twin of ServiceNow that the demo starts (not with --url)."
      })
  boolean noIncidents;

  @Option(names = "--json", description = "Print the summary as JSON.")
  boolean json;

  private final LeatCommand leat;
  private final AtomicBoolean interrupted = new AtomicBoolean();

  DemoCommand(LeatCommand leat) {
    this.leat = leat;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Context context = leat.context();
    Path blueprint = BlueprintFolders.named(name, context.home());
    if (!Files.isRegularFile(blueprint.resolve("samples").resolve("samples.yaml"))) {
      throw new CommandFailure("the blueprint '" + name + "' has no sample to feed it with");
    }
    if (length.compareTo(Duration.ofSeconds(1)) < 0 || devices < 1 || (rate != null && rate < 10)) {
      throw new CommandFailure(
          "--for must be at least 1s, --devices at least 1 and --rate at least 10");
    }
    if (url != null) {
      return feedElsewhere(url, blueprint);
    }
    Path directory = data != null ? data.toAbsolutePath() : Files.createTempDirectory("leat-demo-");
    boolean kept = data != null;
    try {
      LogFiles.in(directory);
      leat.terminal().note("Starting " + name + " on " + directory);
      TicketDesk desk =
          noIncidents ? null : TicketDesk.open(blueprint, directory, devices, context.clock());
      int code = run(blueprint, directory, desk);
      if (code == 0 && !kept) {
        delete(directory);
        kept = true;
      }
      return code;
    } finally {
      if (!kept && !interrupted.get()) {
        leat.terminal().note("What it left, with its log, is kept in " + directory);
      }
    }
  }

  private int run(Path blueprint, Path directory, @Nullable TicketDesk desk)
      throws IOException, InterruptedException {
    Terminal terminal = leat.terminal();
    Path started = desk == null ? blueprint : desk.blueprint();
    // Commits each second: the demo is watched.
    Map<String, String> settings = new java.util.HashMap<>(Map.of("flink.commit-interval", "PT1S"));
    if (data == null) {
      settings.put("http.port", "0");
    }
    StartProgress progress = new StartProgress(terminal);
    PlatformLauncher.Running running;
    try (progress) {
      running =
          leat.context().launcher().start(List.of(started), null, directory, settings, progress);
    } catch (RuntimeException e) {
      closeDesk(desk);
      throw e;
    }
    terminal.note("Up in " + Text.duration(progress.elapsed()) + " at " + running.baseUri());
    return feed(
        new LeatClient(running.baseUri(), running.adminKey()),
        running::freshness,
        blueprint,
        desk,
        () -> stop(running, desk, directory));
  }

  private static void closeDesk(@Nullable TicketDesk desk) {
    if (desk != null) {
      desk.close();
    }
  }

  private void stop(PlatformLauncher.Running running, @Nullable TicketDesk desk, Path directory) {
    long stopping = System.nanoTime();
    running.close();
    closeDesk(desk);
    leat.terminal().note("Stopped in " + since(stopping));
    if (interrupted.get() && data == null) {
      delete(directory);
    }
  }

  /** Feeds a Leat that runs already. */
  private int feedElsewhere(URI target, Path blueprint) throws IOException, InterruptedException {
    ConnectionOptions connection = new ConnectionOptions();
    connection.url = target;
    connection.data = data;
    LeatClient client = connection.connect(leat.context().environment());
    return feed(client, () -> reportedFreshness(client), blueprint, null, () -> {});
  }

  /**
   * Feeds, compares and reports.
   *
   * @param desk takes the tickets, if there are to be any
   * @param stop called once behind that, or at Ctrl-C
   */
  private int feed(
      LeatClient client,
      Supplier<Freshness> freshness,
      Path blueprint,
      @Nullable TicketDesk desk,
      Runnable stop)
      throws IOException, InterruptedException {
    Terminal terminal = leat.terminal();
    Demo.Settings settings =
        new Demo.Settings(name, blueprint, length, rate == null ? 0 : rate, seed, devices, desk);
    Demo demo =
        new Demo(client, freshness, settings, leat.context().clock(), terminal, json, STANDSTILL);
    AtomicBoolean ended = new AtomicBoolean();
    Thread hook = new Thread(() -> interrupted(ended, demo, stop), "leat-demo-stop");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      DemoReport report = demo.run();
      if (json) {
        terminal.line(report.json().toString());
      } else {
        report.print(terminal);
      }
      return report.isOk() ? 0 : 1;
    } catch (IOException | RuntimeException e) {
      if (interrupted.get()) {
        return 1; // What failed was stopped on purpose, and said so.
      }
      throw e;
    } finally {
      if (ended.compareAndSet(false, true)) {
        revoke(demo);
        stop.run();
        Runtime.getRuntime().removeShutdownHook(hook);
      }
    }
  }

  /** Ctrl-C. */
  private void interrupted(AtomicBoolean ended, Demo demo, Runnable stop) {
    if (ended.compareAndSet(false, true)) {
      interrupted.set(true);
      leat.terminal().note("Interrupted; stopping");
      revoke(demo);
      stop.run();
    }
  }

  /** Ctrl-C reaches PostgreSQL too: until it is back, the client cannot be revoked. */
  private void revoke(Demo demo) {
    long until = System.nanoTime() + REVOKE_WITHIN.toNanos();
    while (true) {
      try {
        demo.close();
        return;
      } catch (RuntimeException e) {
        if (System.nanoTime() > until || !paused()) {
          notRevoked(e);
          return;
        }
      }
    }
  }

  private static boolean paused() {
    try {
      Thread.sleep(200);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void notRevoked(RuntimeException e) {
    leat.terminal()
        .note(
            "The demo's client could not be revoked ("
                + e.getMessage()
                + "); it expires within a day");
  }

  /** The least fresh stream's. */
  private Freshness reportedFreshness(LeatClient client) {
    long p50 = 0;
    long p99 = 0;
    for (JsonNode stream : client.get("/v1/status").path("streams")) {
      if (name.equals(stream.path("blueprint").asText())) {
        p50 = Math.max(p50, stream.path("freshness_ms").path("p50").asLong());
        p99 = Math.max(p99, stream.path("freshness_ms").path("p99").asLong());
      }
    }
    return new Freshness(p50, p99);
  }

  private static String since(long nanos) {
    return Text.duration(Duration.ofNanos(System.nanoTime() - nanos));
  }

  private void delete(Path directory) {
    try {
      Files.walkFileTree(
          directory,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Files.delete(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path dir, @Nullable IOException e)
                throws IOException {
              Files.delete(dir);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      leat.terminal().note("The temporary directory " + directory + " could not be removed: " + e);
    }
  }
}
