package io.leat.app.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlinkEngineTest {
  private static final String JOB = "devices-lake";
  private static final int KEYS = 4;
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final FlinkSettings SETTINGS =
      FlinkSettings.defaults().with(Duration.ofMillis(200));

  /** The job runs in this process; this is how it tells what it saw. */
  private static final AtomicLong FIRST = new AtomicLong(-1);

  private static final AtomicLong NEWEST = new AtomicLong(-1);

  private final Path directory;

  FlinkEngineTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @BeforeEach
  void forget() {
    FIRST.set(-1);
    NEWEST.set(-1);
  }

  @Test
  void aCleanCloseEndsInASavepointFromWhichNothingIsReadTwice() throws Exception {
    long seen;
    long savepointId;
    try (DataDirectory data = DataDirectory.open(directory)) {
      try (FlinkEngine flink = FlinkEngine.start(data, SETTINGS)) {
        FlinkJob job = submit(flink, null);
        await(() -> NEWEST.get() > 100 && job.checkpoints().completed() > 0);
      }
      seen = NEWEST.get();
      forget();
      try (FlinkEngine flink = FlinkEngine.start(data, SETTINGS)) {
        RestorePoint newest = newest(flink);
        assertThat(newest.kind()).isEqualTo(RestorePoint.Kind.SAVEPOINT);
        savepointId = newest.checkpointId();

        FlinkJob job = submit(flink, newest);

        await(() -> job.checkpoints().completed() > 0);
        assertThat(FIRST.get()).isEqualTo(seen + 1);
        CheckpointReport report = job.checkpoints();
        assertThat(report.restoredId()).isEqualTo(savepointId);
        assertThat(report.lastId()).isGreaterThan(savepointId);
        assertThat(report.lastDuration()).isLessThan(PATIENCE);
        assertThat(job.failure()).isNull();
        assertThat(job.restarts()).isZero();
        assertThat(newest(flink).kind()).isEqualTo(RestorePoint.Kind.CHECKPOINT);
      }
    }
  }

  @Test
  void aKilledProcessIsResumedFromItsNewestCompleteCheckpoint() throws Exception {
    Process victim = TestingProcess.start(Victim.class, directory.toString());
    try {
      assertThat(TestingProcess.line(victim)).isEqualTo("checkpointed");
    } finally {
      victim.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    }
    try (DataDirectory data = DataDirectory.open(directory);
        FlinkEngine flink = FlinkEngine.start(data, SETTINGS)) {
      RestorePoint newest = newest(flink);
      Path torn = newest.directory().resolveSibling("chk-999999");
      Files.createDirectory(torn);
      byte[] metadata = Files.readAllBytes(newest.directory().resolve("_metadata"));
      Files.write(
          torn.resolve("_metadata"), java.util.Arrays.copyOf(metadata, metadata.length / 2));
      assertThat(newest(flink)).isEqualTo(newest);

      FlinkJob job = submit(flink, newest);

      await(() -> job.checkpoints().completed() > 0);
      assertThat(FIRST.get()).isPositive();
      assertThat(job.failure()).isNull();
      assertThat(job.checkpoints().restoredId()).isEqualTo(newest.checkpointId());
    }
  }

  @Test
  void whatNoRestorePointNeedsIsPruned() throws Exception {
    try (DataDirectory data = DataDirectory.open(directory);
        FlinkEngine flink = FlinkEngine.start(data, SETTINGS)) {
      for (int run = 0; run < 3; run++) {
        FlinkJob job = submit(flink, null);
        await(() -> job.checkpoints().completed() > 0);
        job.cancel(PATIENCE);
        assertThat(job.status()).isEqualTo(JobStatus.CANCELED);
      }
      RestorePoint newest = newest(flink);
      Path submissions = directory.resolve("flink/checkpoints").resolve(JOB);
      assertThat(submissions.toFile().list()).hasSize(3);

      flink.restorePoints(JOB).prune(1);

      assertThat(submissions.toFile().list())
          .singleElement()
          .satisfies(kept -> assertThat(newest.directory().toString()).contains(kept));
      assertThat(newest(flink)).isEqualTo(newest);
    }
  }

  @Test
  void checkpointsOnDiskAreRestoredAfterAStopToo() throws Exception {
    try (DataDirectory data = DataDirectory.open(directory);
        FlinkEngine flink = FlinkEngine.start(data, SETTINGS)) {
      FlinkJob job = submit(flink, null);
      await(() -> NEWEST.get() > 50 && job.checkpoints().completed() > 1);
      long checkpoint = job.checkpoint(PATIENCE);
      job.cancel(PATIENCE);
      RestorePoint newest = newest(flink);
      assertThat(newest.checkpointId()).isGreaterThanOrEqualTo(checkpoint);
      forget();

      FlinkJob second = submit(flink, newest);

      await(() -> second.checkpoints().completed() > 0);
      assertThat(FIRST.get()).isPositive();
      String savepoint = second.stopWithSavepoint(PATIENCE);
      assertThat(savepoint).startsWith("disk:" + directory.toRealPath());
      assertThat(second.status()).isEqualTo(JobStatus.FINISHED);
      assertThat("file:" + savepoint.substring("disk:".length()))
          .isEqualTo(newest(flink).location());
    }
  }

  @Test
  void aJobThatFailsSaysWhyAndASecondOfItsNameIsRefused() throws Exception {
    try (DataDirectory data = DataDirectory.open(directory);
        FlinkEngine flink = FlinkEngine.start(data, SETTINGS)) {
      StreamExecutionEnvironment environment = flink.environment(JOB);
      environment
          .fromSource(numbers(), WatermarkStrategy.noWatermarks(), "numbers")
          .map(FlinkEngineTest::fail)
          .returns(Types.LONG)
          .sinkTo(new DiscardingSink<>());
      FlinkJob job = flink.submit(environment, JOB, null);

      await(() -> job.failure() != null);

      await(() -> job.restarts() > 1);
      assertThat(job.failure()).hasMessage("java.lang.IllegalStateException: the catalog is away");
      assertThatThrownBy(() -> submit(flink, null))
          .isInstanceOf(LeatException.class)
          .hasMessage("The job devices-lake runs already");
    }
  }

  @Test
  void aJobOfAnEngineThatIsGoneSaysThatTheProcessorIsUnavailable() throws Exception {
    FlinkJob job;
    try (DataDirectory data = DataDirectory.open(directory);
        FlinkEngine flink = FlinkEngine.start(data, SETTINGS)) {
      job = submit(flink, null);
    }

    assertThatThrownBy(job::status)
        .isInstanceOfSatisfying(
            LeatException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.PROCESSOR_UNAVAILABLE));
  }

  @Test
  void nobodyOnTheMachineCanSubmitJobs() throws Exception {
    try (DataDirectory data = DataDirectory.open(directory);
        FlinkEngine flink = FlinkEngine.start(data, SETTINGS)) {
      List<Integer> ports = TestingPorts.listeningOnLoopback();
      assertThat(ports).isNotEmpty();
      for (int port : ports) {
        assertThat(TestingPorts.status(port, "/jobs")).isNotEqualTo(200);
        assertThat(TestingPorts.status(port, "/overview")).isNotEqualTo(200);
      }
      assertThat(TestingPorts.listeningElsewhere()).isEmpty();
      assertThat(flink.jobs()).isEmpty();
    }
  }

  private static FlinkJob submit(FlinkEngine flink, @Nullable RestorePoint from) {
    StreamExecutionEnvironment environment = flink.environment(JOB);
    environment
        .fromSource(numbers(), WatermarkStrategy.noWatermarks(), "numbers")
        .setParallelism(1)
        .uid("numbers")
        .keyBy(n -> n % KEYS)
        .process(new Counting())
        .uid("counting")
        .sinkTo(new DiscardingSink<>())
        .uid("nowhere");
    return flink.submit(environment, JOB, from);
  }

  private static Long fail(Long number) {
    throw new IllegalStateException("the catalog is away");
  }

  private static DataGeneratorSource<Long> numbers() {
    return new DataGeneratorSource<>(
        n -> n, Long.MAX_VALUE, RateLimiterStrategy.perSecond(1_000), Types.LONG);
  }

  private static RestorePoint newest(FlinkEngine flink) throws IOException {
    RestorePoint newest = flink.restorePoints(JOB).newest();
    assertThat(newest).isNotNull();
    return java.util.Objects.requireNonNull(newest);
  }

  private static void await(Condition condition) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.holds()) {
      assertThat(System.nanoTime()).as("waited for %s", PATIENCE).isLessThan(deadline);
      Thread.sleep(20);
    }
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  /** Fails when its state and the source's position are not of the same moment. */
  private static final class Counting extends KeyedProcessFunction<Long, Long, Long> {
    private static final long serialVersionUID = 1L;
    private transient ValueState<Long> count;

    @Override
    public void open(OpenContext context) {
      count = getRuntimeContext().getState(new ValueStateDescriptor<>("count", Types.LONG));
    }

    @Override
    public void processElement(Long number, Context context, Collector<Long> out)
        throws IOException {
      Long before = count.value();
      long now = (before == null ? 0 : before) + 1;
      if (now != number / KEYS + 1) {
        throw new IllegalStateException(number + " is number " + now + " of its key");
      }
      count.update(now);
      FIRST.updateAndGet(first -> first < 0 ? number : Math.min(first, number));
      NEWEST.accumulateAndGet(number, Math::max);
      out.collect(number);
    }
  }

  /** Runs the job and waits to be killed. */
  static final class Victim {
    private Victim() {}

    public static void main(String[] args) throws Exception {
      DataDirectory data = DataDirectory.open(Path.of(args[0]));
      FlinkEngine flink = FlinkEngine.start(data, SETTINGS);
      FlinkJob job = submit(flink, null);
      await(() -> NEWEST.get() > 100 && job.checkpoints().completed() > 2);
      TestingProcess.sayAndWait("checkpointed");
    }
  }
}
