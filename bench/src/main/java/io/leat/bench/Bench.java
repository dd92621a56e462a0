package io.leat.bench;

import io.leat.app.engine.Durability;
import io.leat.blueprint.Blueprint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures peers and Leat side by side, in one session. */
@Command(
    name = "bench/run",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Measures peers and Leat side by side and writes a report.",
    footer = {"", "Example: bench/run --events 200000 --rounds 1 --dedup-ids 200000 --only 01,02"})
final class Bench implements Callable<Integer> {
  private static final int SAMPLE = 10_000;
  private static final long BEGIN = System.nanoTime();

  /** Of 06, with an event a request: some seconds. */
  private static final long EVENTS_OF_A_CONNECTION = 1_000;

  @Option(
      names = "--events",
      defaultValue = "2000000",
      description = "Events of one run. Default: ${DEFAULT-VALUE}")
  private long events;

  @Option(
      names = "--rounds",
      defaultValue = "3",
      description =
          "Measured runs of each scenario, after those to warm up. Default: ${DEFAULT-VALUE}")
  private int rounds;

  @Option(
      names = "--warm-up",
      defaultValue = "4",
      description = "Runs before; the compiler is busy for four. Default: ${DEFAULT-VALUE}")
  private int warmUp;

  @Option(
      names = "--only",
      split = ",",
      defaultValue = "01,02,03,04,05,06,07,08,09,10,11",
      description = "Scenarios to measure. Default: ${DEFAULT-VALUE}")
  private List<String> only = List.of();

  @Option(
      names = "--dedup-ids",
      defaultValue = "20000000",
      description = "Distinct ids that 03 remembers beforehand. Default: ${DEFAULT-VALUE}")
  private long dedupIds;

  @Option(
      names = "--parallelism",
      defaultValue = "1",
      description = "Of the jobs of 01, 02 and 03. Default: ${DEFAULT-VALUE}")
  private int parallelism;

  @Option(
      names = "--commit-millis",
      defaultValue = "5000",
      description = "From one commit to the next. Default: ${DEFAULT-VALUE}")
  private long commitMillis;

  @Option(names = "--flink", description = "A Flink option for 01 to 03: --flink key=value.")
  private Map<String, String> flink = new TreeMap<>();

  @Option(
      names = "--connections",
      defaultValue = "8",
      description = "Of the load generator of 04, 05 and 06. Default: ${DEFAULT-VALUE}")
  private int connections;

  @Option(
      names = "--batch",
      defaultValue = "500",
      description = "Events of a request. Default: ${DEFAULT-VALUE}")
  private int batch;

  @Option(
      names = "--server-heap",
      defaultValue = "640m",
      description = "Heap of the server of 04 to 06. Default: ${DEFAULT-VALUE}")
  private String serverHeap = "";

  @Option(names = "--out", description = "Also write the report to this file.")
  private @Nullable Path out;

  @Option(
      names = "--dir",
      description = "Work under this directory, which must have room. Default: a temporary one.")
  private @Nullable Path directory;

  @Option(
      names = "--keep",
      description =
          "Leave what was written under --dir, as bench/cold and bench/spark/run need it.")
  private boolean keep;

  private String command = "";

