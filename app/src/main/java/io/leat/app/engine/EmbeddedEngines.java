package io.leat.app.engine;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The engines that a configuration wants embedded, started side by side: each waits mostly for
 * itself. Closed in the order in which data flows, so that each can still write to the next.
 */
public final class EmbeddedEngines implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedEngines.class);

  private final @Nullable PostgresEngine postgres;
  private final @Nullable KafkaEngine kafka;
  private final @Nullable FlinkEngine flink;
  private final Map<String, Duration> startTimes;

  private EmbeddedEngines(
      @Nullable PostgresEngine postgres,
      @Nullable KafkaEngine kafka,
      @Nullable FlinkEngine flink,
      Map<String, Duration> startTimes) {
    this.postgres = postgres;
    this.kafka = kafka;
    this.flink = flink;
    this.startTimes = new TreeMap<>(startTimes);
  }

  /** Starts them without an observer. */
  public static EmbeddedEngines start(
      DataDirectory data,
      @Nullable PostgresSettings postgres,
      @Nullable KafkaSettings kafka,
      @Nullable FlinkSettings flink) {
    return start(data, postgres, kafka, flink, StartObserver.NONE);
  }

  /**
   * Starts those with settings; null leaves one out, as when it is external.
   *
   * @throws LeatException of the first that does not start; the others are stopped again
   */
  public static EmbeddedEngines start(
      DataDirectory data,
      @Nullable PostgresSettings postgres,
      @Nullable KafkaSettings kafka,
      @Nullable FlinkSettings flink,
      StartObserver observer) {
    Map<String, Duration> times = new ConcurrentHashMap<>();
    StartObserver timing = new Timing(times, observer);
    FutureTask<PostgresEngine> postgresTask =
        task("postgres", timing, postgres, s -> PostgresEngine.start(data, s));
    FutureTask<KafkaEngine> kafkaTask =
        task("kafka", timing, kafka, s -> KafkaEngine.start(data, s));
    FutureTask<FlinkEngine> flinkTask =
        task("flink", timing, flink, s -> FlinkEngine.start(data, s));
    List<RuntimeException> failures = new ArrayList<>();
    PostgresEngine startedPostgres = result(postgresTask, failures);
    KafkaEngine startedKafka = result(kafkaTask, failures);
    FlinkEngine startedFlink = result(flinkTask, failures);
    EmbeddedEngines engines =
        new EmbeddedEngines(startedPostgres, startedKafka, startedFlink, times);
    if (!failures.isEmpty()) {
      RuntimeException first = failures.get(0);
      failures.stream().skip(1).forEach(first::addSuppressed);
      try {
        engines.close();
      } catch (RuntimeException e) {
        first.addSuppressed(e);
      }
      throw first;
    }
    LOG.info("Engines started: {}", engines.startTimes);
    return engines;
  }

  /** Null when it is external. */
  public @Nullable PostgresEngine postgres() {
    return postgres;
  }

  /** Null when it is external. */
  public @Nullable KafkaEngine kafka() {
    return kafka;
  }

  /** Null when it is external. */
  public @Nullable FlinkEngine flink() {
    return flink;
  }

  /** How long each took to start. */
  public Map<String, Duration> startTimes() {
    return Map.copyOf(startTimes);
  }

  /** Flink, Kafka, PostgreSQL; a failure of one does not keep the others running. */
  @Override
  public void close() {
    RuntimeException failure = null;
    for (@Nullable AutoCloseable engine : new @Nullable AutoCloseable[] {flink, kafka, postgres}) {
      if (engine == null) {
        continue;
      }
      try {
        engine.close();
      } catch (Exception e) {
        RuntimeException next =
            e instanceof RuntimeException runtime ? runtime : new IllegalStateException(e);
        if (failure == null) {
          failure = next;
        } else {
          failure.addSuppressed(next);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  private interface Starter<S, E> {
    E start(S settings);
  }

  private record Timing(Map<String, Duration> times, StartObserver next) implements StartObserver {
    @Override
    public void starting(String part) {
      next.starting(part);
    }

    @Override
    public void started(String part, Duration took) {
      times.put(part, took);
      next.started(part, took);
    }
  }

  private static <S, E> FutureTask<E> task(
      String name, StartObserver observer, @Nullable S settings, Starter<S, E> starter) {
    FutureTask<E> task =
        new FutureTask<>(
            () -> settings == null ? null : observer.observe(name, () -> starter.start(settings)));
    new Thread(task, "leat-start-" + name).start();
    return task;
  }

  private static <E> @Nullable E result(FutureTask<E> task, List<RuntimeException> failures) {
    try {
      return task.get();
    } catch (ExecutionException e) {
      failures.add(
          e.getCause() instanceof RuntimeException runtime
              ? runtime
              : new LeatException(
                  ErrorCode.INTERNAL, "An engine did not start: " + e.getCause(), e.getCause()));
      return null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      failures.add(
          new LeatException(ErrorCode.NOT_READY, "Interrupted while engines were starting", e));
      return null;
    }
  }
}
