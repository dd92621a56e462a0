package io.leat.app.platform;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.leat.app.engine.DataDirectory;
import io.leat.app.engine.FlinkEngine;
import io.leat.app.engine.FlinkJob;
import io.leat.app.engine.FlinkSettings;
import io.leat.app.engine.RestorePoint;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs of the real engine, looked after by a clock that the test moves. */
class JobSupervisorTest {
  private static final String JOB = "devices-lake";
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final JobSupervisor.Pauses PAUSES =
      new JobSupervisor.Pauses(Duration.ofMillis(10), Duration.ofSeconds(5), Duration.ofMinutes(1));

  private final Path directory;
  private final Map<String, FlinkJob> jobs = new ConcurrentHashMap<>();
  private final List<String> started = new CopyOnWriteArrayList<>();
  private final AtomicLong seconds = new AtomicLong();
  private final AtomicLong looks = new AtomicLong();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private DataDirectory data;
  private FlinkEngine flink;
  private JobSupervisor supervisor;

  JobSupervisorTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @BeforeEach
  void start() {
    data = DataDirectory.open(directory);
    flink = FlinkEngine.start(data, FlinkSettings.defaults().with(Duration.ofMillis(200)));
    submit();
    supervisor = new JobSupervisor(() -> jobs, this::startAgain, this::now, PAUSES);
    supervisor.start(registry);
  }

  @AfterEach
  void stop() {
    supervisor.close();
    flink.close();
    data.close();
  }

  private Instant now() {
    looks.incrementAndGet();
    return Instant.EPOCH.plusSeconds(seconds.get());
  }

  private void startAgain(String blueprint) {
    started.add(blueprint);
    submit();
  }

  private void submit() {
    StreamExecutionEnvironment environment = flink.environment(JOB);
    environment
        .fromSource(
            new DataGeneratorSource<>(
                n -> n, Long.MAX_VALUE, RateLimiterStrategy.perSecond(100), Types.LONG),
            WatermarkStrategy.noWatermarks(),
            "numbers")
        .setParallelism(1)
        .uid("numbers")
        .sinkTo(new DiscardingSink<>())
        .uid("nowhere");
    try {
      RestorePoint from = flink.restorePoints(JOB).newest();
      jobs.put("devices", flink.submit(environment, JOB, from));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As a change of the blueprints does that then cannot start the job, and cannot go back. */
  @Test
  void aJobThatAFailedChangeLeftFinishedIsStartedAgain() throws Exception {
    await(() -> condition().state() == JobCondition.State.RUNNING);
    FlinkJob left = job();
    left.stopWithSavepoint(PATIENCE);
    assertThat(left.status()).isEqualTo(JobStatus.FINISHED);
    await(() -> condition().state() == JobCondition.State.STOPPED);
    assertThat(condition().problem()).contains("the job devices-lake is STOPPED since " + at(0));

    later(30); // an apply may still be about to start it

    assertThat(condition().state()).isEqualTo(JobCondition.State.STOPPED);
    later(1);
    assertThat(condition().problem())
        .contains(
            "the job devices-lake is FAILED since "
                + at(31)
                + " after 0 restarts: it was stopped for a change of its blueprint and did not"
                + " start again. It is started again at "
                + at(36)
                + ": docs/runbooks/job-failed.md");
    later(4);
    assertThat(started).isEmpty();
    later(1);
    assertThat(started).containsExactly("devices");
    await(() -> condition().state() == JobCondition.State.RUNNING);
    assertThat(job()).isNotSameAs(left);
    assertThat(condition().restarts()).isEqualTo(1);
    later(100);
    assertThat(started).as("started once").hasSize(1);
  }

  @Test
  void aJobThatDoesNotStartForTheSameReasonAgainWaitsForAPerson() throws Exception {
    supervisor.close();
    List<Long> tried = new CopyOnWriteArrayList<>();
    supervisor =
        new JobSupervisor(
            () -> jobs,
            blueprint -> {
              tried.add(seconds.get());
              throw new IllegalStateException("state would be lost");
            },
            this::now,
            PAUSES);
    supervisor.start(new SimpleMeterRegistry());
    await(() -> condition().state() == JobCondition.State.RUNNING);
    job().stopWithSavepoint(PATIENCE);
    await(() -> condition().state() == JobCondition.State.STOPPED);

    for (int second = 0; second < 60; second++) {
      later(1);
    }

    assertThat(tried).as("seconds").containsExactly(36L, 46L);
    assertThat(condition().problem())
        .contains(
            "the job devices-lake is FAILED since "
                + at(31)
                + " after 2 restarts: IllegalStateException: state would be lost. Mend the cause,"
                + " then start it with 'leat apply': docs/runbooks/job-failed.md");
  }

  @Test
  void aJobIsLookedAfterFromItsFirstSubmissionUntilNobodyAsksForItAnyMore() throws Exception {
    await(() -> condition().state() == JobCondition.State.RUNNING);
    FlinkJob gone = job();

    jobs.clear();
    await(() -> registry.find("leat_job_state").gauges().isEmpty());
    assertThat(supervisor.condition(JOB)).isEmpty();
    gone.stopWithSavepoint(PATIENCE);
    seconds.addAndGet(100);

    submit();
    await(
        () ->
            supervisor.condition(JOB).map(JobCondition::state).orElse(null)
                == JobCondition.State.RUNNING);
    assertThat(condition().restarts()).isZero();
    assertThat(started).as("it ended on purpose").isEmpty();
  }

  private FlinkJob job() {
    return requireNonNull(jobs.get("devices"));
  }

  private JobCondition condition() {
    return supervisor.condition(JOB).orElseThrow();
  }

  private static Instant at(long second) {
    return Instant.EPOCH.plusSeconds(second);
  }

  /** Moves the clock, and returns when the job was looked at since. */
  private void later(long by) throws InterruptedException {
    seconds.addAndGet(by);
    long before = looks.get();
    await(() -> looks.get() > before + 2);
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waited for %s", PATIENCE).isLessThan(deadline);
      Thread.sleep(5);
    }
  }
}
