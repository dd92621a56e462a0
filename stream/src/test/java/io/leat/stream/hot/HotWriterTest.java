package io.leat.stream.hot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.stream.TestingRows;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.api.common.operators.ProcessingTimeService;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What reaches the database, when, and what happens when that is away. */
class HotWriterTest {
  private static final HotTableSink.Bounds BOUNDS =
      new HotTableSink.Bounds(
          Duration.ofMillis(100), 5, 10_000, 3, Duration.ofMillis(1), Duration.ofMillis(2));

  private final TestingTime time = new TestingTime();
  private final TestingWriter database = new TestingWriter();
  private final TestingRows rows = new TestingRows();
  private final HotWriter writer = writer(BOUNDS);

  private HotWriter writer(HotTableSink.Bounds bounds) {
    return new HotWriter(
        new HotRows(
            "devices",
            rows.plan(),
            List.of(
                new HotTablePlan(
                    "device",
                    "telemetry",
                    List.of("temperature_c", "location", "tags", "free", "ts"),
                    Duration.ofDays(90)))),
        database,
        bounds,
        time,
        Thread::new);
  }

  @AfterEach
  void close() throws Exception {
    writer.close();
  }

  @Test
  void anEventIsWrittenWithItsColumnsItsPositionAndItsEnd() throws Exception {
    send(
        7,
        "d-1",
        "{\"device_id\":\"d-1\",\"ts\":\"2026-11-21T09:59:58.5Z\",\"temperature_c\":21.5,"
            + "\"location\":{\"lat\":1.5},\"tags\":[\"a\",\"b\"],\"free\":{\"x\":[1,null]}}");
    writer.flush(false);

    HotWrite write = database.batches.get(0).get(0);
    assertThat(write.columns())
        .isEqualTo(
            "{\"temperature_c\":21.5,\"location\":{\"lat\":1.5,\"lon\":null},\"tags\":[\"a\",\"b\"],"
                + "\"free\":{\"x\":[1,null]},\"ts\":\"2026-11-21T09:59:58.500Z\"}");
    assertThat(write.blueprint() + " " + write.table() + " " + write.stream() + " " + write.key())
        .isEqualTo("devices device telemetry d-1");
    assertThat(write.position().offset()).isEqualTo(7);
    assertThat(write.time()).isEqualTo("2026-11-21T09:59:58.500Z");
    assertThat(write.received()).isEqualTo("2026-11-21T10:00:00.000007Z");
    assertThat(write.expires()).isEqualTo(write.received().plus(Duration.ofDays(90)));
  }

  @Test
  void whatAnEventDoesNotHaveIsNull() throws Exception {
    send(1, "d-1", "{\"device_id\":\"d-1\"}");
    writer.flush(false);

    assertThat(database.batches.get(0).get(0).columns())
        .isEqualTo(
            "{\"temperature_c\":null,\"location\":null,\"tags\":null,\"free\":null,\"ts\":null}");
  }

  @Test
  void textsThatPostgresCannotKeepAreReplacedAndNotRefused() throws Exception {
    send(
        1,
        "d\\u0000",
        "{\"device_id\":\"d\\u0000\",\"tags\":[\"a\\u0000b\",\"\\ud83d\\ude00\"],"
            + "\"free\":{\"k\\u0000\":\"\\u0000\",\"big\":1e999}}");
    writer.flush(false);

    HotWrite write = database.batches.get(0).get(0);
    assertThat(write.columns())
        .contains("[\"a\uFFFDb\",\"😀\"]", "{\"k\uFFFD\":\"\uFFFD\"")
        .doesNotContain("\\u0000");
  }

  @Test
  void eventsOfAnEntityWithinATenthOfASecondBecomeOneAndKeysAreSorted() throws Exception {
    send(3, "d-2", temperature("d-2", 1));
    send(1, "d-1", temperature("d-1", 2));
    send(2, "d-1", temperature("d-1", 3));
    send(5, "d-2", temperature("d-2", 4));
    assertThat(database.batches).isEmpty();

    time.pass(99);
    assertThat(database.batches).isEmpty();
    time.pass(1);
    writer.flush(false);

    assertThat(database.said()).containsExactly("d-1@2 d-2@5");
  }

  @Test
  void anOlderEventThatComesLaterDoesNotReplaceANewerOne() throws Exception {
    send(9, "d-1", temperature("d-1", 9));
    send(4, "d-1", temperature("d-1", 4));
    writer.flush(false);

    assertThat(database.said()).containsExactly("d-1@9");
  }

  @Test
  void aFullBufferIsWrittenAtOnce() throws Exception {
    for (int i = 0; i < 12; i++) {
      send(i, "d-" + (char) ('a' + i), temperature("d", i));
    }
    writer.flush(true);

    assertThat(database.batches).extracting(List::size).containsExactly(5, 5, 2);
  }

  @Test
  void manyCharactersFillTheBufferToo() throws Exception {
    HotWriter narrow =
        writer(
            new HotTableSink.Bounds(
                Duration.ofMillis(100), 1_000, 500, 1, Duration.ZERO, Duration.ZERO));
    for (int i = 0; i < 4; i++) {
      narrow.write(
          rows.row(i, "d-" + i, "{\"device_id\":\"d\",\"tags\":[\"" + "x".repeat(300) + "\"]}"),
          new NoContext());
    }
    narrow.flush(false);
    narrow.close();

    assertThat(database.batches).extracting(List::size).containsExactly(2, 2);
  }

