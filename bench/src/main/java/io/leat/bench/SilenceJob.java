package io.leat.bench;

import io.leat.event.Marker;
import io.leat.lake.EventTables;
import io.leat.rules.alert.Severity;
import io.leat.rules.detect.DetectorKind;
import io.leat.rules.detect.DetectorSpec;
import io.leat.schema.InvalidSchemaException;
import io.leat.schema.StreamSchema;
import io.leat.stream.LogRecord;
import io.leat.stream.StreamPlan;
import io.leat.stream.detect.DetectJob;
import io.leat.stream.detect.DetectPlan;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * The detect job with one silence detector, in a process of its own: every device sends once in
 * half a minute of the job's time, as fast as the job takes it, and none is ever silent. Arguments:
 * directory, devices, events, milliseconds between checkpoints. Says {@code WALL CPU HEAP}:
 * nanoseconds for the events, of the clock and of the processor, and the bytes of the heap that are
 * in use behind them.
 */
final class SilenceJob {
  private static final String STREAM = "heartbeat";
  private static final int PARTITIONS = 4;
  private static final int PERIOD_SECONDS = 30;

  /** Until the compiler is done, but no more than some times what is measured. */
  private static final long WARM_UP = 1_500_000;

  private static final long WARM_UP_TIMES = 10;

  private static final String SCHEMA =
      """
      {"type": "object", "required": ["device_id"], "properties": {
        "device_id": {"type": "string"}, "firmware": {"type": "string"}}}
      """;

  private SilenceJob() {}

  @SuppressWarnings("try") // Nobody interrupts it.
  public static void main(String[] arguments) throws Exception {
    Path directory = Path.of(arguments[0]);
    Configuration configuration = new Configuration();
    configuration.set(PipelineOptions.OBJECT_REUSE, true);
    configuration.set(PipelineOptions.GENERIC_TYPES, false);
    configuration.set(
        CheckpointingOptions.CHECKPOINTING_INTERVAL,
        Duration.ofMillis(Long.parseLong(arguments[3])));
    configuration.set(CheckpointingOptions.CHECKPOINT_STORAGE, "filesystem");
    configuration.set(
        CheckpointingOptions.CHECKPOINTS_DIRECTORY,
        directory.resolve("checkpoints").toUri().toString());
    try (StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.createLocalEnvironment(1, configuration)) {
      DetectJob.build(
          List.of(new DetectPlan("bench", "b1", stream(), List.of(offline()))),
          new Sources(environment, Long.parseLong(arguments[1]), Long.parseLong(arguments[2])),
          said -> said.sinkTo(new DiscardingSink<>()),
          directory.resolve("seen"));
      environment.execute("silence");
    }
    System.exit(0);
  }

  private static DetectPlan.Versioned offline() {
    return new DetectPlan.Versioned(
        new DetectorSpec(
            "offline",
            null,
            new DetectorKind.Silence(
                List.of(STREAM), Duration.ofSeconds(90), Duration.ofSeconds(60)),
            Severity.MAJOR,
            "{key} is offline",
            Map.of(),
            null,
            List.of("detector", "key"),
            Duration.ofSeconds(30),
            DetectorSpec.Late.COUNT),
        "v1");
  }

  private static StreamPlan stream() throws InvalidSchemaException {
    return new StreamPlan(
        STREAM,
        "bench." + STREAM,
        1,
        SCHEMA,
        EventTables.processed(StreamSchema.parse(SCHEMA).columns()),
        null,
        Duration.ofHours(1),
        Duration.ofDays(400),
        Duration.ofMinutes(10),
        List.of());
  }

  private static final class Sources implements DetectJob.DetectSources {
    private final SingleOutputStreamOperator<LogRecord> events;

    Sources(StreamExecutionEnvironment environment, long devices, long measured) {
      long warmUp = devices + Math.min(WARM_UP, WARM_UP_TIMES * measured);
      this.events =
          environment
              .fromSequence(0, warmUp + measured)
              .process(new Feed(devices, warmUp, warmUp + measured))
              .returns(TypeInformation.of(LogRecord.class));
    }

    @Override
    public DataStream<LogRecord> events(DetectPlan plan) {
      return events;
    }

    @Override
    public Map<Integer, Long> begin(DetectPlan plan) {
      return Map.of(0, 0L, 1, 0L, 2, 0L, 3, 0L);
    }

    @Override
    public DataStream<byte[]> markers() {
      return events.getSideOutput(Feed.MARKERS);
    }
  }

  /** Makes a record of each number, and a marker behind each second of them. Runs in one task. */
  private static final class Feed extends ProcessFunction<Long, LogRecord> {
    private static final long serialVersionUID = 1L;

    static final OutputTag<byte[]> MARKERS =
        new OutputTag<>("markers", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO);

    private static final long BEGIN_MILLIS = 1_790_000_000_000L;

    /** Prime, and no divisor of any number of devices: all of them in an order like chance. */
    private static final long STRIDE = 7_654_321;

    private static final byte[] CLIENT = "bench".getBytes(StandardCharsets.UTF_8);
    private static final byte[] SOURCE = "//bench".getBytes(StandardCharsets.UTF_8);

    private final long devices;
    private final long perSecond;
    private final long warmUp;
    private final long end;
    private final long[] next = new long[PARTITIONS];
    private long beganAt;
    private long cpuBefore;

    Feed(long devices, long warmUp, long end) {
      this.devices = devices;
      this.perSecond = Math.max(1, devices / PERIOD_SECONDS);
      this.warmUp = warmUp;
      this.end = end;
    }

    @Override
    public void processElement(Long number, Context context, Collector<LogRecord> out)
        throws InterruptedException {
      long n = number;
      if (n == warmUp) {
        beganAt = System.nanoTime();
        cpuBefore = cpu();
      }
      if (n == end) {
        tell();
        return;
      }
      out.collect(record(n));
      if (n % perSecond == perSecond - 1) {
        Map<Integer, Long> before = new HashMap<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
          before.put(partition, next[partition]);
        }
        context.output(
            MARKERS, new Marker("gateway", millis(n + 1), Map.of(STREAM, before)).encode());
      }
    }

    private long millis(long n) {
      return BEGIN_MILLIS + n * 1_000 / perSecond;
    }

    private LogRecord record(long n) {
      long device = n % devices * STRIDE % devices;
      byte[] key = ("device-" + device).getBytes(StandardCharsets.UTF_8);
      LogRecord log = new LogRecord();
      log.partition = (int) (device % PARTITIONS);
      log.offset = next[log.partition]++;
      log.timestamp = millis(n);
      log.receivedMicros = log.timestamp * 1_000;
      log.key = key;
      log.id = Long.toString(n).getBytes(StandardCharsets.UTF_8);
      log.client = CLIENT;
      log.source = SOURCE;
      log.value =
          ("{\"device_id\":\"device-" + device + "\",\"firmware\":\"2.1.0\"}")
              .getBytes(StandardCharsets.UTF_8);
      return log;
    }

    /** What is under way in the job is as much as when the clock began. */
    private void tell() throws InterruptedException {
      long wall = System.nanoTime() - beganAt;
      long cpu = cpu() - cpuBefore;
      Thread.sleep(1_000); // what is under way is done
      System.gc();
      long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
      ChildProcess.tell(wall + " " + cpu + " " + heap);
    }

    private static long cpu() {
      return ((com.sun.management.OperatingSystemMXBean)
              ManagementFactory.getOperatingSystemMXBean())
          .getProcessCpuTime();
    }
  }
}
