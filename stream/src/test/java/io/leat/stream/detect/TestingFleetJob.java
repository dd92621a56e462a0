package io.leat.stream.detect;

import io.leat.event.Marker;
import io.leat.event.Timestamps;
import io.leat.lake.EventTables;
import io.leat.rules.alert.Alert;
import io.leat.rules.alert.AlertJson;
import io.leat.rules.alert.FiringSet;
import io.leat.rules.alert.Severity;
import io.leat.rules.detect.DetectorKind;
import io.leat.rules.detect.DetectorSpec;
import io.leat.schema.InvalidSchemaException;
import io.leat.schema.StreamSchema;
import io.leat.stream.LogRecord;
import io.leat.stream.StreamPlan;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.function.IntUnaryOperator;
import org.apache.flink.api.common.functions.RichFlatMapFunction;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.CloseableIterator;
import org.apache.flink.util.Collector;
import org.apache.iceberg.types.TypeUtil;
import org.jspecify.annotations.Nullable;

/** The detect job with one silence over two streams, whose records are made as they are read. */
final class TestingFleetJob {
  static final Instant BEGIN = Instant.parse("2026-11-21T10:00:00Z");
  private static final List<String> STREAMS = List.of("heartbeat", "telemetry");
  private static final int PARTITIONS = 4;
  private static final String SCHEMA =
      """
      {"type": "object", "required": ["device_id"], "properties": {
        "device_id": {"type": "string"}}}
      """;

  /** What the tasks of a job and its test tell each other; they are in one process. */
  private static final Map<String, Shared> SHARED = new ConcurrentHashMap<>();

  private static final class Shared {
    private final CountDownLatch othersRead = new CountDownLatch(1);
    private volatile boolean hasFailed;
  }

  private final Path directory;
  private final Map<String, List<Sent>> sent = new LinkedHashMap<>();
  private final Map<String, long[]> next = new HashMap<>();
  private final List<Marker> markers = new ArrayList<>();
  private @Nullable String readLater;
  private @Nullable String failing;
  private int failAt = -1;
  private int runs;
  private Shared shared = new Shared();

  TestingFleetJob(Path directory) {
    this.directory = directory;
    STREAMS.forEach(
        stream -> {
          sent.put(stream, new ArrayList<>());
          next.put(stream, new long[PARTITIONS]);
        });
  }

  private record Sent(String device, int second, int partition, long offset)
      implements Serializable {}

  /** What was said. */
  record Told(List<Alert> alerts, List<FiringSet> sets) {}

  void event(String stream, String device, int second) {
    int partition = Math.floorMod(device.hashCode(), PARTITIONS);
    long[] offsets = Objects.requireNonNull(next.get(stream));
    Objects.requireNonNull(sent.get(stream))
        .add(new Sent(device, second, partition, offsets[partition]++));
  }

  /** Each device sends twice. */
  void fleet(
      int devices,
      IntFunction<String> first,
      IntFunction<String> second,
      IntUnaryOperator firstAt,
      IntUnaryOperator secondAt) {
    for (int device = 0; device < devices; device++) {
      event(first.apply(device), "d" + device, firstAt.applyAsInt(device));
    }
    for (int device = 0; device < devices; device++) {
      event(second.apply(device), "d" + device, secondAt.applyAsInt(device));
    }
  }

  long events() {
    return sent.values().stream().mapToLong(List::size).sum();
  }

  /** Gateways say that more was logged of the stream than can be read. */
  void missing(String stream, int records) {
    Objects.requireNonNull(next.get(stream))[0] += records;
  }

  /** Markers of each second, which know of what was sent until then. */
  void markUntil(int second) {
    mark(0, second);
  }

  void mark(int from, int to) {
    order();
    Map<String, Map<Integer, Long>> before = new HashMap<>();
    Map<String, Integer> at = new HashMap<>();
    for (int second = from; second <= to; second++) {
      for (String stream : STREAMS) {
        List<Sent> all = Objects.requireNonNull(sent.get(stream));
        Map<Integer, Long> offsets = before.computeIfAbsent(stream, s -> missing(stream));
        int index = at.getOrDefault(stream, 0);
        for (; index < all.size() && all.get(index).second <= second; index++) {
          Sent one = all.get(index);
          offsets.merge(one.partition, one.offset + 1, Math::max);
        }
        at.put(stream, index);
      }
      markers.add(marker(BEGIN.plusSeconds(second), before));
    }
  }

