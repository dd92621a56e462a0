package io.leat.bench;

import io.leat.app.engine.FlinkJob;
import io.leat.app.engine.RestorePoint;
import io.leat.blueprint.Blueprint;
import io.leat.blueprint.StreamSpec;
import io.leat.event.Names;
import io.leat.lake.Tables;
import io.leat.stream.IcebergLakeSinks;
import io.leat.stream.KafkaLakeSources;
import io.leat.stream.LakeCatalogLoader;
import io.leat.stream.LakeJob;
import io.leat.stream.LakeSinks;
import io.leat.stream.LakeTables;
import io.leat.stream.LogRecord;
import io.leat.stream.StreamPlan;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.data.RowData;
import org.apache.iceberg.catalog.TableIdentifier;

/**
 * 03: the product's whole lake job, with deduplication's memory filled before. Each run continues
 * from the savepoint of the one before; the clock starts when the state is restored, and stops when
 * the processed table holds every new event.
 */
final class FullScenario implements Scenario {
  /** How far back the preloaded ids lie; well within the window of 24 h. */
  private static final Duration PRELOADED = Duration.ofHours(20);

  private static final Duration STATE_TIMEOUT = Duration.ofMinutes(15);
  private static final Duration LOOK = Duration.ofMillis(250);

  private final BenchEngines engines;
  private final Options options;
  private final Blueprint blueprint;
  private final StreamPlan plan;
  private final TableIdentifier processed;
  private final TableIdentifier raw;
  private long expected;
  private long seed = 1_000;

  FullScenario(BenchEngines engines, Options options) throws Exception {
    this.engines = engines;
    this.options = options;
    this.blueprint = BenchBlueprint.write(options.directory().resolve("blueprints"), "full");
    StreamSpec stream = BenchBlueprint.stream(blueprint);
    LakeTables tables = new LakeTables(new Tables(engines.catalog().catalog(), Map.of()));
    this.plan =
        StreamPlan.of(stream, blueprint.topic(stream), 0, tables.ensure(blueprint).schema(stream));
    this.processed = TableIdentifier.of(Names.processedNamespace(blueprint.name()), stream.name());
    this.raw = TableIdentifier.of(Names.rawNamespace(blueprint.name()), stream.name());
  }

  @Override
  public String id() {
    return "03";
  }

  @Override
  public String title() {
    return "Leat in full: raw + processed + dedup ("
        + options.dedupIds() / 1e6
        + "M ids before) + quality";
  }

  @Override
  public void prepare() throws Exception {
    engines.createTopics(BenchBlueprint.topics(blueprint));
    Instant now = Instant.now();
    EventGenerator events = new EventGenerator(7, now.minus(PRELOADED));
    long begin = (now.toEpochMilli() - PRELOADED.toMillis()) * 1_000L;
    double step = PRELOADED.toMillis() * 1_000.0 / Math.max(1, options.dedupIds());
    new TopicWriter(engines.kafka())
        .write(
            plan.topic(),
            options.dedupIds(),
            events::nextSmall,
            index -> begin + (long) (index * step));
    System.err.println(options.dedupIds() + " ids are in the topic");
    StreamExecutionEnvironment environment = environment();
    LakeJob.build(List.of(plan), sources(environment), new DiscardingSinks(), seenIds());
    FlinkJob job = engines.flink().submit(environment, jobName(), null);
    ConsumerProgress progress =
        new ConsumerProgress(engines.kafka(), "leat-" + blueprint.name() + "-lake", plan.topic());
    Waiting.until(
        "deduplication's memory is filled",
        Options.PATIENCE,
        Duration.ofSeconds(1),
        () -> {
          JobFailures.check(job);
          return progress.isAtEnd();
        });
    System.err.println("deduplication has seen them");
    job.stopWithSavepoint(STATE_TIMEOUT);
  }

  @Override
  public Measurement measure(String run) throws Exception {
    long seedNow = ++seed;
    Instant now = Instant.now();
    EventGenerator events = new EventGenerator(seedNow, now.minusSeconds(options.events() / 1_000));
    long begin = now.toEpochMilli() * 1_000L;
    new TopicWriter(engines.kafka())
        .write(plan.topic(), options.events(), events::next, index -> begin + index);
    expected += options.events();

    Path open = options.directory().resolve("gate-" + blueprint.name() + "-" + run);
    StreamExecutionEnvironment environment = environment();
    LakeJob.LakeSources kafka = sources(environment);
    LakeJob.build(List.of(plan), new GatedSources(kafka, open.toString()), sinks(), seenIds());
    RestorePoint from =
        Objects.requireNonNull(engines.flink().restorePoints(jobName()).newest(), "no savepoint");
    long submitted = System.nanoTime();
    FlinkJob job =
        engines.flink().submit(environment.getStreamGraph(), jobName(), from, (uid, point) -> true);
    Waiting.until("the state is restored", STATE_TIMEOUT, Duration.ofMillis(50), job::isProcessing);
    Duration restored = Duration.ofNanos(System.nanoTime() - submitted);

    Duration cpu = BenchEngines.cpuOfOthers();
    long start = System.nanoTime();
    Files.createFile(open);
    Waiting.until(
        "the processed table holds the events",
        Options.PATIENCE,
        LOOK,
        () -> {
          JobFailures.check(job);
          return engines.rows(processed) >= expected;
        });
    Measurement measured =
        new Measurement(
            options.events(),
            Duration.ofNanos(System.nanoTime() - start),
            BenchEngines.cpuOfOthers().minus(cpu),
            "restored in " + restored.toMillis() + " ms");
    job.stopWithSavepoint(STATE_TIMEOUT);
    LostRowsException.check(processed.toString(), expected, engines.rows(processed));
    LostRowsException.check(raw.toString(), expected, engines.rows(raw));
    return measured;
  }

  private Path seenIds() {
    return engines.flink().files(jobName());
  }

  private String jobName() {
    return blueprint.name() + "-lake";
  }

  private StreamExecutionEnvironment environment() {
    return engines.flink().environment(jobName());
  }

  private LakeJob.LakeSources sources(StreamExecutionEnvironment environment) {
    return new KafkaLakeSources(
        environment,
        engines.kafka(),
        blueprint.name(),
        0,
        KafkaLakeSources.Committed.NOTHING,
        null);
  }

  private LakeSinks sinks() {
    return new IcebergLakeSinks(
        new LakeCatalogLoader(engines.catalog().spec()), blueprint.name(), options.parallelism());
  }

  /** Holds the records back until a file exists. */
  private record GatedSources(LakeJob.LakeSources sources, String open)
      implements LakeJob.LakeSources {
    @Override
    public DataStream<LogRecord> events(StreamPlan plan) {
      return sources.events(plan).filter(new Gate(open)).name("gate").uid("gate");
    }

    @Override
    public DataStream<RowData> rejected() {
      return sources.rejected();
    }
  }
}
