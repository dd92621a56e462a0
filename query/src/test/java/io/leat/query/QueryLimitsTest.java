package io.leat.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.query.planning.TableAccess;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QueryLimitsTest {
  private static final String RUNAWAY =
      "SELECT count(*) FROM range(100000000) a, range(1000000) b WHERE a.range + b.range = -1";

  private final QuerySettings settings;
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private @Nullable QueryEngine engine;

  QueryLimitsTest(@TempDir Path directory) {
    settings = QuerySettings.defaults(directory.resolve("query"));
  }

  private QueryEngine engine(QuerySettings settings) {
    InMemoryCatalog catalog = new InMemoryCatalog();
    catalog.initialize("lake", Map.of());
    engine = new QueryEngine(settings, catalog, registry);
    return engine;
  }

  @AfterEach
  void stop() {
    if (engine != null) {
      engine.close();
    }
  }

  @Test
  void aRunawayQueryEndsAtItsTimeLimit() {
    QueryEngine engine = engine(settings.withLimits(Duration.ofMillis(1500), 64L << 20));

    assertFailure(
        () -> engine.query(RUNAWAY, 0),
        ErrorCode.QUERY_TIMEOUT,
        "The query ran longer than its limit of 1.5 s");
    assertThat(engine.query("SELECT 1", 0).rows()).hasToString("[[1]]");
    assertThat(count("leat_query_worker_starts")).isEqualTo(1);
  }

  @Test
  void aQueryThatNeedsTooMuchMemoryEnds() {
    QueryEngine engine = engine(settings.withLimits(Duration.ofSeconds(60), 64L << 20));

    assertFailure(
        () -> engine.query("SELECT list(r ORDER BY r DESC) FROM range(50000000) t(r)", 0),
        ErrorCode.QUERY_MEMORY,
        "The query needs more memory than the 64 MiB that it may use");
    assertThat(engine.query("SELECT 1", 0).rows()).hasToString("[[1]]");
  }

  @Test
  void aValueThatDoesNotFitIntoTheWorkerIsRefused() {
    QueryEngine engine = engine(settings);

    assertThatThrownBy(() -> engine.query("SELECT repeat('x', 200000000)", 0))
        .isInstanceOfSatisfying(
            LeatException.class,
            e -> assertThat(e.code()).as(e.getMessage()).isEqualTo(ErrorCode.QUERY_MEMORY));
    assertThat(engine.query("SELECT 1", 0).rows()).hasToString("[[1]]");
  }

  @Test
  void largeValuesInManyRowsDoNotUseUpTheMachine() throws Exception {
    QueryEngine engine = engine(settings.withLimits(Duration.ofSeconds(30), 64L << 20));
    engine.query("SELECT 1", 0);
    long pid = engine.workerPids().get(0);

    assertThatThrownBy(
            () ->
                engine.query(
                    "SELECT repeat('x', CASE WHEN range < 300000 THEN 1 ELSE 300000 END)"
                        + " FROM range(1000000)",
                    1_000_000))
        .isInstanceOfSatisfying(
            LeatException.class,
            e -> assertThat(e.code()).isIn(ErrorCode.QUERY_MEMORY, ErrorCode.SQL_FAILED));

    String peak =
        Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
            .filter(line -> line.startsWith("VmHWM:"))
            .findFirst()
            .orElseThrow();
    assertThat(Long.parseLong(peak.replaceAll("\\D", ""))).isLessThan(700_000);
    assertThat(engine.query("SELECT 1", 0).rows()).hasToString("[[1]]");
  }

  @Test
  void anErrorAfterManyRowsIsNotTakenForTheEnd() {
    QueryEngine engine = engine(settings);

    assertFailure(
        () ->
            engine.query(
                "SELECT CASE WHEN range = 900000 THEN 'x' ELSE '1' END::INT, repeat('y', 50)"
                    + " FROM range(1000000)",
                1_000_000),
        ErrorCode.SQL_FAILED,
        "The query failed after its first rows: a value could not be computed, or its memory was"
            + " used up");
    assertThat(engine.query("SELECT 1", 0).rows()).hasToString("[[1]]");
  }

  @Test
  void aCancelledQueryEndsSoon() throws Exception {
    QueryEngine engine = engine(settings);
    engine.query("SELECT 1", 0);
    WaitingSink sink = new WaitingSink();
    QueryHandle handle = engine.run(RUNAWAY, 0, TableAccess.ALL, sink);
    Thread.sleep(300);

    long before = System.nanoTime();
    handle.cancel();

    assertThat(sink.failure.get(10, TimeUnit.SECONDS).code()).isEqualTo(ErrorCode.QUERY_CANCELLED);
    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(10));
    assertThat(engine.query("SELECT 1", 0).rows()).hasToString("[[1]]");
    assertThat(count("leat_query_worker_starts")).isEqualTo(1);
  }

  @Test
  void aWorkerThatDoesNotObeyIsKilledAndReplaced() throws Exception {
    QueryEngine engine = engine(settings);
    engine.query("SELECT 1", 0);
    long pid = engine.workerPids().get(0);
    WaitingSink sink = new WaitingSink();
    QueryHandle handle = engine.run(RUNAWAY, 0, TableAccess.ALL, sink);
    Thread.sleep(200);
    new ProcessBuilder("kill", "-STOP", Long.toString(pid)).start().waitFor();

    handle.cancel();

    assertThat(sink.failure.get(3, TimeUnit.SECONDS).code()).isEqualTo(ErrorCode.QUERY_CANCELLED);
    assertThat(engine.query("SELECT 1", 0).rows()).hasToString("[[1]]");
    assertThat(engine.workerPids()).doesNotContain(pid);
    assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty();
  }

  @Test
  void aWorkerKilledInMidQueryIsReplaced() throws Exception {
    QueryEngine engine = engine(settings);
    engine.query("SELECT 1", 0);
    long pid = engine.workerPids().get(0);
    WaitingSink sink = new WaitingSink();
    engine.run(RUNAWAY, 0, TableAccess.ALL, sink);
    Thread.sleep(200);

    ProcessHandle.of(pid).orElseThrow().destroyForcibly();

    LeatException failure = sink.failure.get(3, TimeUnit.SECONDS);
    assertThat(failure.code()).isEqualTo(ErrorCode.QUERY_ENGINE_UNAVAILABLE);
    assertThat(failure)
        .hasMessage("The query engine's process ended in mid-query; send the query again");
    assertThat(engine.query("SELECT 1", 0).rows()).hasToString("[[1]]");
    assertThat(count("leat_query_worker_crashes")).isEqualTo(1);
  }

  @Test
  void queriesBeyondTheWaitingOnesAreRefused() throws Exception {
    QueryEngine engine = engine(settings.withWorkers(1, 1, Duration.ofSeconds(60)));
    WaitingSink first = new WaitingSink();
    WaitingSink second = new WaitingSink();
    engine.run(RUNAWAY, 0, TableAccess.ALL, first);
    Thread.sleep(100);
    QueryHandle waiting = engine.run(RUNAWAY, 0, TableAccess.ALL, second);

    assertFailure(
        () -> engine.query("SELECT 1", 0),
        ErrorCode.OVERLOADED,
        "1 queries are running and 1 are waiting; try again later");
    waiting.cancel();
    assertThat(second.failure.get(1, TimeUnit.SECONDS).code()).isEqualTo(ErrorCode.QUERY_CANCELLED);
  }

  @Test
  void idleWorkersEndButForOne() throws Exception {
    QueryEngine engine = engine(settings.withWorkers(2, 8, Duration.ofMillis(400)));
    WaitingSink first = new WaitingSink();
    WaitingSink second = new WaitingSink();
    List<QueryHandle> both =
        List.of(
            engine.run(RUNAWAY, 0, TableAccess.ALL, first),
            engine.run(RUNAWAY, 0, TableAccess.ALL, second));
    await(() -> engine.workerPids().size() == 2);
    both.forEach(QueryHandle::cancel);
    first.failure.get(10, TimeUnit.SECONDS);
    second.failure.get(10, TimeUnit.SECONDS);

    await(() -> engine.workerPids().size() == 1);
    assertThat(engine.query("SELECT 1", 0).rows()).hasToString("[[1]]");
  }

  @Test
  void anAnswerIsCutAtTheRowLimit() {
    QueryEngine engine = engine(settings);

    QueryResult cut = engine.query("SELECT * FROM range(5)", 3);
    assertThat(cut.rows()).hasToString("[[0], [1], [2]]");
    assertThat(cut.summary().truncated()).isTrue();
    assertThat(engine.query("SELECT * FROM range(3)", 3).summary().truncated()).isFalse();
    assertThat(engine.query("SELECT * FROM range(1000000000000)", 0).summary().rows())
        .isEqualTo(10_000);
  }

  @Test
  void aFullSinkStopsTheReading() throws Exception {
    QueryEngine engine = engine(settings);
    engine.query("SELECT 1", 0);
    AtomicInteger batches = new AtomicInteger();
    CountDownLatch done = new CountDownLatch(1);
    List<Runnable> resume = new ArrayList<>();
    WaitingSink sink =
        new WaitingSink() {
          @Override
          public void rows(byte[] json) {
            batches.incrementAndGet();
          }

          @Override
          public boolean isFull() {
            return batches.get() == 1;
          }

          @Override
          public void whenReady(Runnable action) {
            synchronized (resume) {
              resume.add(action);
            }
          }

          @Override
          public void done(QuerySummary summary) {
            done.countDown();
          }
        };
    engine.run("SELECT range, repeat('x', 500) FROM range(10000)", 0, TableAccess.ALL, sink);

    await(() -> batches.get() == 1);
    assertThat(done.await(500, TimeUnit.MILLISECONDS)).isFalse();
    assertThat(batches).hasValue(1);
    batches.set(2);
    synchronized (resume) {
      resume.forEach(Runnable::run);
    }
    assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(batches.get()).isGreaterThan(50);
  }

  @Test
  void aWorkerEndsWithItsParent(@TempDir Path directory) throws Exception {
    Process parent =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                TestingParent.class.getName(),
                directory.toString())
            .redirectError(new File("/dev/null"))
            .start();
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(parent.getInputStream(), StandardCharsets.UTF_8))) {
      String line = out.readLine();
      while (line != null && !line.startsWith("worker=")) {
        line = out.readLine();
      }
      assertThat(line).isNotNull();
      ProcessHandle worker =
          ProcessHandle.of(Long.parseLong(line.substring("worker=".length()))).orElseThrow();
      assertThat(worker.isAlive()).isTrue();

      parent.destroyForcibly();

      worker.onExit().get(3, TimeUnit.SECONDS);
    } finally {
      parent.destroyForcibly();
    }
  }

  private double count(String name) {
    return registry.counter(name).count();
  }

  private static void assertFailure(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call, ErrorCode code, String message) {
    assertThatThrownBy(call)
        .hasMessage(message)
        .isInstanceOfSatisfying(LeatException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waited too long").isLessThan(until);
      Thread.sleep(10);
    }
  }

  private static class WaitingSink implements ResultSink {
    final CompletableFuture<LeatException> failure = new CompletableFuture<>();

    @Override
    public void columns(List<ResultColumn> columns) {}

    @Override
    public void rows(byte[] json) {}

    @Override
    public void done(QuerySummary summary) {
      failure.completeExceptionally(new AssertionError("It was answered: " + summary));
    }

    @Override
    public void failed(LeatException reason) {
      failure.complete(reason);
    }
  }
}
