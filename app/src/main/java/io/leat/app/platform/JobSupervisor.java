package io.leat.app.platform;

import io.leat.app.engine.FlinkJob;
import io.leat.event.LeatException;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after the jobs, on a thread of its own. Flink restarts a failing job a bounded number of
 * times; then it has failed, and is started from its newest checkpoint after a pause that grows.
 * One that fails twice for the same reason without getting further, and not because an engine is
 * away, stays failed until a person starts it again.
 */
final class JobSupervisor implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(JobSupervisor.class);

  /** A job that is stopped on purpose is started again sooner. */
  private static final Duration STOPPED = Duration.ofSeconds(30);

  /** Whatever hindered its start, a later one may succeed. */
  private static final JobFailure LEFT =
      new JobFailure(
          "it was stopped for a change of its blueprint and did not start again",
          JobFailure.Kind.ENGINE_AWAY);

  private final Supplier<Map<String, FlinkJob>> jobs;
  private final Starter starter;
  private final InstantSource clock;
  private final Pauses pauses;
  private final Map<String, Life> lives = new ConcurrentSkipListMap<>();
  private final Thread thread = new Thread(this::run, "leat-jobs");
  private @Nullable MeterRegistry registry;
  private volatile boolean closed;

  /** Starts a failed job from its newest checkpoint. */
  @FunctionalInterface
  interface Starter {
    void start(String job);
  }

  /**
   * How long to wait.
   *
   * @param look between two looks at the jobs
   * @param first before a failed job is started again; doubled with each failure
   * @param longest the most that it grows to
   */
  record Pauses(Duration look, Duration first, Duration longest) {
    static final Pauses DEFAULT =
        new Pauses(Duration.ofSeconds(1), Duration.ofSeconds(5), Duration.ofMinutes(1));

    Duration after(int failures) {
      Duration pause = first.multipliedBy(1L << Math.min(failures - 1, 20));
      return pause.compareTo(longest) < 0 ? pause : longest;
    }
  }

  /**
   * @param jobs the newest submission of each job, by its name
   */
  JobSupervisor(
      Supplier<Map<String, FlinkJob>> jobs, Starter starter, InstantSource clock, Pauses pauses) {
    this.jobs = jobs;
    this.starter = starter;
    this.clock = clock;
    this.pauses = pauses;
    thread.setDaemon(true);
  }

  /** A job, over its submissions. The fields but for the condition are the thread's own. */
  private static final class Life {
    private FlinkJob job;
    private long restartsBefore;
    private long restarts;
    private int failures;
    private boolean hasProgressed;
    private @Nullable JobFailure last;

    /** With which the submission before ended, if that got no further. */
    private @Nullable JobFailure ended;

    private final List<Meter> meters = new ArrayList<>();
    private volatile JobCondition condition;

    Life(FlinkJob job, Instant now) {
      this.job = job;
      this.condition =
          new JobCondition(job.name(), JobCondition.State.STARTING, now, 0, null, null);
    }

    void become(JobCondition.State state, Instant now, @Nullable Instant nextTry) {
      Instant since = state == condition.state() ? condition.since() : now;
      JobFailure why = last;
      condition =
          new JobCondition(
              job.name(),
              state,
              since,
              restartsBefore + restarts,
              why == null ? null : why.cause(),
              nextTry);
    }
  }

  /** Begins to look after the jobs that there are. */
  void start(MeterRegistry registry) {
    this.registry = registry;
    look();
    thread.start();
  }

  private Life begin(FlinkJob job) {
    Life life = new Life(job, clock.instant());
    if (registry != null) {
      register(registry, life);
    }
    return life;
  }

  private void forget(String name) {
    Life gone = lives.remove(name);
    if (gone != null && registry != null) {
      gone.meters.forEach(registry::remove);
    }
  }

  private static void register(MeterRegistry registry, Life life) {
    String job = life.condition.job();
    life.meters.add(
        FunctionCounter.builder("leat_job_restarts", life, own -> own.condition.restarts())
            .description("How often the job was started anew after a failure")
            .tag("job", job)
            .register(registry));
    for (JobCondition.State state : JobCondition.State.values()) {
      life.meters.add(
          Gauge.builder("leat_job_state", life, own -> own.condition.state() == state ? 1 : 0)
              .description("1 at the state that the job is in")
              .tag("job", job)
              .tag("state", state.name().toLowerCase(java.util.Locale.ROOT))
              .strongReference(true)
              .register(registry));
    }
  }

  /** How the job is; empty before it was looked at. */
  Optional<JobCondition> condition(String job) {
    return lives.values().stream()
        .map(life -> life.condition)
        .filter(condition -> condition.job().equals(job))
        .findFirst();
  }

  /** What keeps the jobs from being well, if anything does. */
  Optional<String> problem() {
    return lives.values().stream()
        .flatMap(life -> life.condition.problem().stream())
        .reduce((one, other) -> one + "; " + other);
  }

  private void run() {
    while (!closed) {
      try {
        Thread.sleep(pauses.look().toMillis());
        look();
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        log.warn("The jobs cannot be looked after", e);
      }
    }
  }

  private void look() {
    Map<String, FlinkJob> all = jobs.get();
    List.copyOf(lives.keySet()).stream()
        .filter(name -> !all.containsKey(name))
        .forEach(this::forget);
    all.forEach((name, job) -> look(name, job, lives.computeIfAbsent(name, any -> begin(job))));
  }

  private void look(String name, FlinkJob job, Life life) {
    Instant now = clock.instant();
    if (life.job != job) {
      boolean wasFailed = life.condition.state() == JobCondition.State.FAILED;
      life.restartsBefore += life.restarts + (wasFailed ? 1 : 0);
      life.restarts = 0;
      life.hasProgressed = false;
      life.job = job;
      life.become(JobCondition.State.STARTING, now, null);
    }
    try {
      boolean hasFailed = life.condition.state() == JobCondition.State.FAILED;
      if (!hasFailed) {
        read(life, now);
      } else {
        tryAgain(name, life, now);
      }
    } catch (LeatException e) {
      log.debug("The job {} does not tell how it is", job.name(), e);
      life.become(JobCondition.State.UNKNOWN, now, null);
    }
  }

  private void read(Life life, Instant now) {
    FlinkJob job = life.job;
    life.restarts = Math.max(life.restarts, job.restarts());
    life.hasProgressed |= job.checkpoints().completed() > 0;
    Throwable failure = job.failure();
    JobFailure why = failure == null ? null : JobFailure.of(failure);
    switch (job.status()) {
      case FAILED -> fail(life, why == null ? unknown() : why, now);
      case RUNNING -> {
        if (!job.isProcessing()) { // its tasks are opening, which takes long with an engine away
          life.last = why == null ? life.last : why;
          boolean isFirst = life.last == null;
          life.become(
              isFirst ? JobCondition.State.STARTING : JobCondition.State.RESTARTING, now, null);
          return;
        }
        if (life.hasProgressed) {
          life.failures = 0;
          life.ended = null;
        }
        life.last = why == null ? life.last : why;
        life.become(JobCondition.State.RUNNING, now, null);
      }
      case INITIALIZING, CREATED, RECONCILING ->
          life.become(JobCondition.State.STARTING, now, null);
      case RESTARTING, FAILING -> {
        life.last = why == null ? life.last : why;
        life.become(JobCondition.State.RESTARTING, now, null);
      }
      case FINISHED, CANCELED -> ended(life, now);
      case CANCELLING, SUSPENDED -> life.become(JobCondition.State.STOPPED, now, null);
    }
  }

  /** As in a change of the blueprints, whose start of the job may have failed. */
  private void ended(Life life, Instant now) {
    if (life.condition.state() == JobCondition.State.FAILED) {
      return;
    }
    life.become(JobCondition.State.STOPPED, now, null);
    if (Duration.between(life.condition.since(), now).compareTo(STOPPED) > 0) {
      fail(life, LEFT, now);
    }
  }

  private static JobFailure unknown() {
    return new JobFailure("Flink does not tell why", JobFailure.Kind.OTHER);
  }

  private void fail(Life life, JobFailure why, Instant now) {
    JobFailure before = life.ended;
    boolean isTheSame = before != null && why.isLike(before) && !life.hasProgressed;
    life.failures = life.hasProgressed ? 1 : life.failures + 1;
    life.last = why;
    life.ended = why;
    boolean stays = why.kind() != JobFailure.Kind.ENGINE_AWAY && isTheSame;
    Instant nextTry = stays ? null : now.plus(pauses.after(life.failures));
    life.become(JobCondition.State.FAILED, now, nextTry);
    log.error("{}", life.condition.problem().orElse(""));
  }

  private void tryAgain(String name, Life life, Instant now) {
    Instant nextTry = life.condition.nextTry();
    if (nextTry == null || now.isBefore(nextTry)) {
      return;
    }
    log.info("Starting the failed job {} again from its newest checkpoint", life.job.name());
    try {
      starter.start(name);
    } catch (RuntimeException e) {
      if (jobs.get().get(name) == life.job) {
        life.restartsBefore++;
        life.hasProgressed = false;
        fail(life, JobFailure.of(e), clock.instant());
      } // else it was submitted, and the next look sees how it is
    }
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      thread.join(Duration.ofSeconds(5).toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
