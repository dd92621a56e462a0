package io.leat.bench;

import io.leat.app.engine.FlinkJob;
import io.leat.blueprint.Blueprint;
import io.leat.blueprint.StreamSpec;
import io.leat.event.Names;
import io.leat.lake.EventTables;
import io.leat.lake.Tables;
import io.leat.stream.IcebergLakeSinks;
import io.leat.stream.LakeCatalogLoader;
import io.leat.stream.SingleTableJob;
import io.leat.stream.StreamPlan;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.types.Types;

/** 02: Leat's parser and writer doing exactly what {@link FlinkSqlScenario} does. */
final class SingleTableScenario implements Scenario {
  private final BenchEngines engines;
  private final Options options;
  private final Blueprint blueprint;

  /**
   * @param blueprint whose stream's topic is read
   */
  SingleTableScenario(BenchEngines engines, Options options, Blueprint blueprint) {
    this.engines = engines;
    this.options = options;
    this.blueprint = blueprint;
  }

  @Override
  public String id() {
    return "02";
  }

  @Override
  public String title() {
    return "Leat, one table, like for like: the same 12 columns";
  }

  @Override
  public void prepare() {}

  @Override
  public Measurement measure(String run) throws Exception {
    String name = "single-" + run;
    String namespace = "single_" + run;
    StreamSpec stream = BenchBlueprint.stream(blueprint);
    TableIdentifier id =
        TableIdentifier.of(Names.processedNamespace(namespace), BenchBlueprint.STREAM);
    Schema schema =
        new Tables(engines.catalog().catalog(), Map.of())
            .ensure(id, declared(stream), all -> PartitionSpec.unpartitioned(), Set.of())
            .table()
            .schema();
    StreamPlan plan = StreamPlan.of(stream, blueprint.topic(stream), 0, schema);

    Duration cpu = BenchEngines.cpu();
    long begin = System.nanoTime();
    StreamExecutionEnvironment environment = engines.flink().environment(name);
    SingleTableJob.build(
        environment,
        engines.kafka(),
        plan,
        new IcebergLakeSinks(
            new LakeCatalogLoader(engines.catalog().spec()), namespace, options.parallelism()));
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

  /** The stream's own columns, without those that Leat adds. */
  private static Schema declared(StreamSpec stream) {
    int columns = stream.schema().columns().size();
    List<Types.NestedField> all = EventTables.processed(stream.schema().columns()).columns();
    return new Schema(all.subList(0, columns));
  }
}
