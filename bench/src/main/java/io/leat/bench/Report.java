package io.leat.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import org.apache.flink.runtime.util.EnvironmentInformation;
import org.apache.iceberg.IcebergBuild;
import org.apache.kafka.common.utils.AppInfoParser;
import org.jspecify.annotations.Nullable;

/** What was measured, where, and with what. */
final class Report {
  private final Options options;
  private final String command;
  private final List<Series> all;
  private final int eventBytes;

  /**
   * @param command that made it
   * @param eventBytes mean size of an event's JSON
   */
  Report(Options options, String command, List<Series> all, int eventBytes) {
    this.options = options;
    this.command = command;
    this.all = List.copyOf(all);
    this.eventBytes = eventBytes;
  }

  /** The least that a scenario must reach, in the figure's unit. */
  private record Limit(String id, String words, ToDoubleFunction<Series> figure, double bound) {
    boolean holds(Series series) {
      double value = figure.applyAsDouble(series);
      return bound < 0 ? value >= -bound : value <= bound;
    }
  }

  private static final List<Limit> LIMITS =
      List.of(
          new Limit("02", "at most 4 CPU-s per million events", Report::cpu, 4),
          new Limit("03", "at most 10 CPU-s per million events", Report::cpu, 10),
          new Limit("04", "at least 30,000 events/s", Report::rate, -30_000),
          new Limit("09", "p50 below 100 ms for each kind", Report::p50, 100),
          new Limit("09", "p99 below 300 ms for each kind", Report::p99, 300));

  /** Of what is held against each other: noise of the measurement. */
  private static final double AS_QUICK = 1.05;

  private static final int BAR = 40;

  private static double p50(Series series) {
    return Objects.requireNonNull(series.latency(Measurement.Latency::p50)).median();
  }

  private static double p99(Series series) {
    return Objects.requireNonNull(series.latency(Measurement.Latency::p99)).median();
  }

  private static double cpu(Series series) {
    return series.spread(Measurement::cpuSecondsPerMillion).median();
  }

  private static double rate(Series series) {
    return series.spread(Measurement::eventsPerSecond).median();
  }

  String markdown() throws IOException {
    List<String> lines = new ArrayList<>();
    lines.add("# Benchmark");
    lines.add("");
    lines.add(
        "Made by `" + command + "` at " + Instant.now().truncatedTo(ChronoUnit.SECONDS) + ".");
    lines.add("");
    setting(lines);
    lines.add("");
    figures(lines);
    lines.add("");
    limits(lines);
    lines.add("");
    runs(lines);
    lines.add("");
    method(lines);
    lines.add("");
    return String.join("\n", lines);
  }

  private void setting(List<String> lines) throws IOException {
    lines.add("| | |");
    lines.add("|---|---|");
    row(lines, "Machine", machine());
    row(
        lines,
        "Java",
        System.getProperty("java.vm.name")
            + " "
            + System.getProperty("java.runtime.version")
            + ", "
            + String.join(" ", ManagementFactory.getRuntimeMXBean().getInputArguments()));
    row(
        lines,
        "Engines",
        "Flink "
            + EnvironmentInformation.getVersion()
            + ", Iceberg "
            + IcebergBuild.version()
            + ", Kafka "
            + AppInfoParser.getVersion());
    row(
        lines,
        "Data",
        String.format(
            Locale.ROOT,
            "%,d JSON events a run, 12 properties, %d bytes on average, seeded, 4 partitions",
            options.events(),
            eventBytes));
    row(
        lines,
        "Jobs",
        "parallelism "
            + options.parallelism()
            + ", commits each "
            + options.commitInterval().toMillis()
            + " ms, zstd"
            + (options.flink().isEmpty() ? "" : ", " + options.flink()));
    row(lines, "Rounds", options.rounds() + " after " + options.warmUp() + " to warm up, in turn");
  }

  private static void row(List<String> lines, String name, String value) {
    lines.add("| " + name + " | " + value + " |");
  }

  private void figures(List<String> lines) {
    lines.add(
        "| | scenario | events/s, median | min - max | CPU-s per million, median | min - max |"
            + " answer p50 | p99 |");
    lines.add("|---|---|---:|---:|---:|---:|---:|---:|");
    for (Series series : all) {
      Series.Spread rate = series.spread(Measurement::eventsPerSecond);
      Series.Spread cpu = series.spread(Measurement::cpuSecondsPerMillion);
      lines.add(
          String.format(
              Locale.ROOT,
              "| %s | %s | %,.0f | %,.0f - %,.0f | %.2f | %.2f - %.2f | %s | %s |",
              series.scenario().id(),
              series.scenario().title(),
              rate.median(),
              rate.min(),
              rate.max(),
              cpu.median(),
              cpu.min(),
              cpu.max(),
              millis(series.latency(Measurement.Latency::p50)),
              millis(series.latency(Measurement.Latency::p99))));
    }
  }

  private static String millis(Series.@Nullable Spread of) {
    return of == null ? "" : String.format(Locale.ROOT, "%.1f ms", of.median());
  }

  private void limits(List<String> lines) {
    lines.add("## To be reached");
    lines.add("");
    for (Limit limit : LIMITS) {
      List<Series> of =
          all.stream().filter(series -> series.scenario().id().equals(limit.id())).toList();
      String reached =
          of.isEmpty() ? "not measured" : of.stream().allMatch(limit::holds) ? "reached" : "MISSED";
      lines.add("- " + limit.id() + ", " + limit.words() + ": **" + reached + "**");
    }
    routes(lines);
    plot(lines);
  }