  @Test
  void whileABatchIsOnItsWayTheTaskGoesOnAndTheNextGathers() throws Exception {
    database.hold();
    send(1, "d-1", temperature("d-1", 1));
    time.pass(100);
    database.awaitHeld();
    send(2, "d-1", temperature("d-1", 2));
    time.pass(100);
    send(3, "d-1", temperature("d-1", 3));
    time.pass(100);
    assertThat(database.batches).isEmpty();

    database.release();
    writer.flush(false);

    assertThat(database.said()).containsExactly("d-1@1", "d-1@3");
  }

  @Test
  void aDatabaseThatIsAwayForAWhileIsWaitedFor() throws Exception {
    database.failures = 2;
    send(1, "d-1", temperature("d-1", 1));
    writer.flush(false);

    assertThat(database.said()).containsExactly("d-1@1");
    assertThat(database.attempts.get()).isEqualTo(3);
  }

  @Test
  void aDatabaseThatStaysAwayFailsTheTaskAtTheCheckpoint() throws Exception {
    database.failures = 3;
    send(1, "d-1", temperature("d-1", 1));

    assertThatThrownBy(() -> writer.flush(false))
        .isInstanceOf(IOException.class)
        .hasMessage("The newest states were not written")
        .hasRootCauseMessage("it is away");
    assertThat(database.attempts.get()).isEqualTo(3);
  }

  @Test
  void aRefusalIsNotTriedAgain() throws Exception {
    database.failures = 1;
    database.code = ErrorCode.INTERNAL;
    send(1, "d-1", temperature("d-1", 1));

    assertThatThrownBy(() -> writer.flush(false)).isInstanceOf(IOException.class);
    assertThat(database.attempts.get()).isEqualTo(1);
  }

  @Test
  void aBatchThatFailedIsNoticedWithoutAnotherEvent() throws Exception {
    database.failures = 3;
    send(1, "d-1", temperature("d-1", 1));
    time.pass(100);
    assertThat(database.failed.await(10, TimeUnit.SECONDS)).isTrue();

    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 1_000; i++) {
                time.pass(100);
                Thread.sleep(10); // the other thread has counted, and ends
              }
            })
        .hasMessage("The newest states were not written");
  }

  private void send(long offset, String key, String json) throws Exception {
    writer.write(rows.row(offset, key, json), new NoContext());
  }

  private static String temperature(String device, int degrees) {
    return "{\"device_id\":\"" + device + "\",\"temperature_c\":" + degrees + "}";
  }

  private record NoContext() implements SinkWriter.Context {
    @Override
    public long currentWatermark() {
      return Long.MIN_VALUE;
    }

    @Override
    public @Nullable Long timestamp() {
      return null;
    }
  }

  /** Keeps batches, after failing as often as it is told. */
  private static final class TestingWriter implements HotTableSink.Writer {
    private final List<List<HotWrite>> batches = new CopyOnWriteArrayList<>();
    private final CountDownLatch failed = new CountDownLatch(3);
    private volatile int failures;
    private final AtomicInteger attempts = new AtomicInteger();
    private volatile ErrorCode code = ErrorCode.STATE_UNAVAILABLE;
    private volatile CountDownLatch gate = new CountDownLatch(0);
    private final CountDownLatch held = new CountDownLatch(1);

    @Override
    public void write(List<HotWrite> sorted) {
      int attempt = attempts.incrementAndGet();
      held.countDown();
      try {
        gate.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      if (attempt <= failures) {
        failed.countDown();
        throw new LeatException(code, "it is away");
      }
      batches.add(sorted);
    }

    void hold() {
      gate = new CountDownLatch(1);
    }

    void awaitHeld() throws InterruptedException {
      assertThat(held.await(10, TimeUnit.SECONDS)).isTrue();
    }

    void release() {
      gate.countDown();
    }

    List<String> said() {
      return batches.stream()
          .map(
              batch ->
                  String.join(
                      " ",
                      batch.stream()
                          .map(one -> one.key() + "@" + one.position().offset())
                          .toList()))
          .toList();
    }

    @Override
    public void close() {}
  }

  /** Time that passes when it is told to. */
  private static final class TestingTime implements ProcessingTimeService {
    private record Timer(long at, ProcessingTimeCallback callback) {}

    private final List<Timer> timers = new ArrayList<>();
    private long now = 1_000;

    @Override
    public long getCurrentProcessingTime() {
      return now;
    }

    @Override
    public @Nullable ScheduledFuture<?> registerTimer(long at, ProcessingTimeCallback callback) {
      timers.add(new Timer(at, callback));
      return null;
    }

    void pass(long millis) throws Exception {
      now += millis;
      for (Timer timer : List.copyOf(timers)) {
        if (timer.at() <= now) {
          timers.remove(timer);
          timer.callback().onProcessingTime(now);
        }
      }
    }
  }
}