  private Map<Integer, Long> missing(String stream) {
    Map<Integer, Long> offsets = new HashMap<>();
    long[] logged = Objects.requireNonNull(next.get(stream));
    for (int partition = 0; partition < PARTITIONS; partition++) {
      int own = partition;
      long known =
          Objects.requireNonNull(sent.get(stream)).stream()
              .filter(one -> one.partition == own)
              .count();
      if (logged[partition] > known) {
        offsets.put(partition, logged[partition]);
      }
    }
    return offsets;
  }

  /** What was received first stands first in the log. */
  private void order() {
    sent.values().forEach(all -> all.sort((a, b) -> Integer.compare(a.second, b.second)));
    sent.forEach(
        (stream, all) -> {
          long[] offsets = new long[PARTITIONS];
          all.replaceAll(
              one -> new Sent(one.device, one.second, one.partition, offsets[one.partition]++));
        });
  }

  /** A marker that knows of all. */
  void markAt(Instant at) {
    Map<String, Map<Integer, Long>> before = new HashMap<>();
    next.forEach(
        (stream, offsets) -> {
          for (int partition = 0; partition < PARTITIONS; partition++) {
            before.computeIfAbsent(stream, s -> new HashMap<>()).put(partition, offsets[partition]);
          }
        });
    markers.add(marker(at, before));
  }

  private static Marker marker(Instant at, Map<String, Map<Integer, Long>> before) {
    Map<String, Map<Integer, Long>> copy = new HashMap<>();
    before.forEach((stream, offsets) -> copy.put(stream, Map.copyOf(offsets)));
    return new Marker("gateway", at.toEpochMilli(), copy);
  }

  /** The stream is read when the others have been, and all markers. */
  void readLater(String stream) {
    readLater = stream;
  }

  /** The job fails once, at this record of the stream, when it has a checkpoint. */
  void failOnceAt(String stream, int record) {
    failing = stream;
    failAt = record;
  }

  boolean hasFailed() {
    return shared.hasFailed;
  }

  Told run(int parallelism) throws Exception {
    return run(parallelism, STREAMS);
  }

  void runWithout(String stream) throws Exception {
    run(1, STREAMS.stream().filter(one -> !one.equals(stream)).toList());
  }

