package io.leat.bench;

import io.leat.app.engine.FlinkJob;
import io.leat.stream.LakeCatalogLoader;
import java.time.Duration;
import java.util.Map;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.bridge.java.StreamStatementSet;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.flink.FlinkCatalog;

/**
 * 01, the peer: Flink SQL as a user would write it, from a topic with the {@code json} format to
 * one Iceberg table. It gets what the documentation advises: object reuse and Iceberg's newer sink.
 */
final class FlinkSqlScenario implements Scenario {
  private static final String DATABASE = "flink_sql";

  private final BenchEngines engines;
  private final Options options;
  private final String topic;

  FlinkSqlScenario(BenchEngines engines, Options options, String topic) {
    this.engines = engines;
    this.options = options;
    this.topic = topic;
  }

  @Override
  public String id() {
    return "01";
  }

  @Override
  public String title() {
    return "Flink SQL: `json` source, `INSERT INTO` one Iceberg table";
  }

  @Override
  public void prepare() {
    engines.catalog().ensureNamespace(DATABASE);
  }

  @Override
  public Measurement measure(String run) throws Exception {
    String name = "sql-" + run;
    String table = "events_" + run;
    StreamExecutionEnvironment environment = engines.flink().environment(name);
    StreamTableEnvironment sql = StreamTableEnvironment.create(environment);
    registerCatalog(sql);
    sql.getConfig().set("table.exec.iceberg.use-v2-sink", "true");
    sql.executeSql(source());
    sql.executeSql(sink(table));
    TableIdentifier id = TableIdentifier.of(DATABASE, table);

    Duration cpu = BenchEngines.cpu();
    long begin = System.nanoTime();
    StreamStatementSet inserts = sql.createStatementSet();
    inserts.addInsertSql("INSERT INTO lake." + DATABASE + "." + table + " SELECT * FROM events");
    inserts.attachAsDataStream();
    FlinkJob job = engines.flink().submit(environment, name, null);
    job.awaitEnd(Options.PATIENCE);
    Measurement measured =
        new Measurement(
            options.events(),
            Duration.ofNanos(System.nanoTime() - begin),
            BenchEngines.cpu().minus(cpu),
            "");
    JobFailures.check(job);
    LostRowsException.check(id.toString(), options.events(), engines.rows(id));
    engines.catalog().catalog().dropTable(id, true);
    return measured;
  }

  private static final String COLUMNS =
      """
      event_id STRING, device_id STRING, ts TIMESTAMP_LTZ(6), seq BIGINT, temperature_c DOUBLE,
      humidity DOUBLE, pressure DOUBLE, battery BIGINT, cpu DOUBLE, status STRING, firmware STRING,
      site STRING""";

  /** The catalog as an object: by name, Flink would want all of Hadoop to find it. */
  @SuppressWarnings("deprecation") // The newer way goes by name.
  private void registerCatalog(StreamTableEnvironment sql) {
    sql.registerCatalog(
        "lake",
        new FlinkCatalog(
            "lake",
            DATABASE,
            Namespace.empty(),
            new LakeCatalogLoader(engines.catalog().spec()),
            Map.of(),
            true,
            -1));
  }

  private String source() {
    return "CREATE TEMPORARY TABLE events ("
        + COLUMNS
        + ") WITH ('connector' = 'kafka', 'topic' = '"
        + topic
        + "', 'properties.bootstrap.servers' = '"
        + engines.kafka().getProperty("bootstrap.servers")
        + "', 'properties.group.id' = 'flink-sql', 'scan.startup.mode' = 'earliest-offset',"
        + " 'scan.bounded.mode' = 'latest-offset', 'format' = 'json',"
        + " 'json.timestamp-format.standard' = 'ISO-8601')";
  }

  private static String sink(String table) {
    return "CREATE TABLE lake."
        + DATABASE
        + "."
        + table
        + " ("
        + COLUMNS
        + ") WITH ('format-version' = '2', 'write.parquet.compression-codec' = 'zstd')";
  }
}