  public static void main(String[] arguments) {
    Bench bench = new Bench();
    bench.command = ("bench/run " + String.join(" ", arguments)).strip();
    System.exit(
        new CommandLine(bench).setCaseInsensitiveEnumValuesAllowed(true).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    Path work =
        directory == null
            ? Files.createTempDirectory("leat-bench")
            : keep ? directory : directory.resolve("bench-" + ProcessHandle.current().pid());
    Files.createDirectories(work);
    Options options =
        new Options(
            events,
            rounds,
            warmUp,
            only,
            dedupIds,
            parallelism,
            Duration.ofMillis(commitMillis),
            flink,
            connections,
            batch,
            serverHeap,
            work);
    try {
      List<Series> all = new ArrayList<>(measureJobs(options));
      all.addAll(measureServers(options));
      all.addAll(measureDetection(options));
      all.addAll(measureFiles(options));
      String report = new Report(options, command, all, meanBytes()).markdown();
      System.out.println(report);
      if (out != null) {
        Files.writeString(out, report);
      }
      return 0;
    } finally {
      if (!keep) {
        deleteTree(work);
      }
    }
  }

  private List<Series> measureJobs(Options options) throws Exception {
    if (options.only().stream().noneMatch(List.of("01", "02", "03")::contains)) {
      return List.of();
    }
    try (BenchEngines engines = BenchEngines.start(options.directory().resolve("jobs"), options)) {
      Blueprint blueprint =
          BenchBlueprint.write(options.directory().resolve("blueprints"), "bench");
      String topic = blueprint.topic(BenchBlueprint.stream(blueprint));
      List<Scenario> scenarios = new ArrayList<>();
      if (options.only().contains("01")) {
        scenarios.add(new FlinkSqlScenario(engines, options, topic));
      }
      if (options.only().contains("02")) {
        scenarios.add(new SingleTableScenario(engines, options, blueprint));
      }
      if (!scenarios.isEmpty()) {
        fill(engines, options, blueprint);
      }
      if (options.only().contains("03")) {
        scenarios.add(new FullScenario(engines, options));
      }
      return measure(scenarios, options);
    }
  }

  private static void fill(BenchEngines engines, Options options, Blueprint blueprint) {
    engines.createTopics(BenchBlueprint.topics(blueprint));
    Instant now = Instant.now();
    EventGenerator generator = new EventGenerator(1, now.minusSeconds(options.events() / 1_000));
    new TopicWriter(engines.kafka())
        .write(
            blueprint.topic(BenchBlueprint.stream(blueprint)),
            options.events(),
            generator::next,
            index -> now.toEpochMilli() * 1_000L + index);
    say(options.events() + " events are in the topic");
  }

  private static List<Series> measureServers(Options options) throws Exception {
    List<Series> all = new ArrayList<>();
    if (options.only().contains("04")) {
      all.addAll(measure(List.of(HttpScenario.whole(options)), options));
    }
    if (options.only().contains("05")) {
      all.addAll(measure(List.of(HttpScenario.gateway(options)), options));
    }
    if (options.only().contains("06")) {
      for (HttpScenario.Load load : durabilityLoads(options)) {
        all.addAll(
            measure(
                List.of(
                    HttpScenario.durable(options, Durability.PROCESS, load),
                    HttpScenario.durable(options, Durability.DISK, load)),
                options));
      }
    }
    return all;
  }

  private static List<Series> measureDetection(Options options) throws Exception {
    List<Series> all = new ArrayList<>();
    if (options.only().contains("07")) {
      List<Scenario> both = new ArrayList<>();
      for (RoutingScenario.Kind kind : RoutingScenario.Kind.values()) {
        both.addAll(RoutingScenario.pair(options, kind));
      }
      all.addAll(measure(both, options));
    }
    if (options.only().contains("08")) {
      List<Scenario> sizes = new ArrayList<>();
      LongStream.of(10_000, 100_000, 1_000_000)
          .map(devices -> Math.min(devices, options.events()))
          .distinct()
          .forEach(devices -> sizes.add(new SilenceScenario(options, devices)));
      all.addAll(measure(sizes, options.withoutWarmUp()));
    }
    if (options.only().contains("09")) {
      all.addAll(
          measureAlerting(
              options,
              BenchBlueprint.WITH_DETECTORS,
              AlertingLoad.Kind.THRESHOLD,
              AlertingLoad.Kind.CHANGE,
              AlertingLoad.Kind.RATE));
    }
    if (options.only().contains("11")) {
      all.addAll(measureAlerting(options, BenchBlueprint.WITH_SILENCE, AlertingLoad.Kind.SILENCE));
    }
    return all;
  }

  private static List<Series> measureAlerting(
      Options options, String detectors, AlertingLoad.Kind... kinds) throws Exception {
    Options own = options.withoutWarmUp();
    try (AlertingServer server = new AlertingServer(own, detectors)) {
      List<Scenario> all = new ArrayList<>();
      for (AlertingLoad.Kind kind : kinds) {
        all.add(new LatencyScenario(own, kind, server));
      }
      return measure(all, own);
    }
  }

  private static List<Series> measureFiles(Options options) throws Exception {
    if (!options.only().contains("10")) {
      return List.of();
    }
    List<Series> all = new ArrayList<>();
    for (ParquetShapes shape : ParquetShapes.values()) {
      List<Scenario> peers = new ArrayList<>();
      for (FilesScenario.Kind kind : FilesScenario.Kind.values()) {
        if (kind != FilesScenario.Kind.DISK || shape == ParquetShapes.TAXI) {
          peers.add(new FilesScenario(options, shape, kind, false));
        }
      }
      if (shape == ParquetShapes.TAXI) {
        peers.add(new FilesScenario(options, shape, FilesScenario.Kind.DUCKDB, true));
        peers.add(new FilesScenario(options, shape, FilesScenario.Kind.OURS, true));
      }
      all.addAll(measure(peers, options));
    }
    return all;
  }

  /** Single events show what a client waits for, batches what goes through. */
  private static List<HttpScenario.Load> durabilityLoads(Options options) {
    List<HttpScenario.Load> loads = new ArrayList<>();
    for (int connections : List.of(1, 16, 64)) {
      long events = Math.min(options.events(), EVENTS_OF_A_CONNECTION * connections);
      loads.add(new HttpScenario.Load(connections, 1, events));
    }
    loads.add(new HttpScenario.Load(options.connections(), options.batch(), options.events()));
    return loads;
  }

  /** All in turn, round after round; the first ones warm up. */
  private static List<Series> measure(List<Scenario> scenarios, Options options) throws Exception {
    List<Series> all = scenarios.stream().map(Series::new).toList();
    try {
      for (Scenario scenario : scenarios) {
        say("preparing " + scenario.id() + " " + scenario.title());
        scenario.prepare();
      }
      for (int round = 1 - options.warmUp(); round <= options.rounds(); round++) {
        for (Series series : all) {
          System.gc();
          Measurement run = series.scenario().measure("r" + (round + options.warmUp()));
          say(
              series.scenario().id()
                  + (round < 1 ? " warm-up: " : " round " + round + ": ")
                  + Report.line(run));
          if (round > 0) {
            series.add(run);
          }
        }
      }
    } finally {
      for (Scenario scenario : scenarios) {
        scenario.close();
      }
    }
    return all;
  }

  private static int meanBytes() {
    EventGenerator sample = new EventGenerator(1, Instant.now());
    long bytes = 0;
    for (int i = 0; i < SAMPLE; i++) {
      bytes += sample.next().json().length;
    }
    return (int) (bytes / SAMPLE);
  }

  /** With the minutes and seconds since the beginning in front. */
  private static void say(String line) {
    long seconds = Duration.ofNanos(System.nanoTime() - BEGIN).toSeconds();
    System.err.printf(Locale.ROOT, "%d:%02d %s%n", seconds / 60, seconds % 60, line);
  }

  private static void deleteTree(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      files
          .sorted(Comparator.reverseOrder())
          .forEach(
              file -> {
                try {
                  Files.deleteIfExists(file);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    }
  }
}
