package io.leat.app.platform;

import io.leat.event.Names;
import io.leat.lake.Appends;
import io.leat.lake.EventTables;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.random.RandomGenerator;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.Record;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures freshness: from an event's acceptance by the gateway to the commit of its row in the
 * processed table. Looks at each new snapshot's rows on a thread of its own.
 */
final class FreshnessMonitor implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(FreshnessMonitor.class);
  private static final Duration EVERY = Duration.ofSeconds(1);

  private static final double[] QUANTILES = {0.5, 0.99};

  private final Catalog catalog;
  private final MeterRegistry registry;
  private final RandomGenerator random;
  private final Map<String, Followed> tables = new ConcurrentSkipListMap<>();
  private final Thread thread;
  private volatile boolean closed;

  /** Percentiles in milliseconds; 0 when nothing was measured. */
  record Percentiles(long p50, long p99) {}

  FreshnessMonitor(Catalog catalog, MeterRegistry registry, RandomGenerator random) {
    this.catalog = catalog;
    this.registry = registry;
    this.random = random;
    this.thread = new Thread(this::run, "leat-freshness");
    this.thread.setDaemon(true);
  }

  /**
   * Follows these streams and no others from now on; what is known of those that stay, stays.
   *
   * @param streams by blueprint
   */
  synchronized void follow(Map<String, List<String>> streams) {
    Set<String> wanted = new HashSet<>();
    streams.forEach(
        (blueprint, names) ->
            names.forEach(
                stream -> {
                  String name = Names.topic(blueprint, stream);
                  wanted.add(name);
                  tables.computeIfAbsent(
                      name,
                      any ->
                          followed(
                              name,
                              TableIdentifier.of(Names.processedNamespace(blueprint), stream)));
                }));
    tables.forEach(
        (name, followed) -> {
          if (!wanted.contains(name)) {
            tables.remove(name);
            followed.gauges.forEach(registry::remove);
          }
        });
  }

  private Followed followed(String name, TableIdentifier table) {
    Reservoir sample = new Reservoir(random);
    List<Gauge> gauges = new ArrayList<>();
    for (double quantile : QUANTILES) {
      gauges.add(
          Gauge.builder("leat_freshness_seconds", sample, s -> s.quantile(quantile) / 1e3)
              .tag("stream", name)
              .tag("quantile", String.valueOf(quantile))
              .description("From acceptance to the committed row, of recent events")
              .strongReference(true)
              .register(registry));
    }
    return new Followed(table, sample, gauges);
  }

  void start() {
    thread.start();
  }

  /** Of one stream's recent events. */
  Percentiles of(String stream) {
    Followed followed = tables.get(stream);
    return followed == null
        ? new Percentiles(0, 0)
        : new Percentiles(followed.sample.quantile(0.5), followed.sample.quantile(0.99));
  }

  /** Of all streams' recent events, each stream weighing as much as it had events. */
  Percentiles all() {
    long[] values =
        tables.values().stream()
            .flatMapToLong(f -> Arrays.stream(f.sample.values()))
            .sorted()
            .toArray();
    return new Percentiles(Reservoir.quantile(values, 0.5), Reservoir.quantile(values, 0.99));
  }

  private void run() {
    while (!closed) {
      for (Followed followed : new ArrayList<>(tables.values())) {
        look(followed);
      }
      try {
        Thread.sleep(EVERY.toMillis());
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void look(Followed followed) {
    try {
      followed.look(catalog);
    } catch (RuntimeException e) {
      if (!closed) {
        log.warn("Freshness could not be measured: {}", e.toString());
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      thread.join(2_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** One stream. The table is loaded, and read, by the monitor's thread only. */
  private static final class Followed {
    private final TableIdentifier table;
    private final Reservoir sample;
    private final List<Gauge> gauges;
    private @Nullable Appends appends;

    Followed(TableIdentifier table, Reservoir sample, List<Gauge> gauges) {
      this.table = table;
      this.sample = sample;
      this.gauges = List.copyOf(gauges);
    }

    /** What the table holds at first, or again after its history was cut, is passed over. */
    void look(Catalog catalog) {
      Appends known = appends;
      if (known == null) {
        Appends first = new Appends(catalog.loadTable(table), List.of(EventTables.RECEIVED_AT));
        first.skip();
        appends = first;
      } else {
        known.pollNew(this::measure);
      }
    }

    private void measure(Snapshot snapshot, Record row) {
      if (row.getField(EventTables.RECEIVED_AT) instanceof OffsetDateTime received) {
        sample.add(snapshot.timestampMillis() - received.toInstant().toEpochMilli());
      }
    }
  }

  /** A sample of recent events: new ones replace old ones at random. */
  private static final class Reservoir {
    private static final int SIZE = 4_096;

    private final RandomGenerator random;
    private final long[] values = new long[SIZE];
    private int filled;
    private long seen;

    Reservoir(RandomGenerator random) {
      this.random = random;
    }

    synchronized void add(long value) {
      seen++;
      if (filled < SIZE) {
        values[filled++] = value;
      } else {
        long at = random.nextLong(Math.min(seen, 64L * SIZE));
        if (at < SIZE) {
          values[(int) at] = value;
        }
      }
    }

    synchronized long[] values() {
      return Arrays.copyOf(values, filled);
    }

    long quantile(double quantile) {
      long[] sorted = values();
      Arrays.sort(sorted);
      return quantile(sorted, quantile);
    }

    static long quantile(long[] sorted, double quantile) {
      return sorted.length == 0
          ? 0
          : sorted[(int) Math.min(sorted.length - 1L, Math.round(quantile * (sorted.length - 1)))];
    }
  }
}
