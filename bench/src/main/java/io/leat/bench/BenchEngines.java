package io.leat.bench;

import com.sun.management.OperatingSystemMXBean;
import io.leat.app.engine.DataDirectory;
import io.leat.app.engine.EmbeddedEngines;
import io.leat.app.engine.FlinkEngine;
import io.leat.app.engine.FlinkSettings;
import io.leat.app.engine.KafkaEngine;
import io.leat.app.engine.KafkaSettings;
import io.leat.app.engine.PostgresEngine;
import io.leat.app.engine.PostgresSettings;
import io.leat.app.engine.TopicSpec;
import io.leat.app.engine.Topics;
import io.leat.lake.CatalogSpec;
import io.leat.lake.LakeCatalog;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.kafka.clients.admin.Admin;

/** The engines in this process, as the product embeds them. */
final class BenchEngines implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final DataDirectory data;
  private final EmbeddedEngines engines;
  private final LakeCatalog catalog;

  private BenchEngines(DataDirectory data, EmbeddedEngines engines, LakeCatalog catalog) {
    this.data = data;
    this.engines = engines;
    this.catalog = catalog;
  }

  static BenchEngines start(Path directory, Options options) {
    DataDirectory data = DataDirectory.open(directory);
    EmbeddedEngines engines =
        EmbeddedEngines.start(
            data, PostgresSettings.defaults(), KafkaSettings.defaults(), flink(options));
    PostgresEngine postgres = Objects.requireNonNull(engines.postgres());
    CatalogSpec spec =
        CatalogSpec.jdbc(
            "leat",
            postgres.jdbcUrl(),
            postgres.user(),
            postgres.password(),
            data.warehouse().toString());
    return new BenchEngines(data, engines, LakeCatalog.open(spec));
  }

  private static FlinkSettings flink(Options options) {
    FlinkSettings defaults = FlinkSettings.defaults();
    return new FlinkSettings(
        options.parallelism(),
        Math.max(defaults.slots(), options.parallelism()),
        defaults.networkMb(),
        options.commitInterval(),
        Duration.ofMinutes(10),
        defaults.bufferTimeout(),
        defaults.retained(),
        defaults.stopTimeout(),
        defaults.restarts(),
        options.flink());
  }

  FlinkEngine flink() {
    return Objects.requireNonNull(engines.flink());
  }

  LakeCatalog catalog() {
    return catalog;
  }

  /** Kafka client properties. */
  Properties kafka() {
    KafkaEngine kafka = Objects.requireNonNull(engines.kafka());
    Properties client = new Properties();
    client.put("bootstrap.servers", kafka.bootstrapServers());
    return client;
  }

  /** Creates topics of four partitions that keep everything. */
  void createTopics(List<String> names) {
    try (Admin admin = Admin.create(kafka())) {
      new Topics(admin, TIMEOUT)
          .provision(
              names.stream()
                  .map(name -> new TopicSpec(name, 4, 1, Map.of("retention.ms", "-1")))
                  .toList());
    }
  }

  /** Committed rows of a table. */
  long rows(TableIdentifier table) {
    Snapshot current = catalog.catalog().loadTable(table).currentSnapshot();
    return current == null
        ? 0
        : Long.parseLong(current.summary().getOrDefault("total-records", "0"));
  }

  /** Processor time of this process so far. */
  static Duration cpu() {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return Duration.ofNanos(system.getProcessCpuTime());
  }

  /** The same without the calling thread's, which looks again and again whether all is there. */
  static Duration cpuOfOthers() {
    return cpu().minusNanos(ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime());
  }

  @Override
  public void close() {
    try (data;
        engines;
        catalog) {
      // Closed in reverse order, each whatever becomes of the others.
    }
  }
}