  /** Both ways of a kind have been measured in turn, the library first. */
  private void routes(List<String> lines) {
    Series bare = null;
    for (Series series : all) {
      if (!(series.scenario() instanceof RoutingScenario routing)) {
        continue;
      }
      if (routing.isOurs() && bare != null) {
        double ratio = series.times(bare, Measurement::cpuSecondsPerMillion).median();
        lines.add(
            String.format(
                Locale.ROOT,
                "- 07, routing by %s no slower than the library: **%s**, %.2f of its processor"
                    + " time",
                routing.pair(),
                ratio <= AS_QUICK ? "reached" : "MISSED",
                ratio));
      }
      bare = routing.isOurs() ? null : series;
    }
  }

  /** What an event costs by the number of devices. */
  private void plot(List<String> lines) {
    List<Series> sizes =
        all.stream().filter(series -> series.scenario() instanceof SilenceScenario).toList();
    if (sizes.isEmpty()) {
      return;
    }
    double most = sizes.stream().mapToDouble(Report::cpu).max().orElse(1);
    lines.add("");
    lines.add("Processor time of an event in the detect job, by the number of devices (08):");
    lines.add("");
    lines.add("```text");
    for (Series series : sizes) {
      lines.add(
          String.format(
              Locale.ROOT,
              "%9s %-" + BAR + "s %,.0f ns",
              ((SilenceScenario) series.scenario()).devices(),
              "#".repeat((int) Math.ceil(BAR * cpu(series) / most)),
              cpu(series) * 1_000));
    }
    lines.add("```");
  }

  private void runs(List<String> lines) {
    lines.add("## Runs");
    lines.add("");
    for (Series series : all) {
      lines.add("- " + series.scenario().id() + " " + series.scenario().title());
      for (Measurement run : series.runs()) {
        lines.add("  - " + line(run));
      }
    }
  }

  /** A run in a line. */
  static String line(Measurement run) {
    return String.format(
        Locale.ROOT,
        "%,d events in %.2f s: %,.0f/s, %.2f CPU-s per million%s",
        run.events(),
        run.wall().toNanos() / 1e9,
        run.eventsPerSecond(),
        run.cpuSecondsPerMillion(),
        answers(run.latency()) + (run.note().isEmpty() ? "" : "; " + run.note()));
  }

  private static String answers(Measurement.@Nullable Latency of) {
    return of == null
        ? ""
        : String.format(Locale.ROOT, "; answers p50 %.1f ms, p99 %.1f ms", of.p50(), of.p99());
  }

  private void method(List<String> lines) {
    lines.add("## What the figures mean");
    lines.add("");
    lines.add(
        "- 01 and 02 drain a topic into a new table: from submitting the job to its last commit,"
            + " its start-up included. Broker and job share the process, whose processor time is"
            + " counted.");
    lines.add(
        "- 03 continues from a savepoint. The clock starts when all tasks have restored their state"
            + " and stops at the commit with the last event, so up to one commit interval is"
            + " waiting. What looking for that commit takes is not counted.");
    lines.add(
        "- 04 and 05 are a server process with "
            + options.serverHeap()
            + " of heap and a load generator in another, on the same cores: "
            + options.connections()
            + " connections, NDJSON batches of "
            + options.batch()
            + ", `?results=rejected`. Processor time is the server process's, less what it takes"
            + " idle. 04 stops when the processed table holds all events, 05 when all are"
            + " acknowledged.");
    lines.add(
        "- 06 is 05 with each durability in turn, under several loads. With `process` the answer"
            + " comes when the operating system has the events, with `disk` when the device has"
            + " them.");
    lines.add(
        "- 07 asks which of 1,000 rules an alert matches, as parsed JSON, of which one does: the"
            + " pattern library by itself and what the product routes by, in one thread, fifty turns"
            + " each in every round, with their rules in memory five times, since where they happen"
            + " to lie matters by 4 %. Held against each other is the processor time of the same"
            + " round.");
    lines.add(
        "- 08 is the detect job with one silence detector in a process of its own with "
            + SilenceScenario.HEAP
            + " of heap: parsing, rules, deduplication, clock and checkpoints as often as the"
            + " commits of the others are part of it. Each device sends once in half a minute of"
            + " the job's time. The clock starts when all devices are known and the compiler is"
            + " done.");
    lines.add(
        "- 09 is the whole platform in one process, after more than two minutes of the same loads. An"
            + " incident's time is from before its event's request is sent until another connection"
            + " to PostgreSQL, which looks every 10 ms, reads it. 11 is the same of devices that send"
            + " once, of ten thousand that send every other second, from when they have been silent"
            + " for 5 s; gateways say each second that they accept, so half a second of it is theirs.");
    lines.add(
        "- 10 converts seeded Parquet files (snappy, dictionaries on, written by parquet-java, the"
            + " taxi file in one row group) to files of NDJSON in one process, whose processor time"
            + " is counted. DuckDB reads a row group with one thread, so the taxi file is also"
            + " measured as DuckDB writes it. Rows stand for events.");
    lines.add("- A run counts only if its tables hold exactly the events that went in.");
  }

  private static String machine() throws IOException {
    String cpu = "unknown processor";
    Path info = Path.of("/proc/cpuinfo");
    if (Files.isReadable(info)) {
      cpu =
          Files.readAllLines(info).stream()
              .filter(line -> line.startsWith("model name"))
              .map(line -> line.substring(line.indexOf(':') + 1).strip())
              .findFirst()
              .orElse(cpu);
    }
    long bytes =
        ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
            .getTotalMemorySize();
    return Runtime.getRuntime().availableProcessors()
        + " cores ("
        + cpu
        + "), "
        + (bytes >> 30)
        + " GiB of memory, "
        + System.getProperty("os.name")
        + " "
        + System.getProperty("os.version");
  }
}
