package io.leat.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What to measure, and how much of it.
 *
 * @param events of one run
 * @param rounds measured runs of each scenario
 * @param warmUp runs of each before
 * @param only ids of the scenarios
 * @param dedupIds distinct ids that deduplication remembers before 03 begins
 * @param parallelism of each job
 * @param commitInterval from one commit to the next
 * @param flink Flink options that win over Leat's
 * @param connections of the load generator
 * @param batch events of a request
 * @param serverHeap heap of the server of 04 and 05, as -Xmx takes it
 * @param directory everything is written under it
 */
record Options(
    long events,
    int rounds,
    int warmUp,
    List<String> only,
    long dedupIds,
    int parallelism,
    Duration commitInterval,
    Map<String, String> flink,
    int connections,
    int batch,
    String serverHeap,
    Path directory) {
  static final Duration PATIENCE = Duration.ofMinutes(30);

  /** For what warms up by itself. */
  Options withoutWarmUp() {
    return new Options(
        events,
        rounds,
        0,
        only,
        dedupIds,
        parallelism,
        commitInterval,
        flink,
        connections,
        batch,
        serverHeap,
        directory);
  }

  Options {
    only = List.copyOf(only);
    flink = Map.copyOf(flink);
  }
}