  @SuppressWarnings("try") // Nobody interrupts a test.
  private Told run(int parallelism, List<String> streams) throws Exception {
    String id = directory.resolve("run-" + runs++).toString();
    shared = new Shared();
    SHARED.put(id, shared);
    Configuration configuration = new Configuration();
    configuration.set(PipelineOptions.OBJECT_REUSE, true);
    configuration.set(PipelineOptions.GENERIC_TYPES, false);
    if (failing != null) {
      configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(50));
      configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
      configuration.set(
          RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(10));
    }
    try (StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.createLocalEnvironment(parallelism, configuration)) {
      List<CloseableIterator<Said>> collected = new ArrayList<>();
      List<DetectPlan> plans = new ArrayList<>();
      for (String stream : streams) {
        plans.add(new DetectPlan("devices", "b1", plan(stream), List.of(offline())));
      }
      DetectJob.build(
          plans,
          new Sources(environment, id),
          said -> collected.add(said.collectAsync()),
          Path.of(id, "seen"));
      environment.execute();
      List<Alert> alerts = new ArrayList<>();
      List<FiringSet> sets = new ArrayList<>();
      try (CloseableIterator<Said> all = collected.get(0)) {
        while (all.hasNext()) {
          Said one = all.next();
          if (one.type.equals(AlertJson.FIRING_SET)) {
            sets.add(AlertJson.decodeFiringSet(one.value));
          } else {
            alerts.add(AlertJson.decodeAlert(one.value));
          }
        }
      }
      return new Told(alerts, sets);
    } finally {
      SHARED.remove(id);
    }
  }

  private static DetectPlan.Versioned offline() {
    return new DetectPlan.Versioned(
        new DetectorSpec(
            "offline",
            null,
            new DetectorKind.Silence(STREAMS, Duration.ofSeconds(60), Duration.ofSeconds(30)),
            Severity.MAJOR,
            "{key} is offline",
            Map.of(),
            null,
            List.of("detector", "key"),
            Duration.ofSeconds(30),
            DetectorSpec.Late.COUNT),
        "v1");
  }

  private static StreamPlan plan(String stream) throws InvalidSchemaException {
    return new StreamPlan(
        stream,
        "devices." + stream,
        1,
        SCHEMA,
        TypeUtil.assignIncreasingFreshIds(
            EventTables.processed(StreamSchema.parse(SCHEMA).columns())),
        null,
        Duration.ofHours(1),
        Duration.ofDays(400),
        Duration.ofMinutes(10),
        List.of());
  }

  private final class Sources implements DetectJob.DetectSources {
    private final StreamExecutionEnvironment environment;
    private final String id;

    Sources(StreamExecutionEnvironment environment, String id) {
      this.environment = environment;
      this.id = id;
    }

    @Override
    public DataStream<LogRecord> events(DetectPlan plan) {
      String stream = plan.stream().stream();
      List<Sent> all = Objects.requireNonNull(sent.get(stream));
      return environment
          .fromSequence(0, all.size())
          .setParallelism(1)
          .flatMap(
              new Feed(id, all, stream.equals(readLater), stream.equals(failing) ? failAt : -1))
          .returns(TypeInformation.of(LogRecord.class))
          .setParallelism(1)
          // As Kafka's partitions are read: each in its order, by one task.
          .partitionCustom((partition, tasks) -> partition % tasks, log -> log.partition)
          .filter(log -> true);
    }

    @Override
    public Map<Integer, Long> begin(DetectPlan plan) {
      return Map.of(0, 0L, 1, 0L, 2, 0L, 3, 0L);
    }

    @Override
    public DataStream<byte[]> markers() {
      return environment.fromData(
          PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO,
          markers.stream().map(Marker::encode).toArray(byte[][]::new));
    }
  }

  /** Makes the record of each number; the last number is the end. */
  private static final class Feed extends RichFlatMapFunction<Long, LogRecord>
      implements CheckpointListener {
    private static final long serialVersionUID = 1L;

    private final String id;
    private final ArrayList<Sent> all;
    private final boolean isLater;
    private final int failAt;
    private transient boolean hasCheckpoint;

    Feed(String id, List<Sent> all, boolean isLater, int failAt) {
      this.id = id;
      this.all = new ArrayList<>(all);
      this.isLater = isLater;
      this.failAt = failAt;
    }

    @Override
    public void notifyCheckpointComplete(long checkpoint) {
      hasCheckpoint = true;
    }

    @Override
    public void flatMap(Long number, Collector<LogRecord> out) throws Exception {
      Shared shared = Objects.requireNonNull(SHARED.get(id));
      if (number == 0 && isLater) {
        if (!shared.othersRead.await(30, TimeUnit.SECONDS)) {
          throw new IllegalStateException("the others were not read");
        }
        Thread.sleep(300);
      }
      if (number == all.size()) {
        if (!isLater) {
          shared.othersRead.countDown();
        }
        return;
      }
      if (failAt >= 0) {
        Thread.sleep(1);
        if (number >= failAt && hasCheckpoint && !shared.hasFailed) {
          shared.hasFailed = true;
          throw new IllegalStateException("fails once, as it should");
        }
      }
      out.collect(record(all.get(number.intValue())));
    }

    private static LogRecord record(Sent sent) {
      LogRecord log = new LogRecord();
      log.partition = sent.partition;
      log.offset = sent.offset;
      log.receivedMicros = Timestamps.toMicros(BEGIN.plusSeconds(sent.second));
      log.timestamp = log.receivedMicros / 1_000;
      log.key = sent.device.getBytes(StandardCharsets.UTF_8);
      log.id = (sent.partition + "-" + sent.offset).getBytes(StandardCharsets.UTF_8);
      log.client = "client".getBytes(StandardCharsets.UTF_8);
      log.source = "//test".getBytes(StandardCharsets.UTF_8);
      log.value = ("{\"device_id\":\"" + sent.device + "\"}").getBytes(StandardCharsets.UTF_8);
      return log;
    }
  }
}
