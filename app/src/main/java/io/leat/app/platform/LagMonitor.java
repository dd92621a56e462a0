package io.leat.app.platform;

import io.leat.event.LeatException;
import io.leat.gateway.ServedStream;
import io.leat.gateway.StreamRegistry;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.TopicPartition;

/**
 * Measures how many records of each stream are logged but not yet in the tables, on a thread of its
 * own.
 */
final class LagMonitor implements AutoCloseable {
  private static final Duration EVERY = Duration.ofSeconds(5);

  private final StreamRegistry streams;
  private final LogReader log;
  private final BookKeeper books;
  private final Asking asking;
  private final MeterRegistry registry;

  /** By stream; not a number while an engine that knows a part of it does not answer. */
  private final Map<String, Double> lags = new ConcurrentHashMap<>();

  /** By stream; owned by the thread. */
  private final Map<String, Gauge> gauges = new ConcurrentHashMap<>();

  private final Thread thread = new Thread(this::run, "leat-lag");

  LagMonitor(
      StreamRegistry streams,
      LogReader log,
      BookKeeper books,
      Asking asking,
      MeterRegistry registry) {
    this.streams = streams;
    this.log = log;
    this.books = books;
    this.asking = asking;
    this.registry = registry;
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  private void run() {
    try {
      while (!thread.isInterrupted()) {
        look();
        Thread.sleep(EVERY.toMillis());
      }
    } catch (InterruptedException e) {
      lags.clear();
    }
  }

  private void look() {
    List<ServedStream> served = List.copyOf(streams.all());
    Set<String> names = new HashSet<>();
    served.forEach(stream -> names.add(stream.name()));
    lags.keySet().retainAll(names);
    try {
      List<TopicPartition> partitions = new ArrayList<>();
      served.forEach(stream -> partitions.addAll(StatusReport.partitions(stream)));
      EngineCalls.Pending<Map<String, Map<Books.Epoch, Books.Totals>>> totals =
          asking.ledger().begin(books::totals);
      Map<TopicPartition, Long> ends = asking.log().ask(() -> log.ends(partitions));
      Map<String, Map<Books.Epoch, Books.Totals>> committed = totals.answer();
      for (ServedStream stream : served) {
        long lag = StatusReport.lag(stream, ends, Books.totals(committed, stream));
        lags.put(stream.name(), (double) lag);
      }
    } catch (LeatException e) {
      lags.replaceAll((stream, lag) -> Double.NaN); // health tells which engine is away
    }
    names.forEach(name -> gauges.computeIfAbsent(name, this::gauge));
    gauges.forEach(
        (name, gauge) -> {
          if (!names.contains(name)) {
            registry.remove(gauge);
            gauges.remove(name);
          }
        });
  }

  private Gauge gauge(String stream) {
    return Gauge.builder(
            "leat_stream_lag_records", lags, all -> all.getOrDefault(stream, Double.NaN))
        .tag("stream", stream)
        .description("Logged records that are not yet in the tables")
        .register(registry);
  }

  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join(5_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
