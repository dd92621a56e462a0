package io.leat.app.platform;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.lake.maintenance.Step;
import io.leat.lake.maintenance.Stock;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What the tables' upkeep has done, for status and metrics. Thread-safe; asks no engine. */
final class UpkeepState {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Map<String, TableUpkeep> tables = new ConcurrentSkipListMap<>();
  private final Map<String, List<Gauge>> gauges = new ConcurrentHashMap<>();
  private final MeterRegistry registry;
  private final Timer timer;
  private final Counter failures;
  private volatile boolean running;

  UpkeepState(MeterRegistry registry) {
    this.registry = registry;
    this.timer =
        Timer.builder("leat_maintenance").description("One run over one table").register(registry);
    this.failures =
        Counter.builder("leat_maintenance_failures")
            .description("Runs that failed; the next round tries again")
            .register(registry);
  }

  TableUpkeep of(String table) {
    return tables.getOrDefault(table, TableUpkeep.UNKNOWN);
  }

  void put(String table, TableUpkeep upkeep) {
    tables.put(table, upkeep);
    gauges.computeIfAbsent(
        table,
        name ->
            List.of(
                gauge("leat_table_files", name, Stock::files),
                gauge("leat_table_small_files", name, Stock::smallFiles),
                gauge("leat_table_bytes", name, Stock::bytes),
                gauge("leat_table_snapshots", name, Stock::snapshots)));
  }

  private Gauge gauge(String metric, String table, ToDoubleFunction<Stock> value) {
    return Gauge.builder(
            metric,
            () -> {
              Stock stock = of(table).stock();
              return stock == null ? Double.NaN : value.applyAsDouble(stock);
            })
        .tag("table", table)
        .description("Of a table, as maintenance counted it last")
        .strongReference(true)
        .register(registry);
  }

  /** Changes every table that is known. */
  void all(UnaryOperator<TableUpkeep> change) {
    tables.replaceAll((table, upkeep) -> change.apply(upkeep));
  }

  /** Forgets all other tables. */
  void retain(Collection<String> names) {
    tables.keySet().retainAll(names);
    gauges
        .entrySet()
        .removeIf(
            one -> {
              boolean isGone = !tables.containsKey(one.getKey()) && !names.contains(one.getKey());
              if (isGone) {
                one.getValue().forEach(registry::remove);
              }
              return isGone;
            });
  }

  void time(long nanos) {
    timer.record(nanos, TimeUnit.NANOSECONDS);
  }

  void countFailure() {
    failures.increment();
  }

  /** Whether somebody's request is under way. */
  void running(boolean now) {
    running = now;
  }

  boolean isRunning() {
    return running;
  }

  /** What is known of a table; null when nothing is. */
  @Nullable ObjectNode json(String table) {
    TableUpkeep upkeep = tables.get(table);
    return upkeep == null ? null : json(upkeep);
  }

  private static ObjectNode json(TableUpkeep upkeep) {
    ObjectNode json = JSON.createObjectNode();
    Stock stock = upkeep.stock();
    json.put("files", stock == null ? null : (Long) stock.files());
    json.put("small_files", stock == null ? null : (Long) stock.smallFiles());
    json.put("most_small_in_partition", stock == null ? null : (Long) stock.mostInPartition());
    json.put("snapshots", stock == null ? null : (Integer) stock.snapshots());
    json.put("manifests", stock == null ? null : (Integer) stock.manifests());
    json.put("looked_at", text(upkeep.looked()));
    json.put("did_at", text(upkeep.didAt()));
    json.set("did", json(upkeep.did()));
    json.put("waits_for", upkeep.waitsFor());
    json.put("failure", upkeep.failure());
    return json;
  }

  private static @Nullable String text(@Nullable Instant time) {
    return time == null ? null : time.toString();
  }

  /** Steps that did something, or would. */
  static ArrayNode json(List<Step> steps) {
    ArrayNode array = JSON.createArrayNode();
    for (Step step : steps) {
      if (!step.isNothing()) {
        array
            .addObject()
            .put("action", step.action().text())
            .put("taken", step.taken())
            .put("put", step.put())
            .put("bytes", step.bytes())
            .put("deleted_files", step.deleted());
      }
    }
    return array;
  }
}
