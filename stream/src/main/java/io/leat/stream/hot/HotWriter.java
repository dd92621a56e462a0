package io.leat.stream.hot;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.operators.ProcessingTimeService;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.table.data.RowData;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the rows of a stream: one batch is on its way, another one gathers. Owned by the task's
 * thread; only {@link #write(List)} runs on a thread of its own. The task waits when the next batch
 * is full, and at checkpoints.
 */
final class HotWriter implements SinkWriter<RowData> {
  private static final Logger log = LoggerFactory.getLogger(HotWriter.class);
  private static final Duration CLOSING = Duration.ofSeconds(10);

  private final HotRows rows;
  private final HotTableSink.Writer writer;
  private final HotTableSink.Bounds bounds;
  private final ProcessingTimeService time;
  private final HotBuffer gathering;
  private final ExecutorService thread;
  private @Nullable Future<?> writing;
  private @Nullable ScheduledFuture<?> timer;
  private boolean isTimed;

  HotWriter(
      HotRows rows,
      HotTableSink.Writer writer,
      HotTableSink.Bounds bounds,
      ProcessingTimeService time,
      ThreadFactory threads) {
    this.rows = rows;
    this.writer = writer;
    this.bounds = bounds;
    this.time = time;
    this.gathering = new HotBuffer(bounds.keys(), bounds.chars());
    this.thread = Executors.newSingleThreadExecutor(threads);
  }

  @Override
  public void write(RowData element, Context context) throws IOException, InterruptedException {
    rows.each(element, gathering::put);
    if (gathering.isFull()) {
      await();
      begin();
    } else if (!isTimed) {
      startTimer();
    }
  }

  @Override
  public void flush(boolean endOfInput) throws IOException, InterruptedException {
    await();
    begin();
    await();
  }

  private void startTimer() {
    isTimed = true;
    timer =
        time.registerTimer(
            time.getCurrentProcessingTime() + bounds.coalesce().toMillis(), now -> timeIsUp());
  }

  private void timeIsUp() throws IOException, InterruptedException {
    isTimed = false;
    Future<?> before = writing;
    if (before != null && !before.isDone()) {
      startTimer();
      return;
    }
    await();
    begin();
  }

  private void begin() {
    if (!gathering.isEmpty()) {
      List<HotWrite> batch = gathering.take();
      writing = thread.submit(() -> write(batch));
      if (!isTimed) {
        startTimer(); // looks whether it succeeded
      }
    }
  }

  /** The batch that is on its way is written. */
  private void await() throws IOException, InterruptedException {
    Future<?> before = writing;
    if (before != null) {
      try {
        before.get();
      } catch (ExecutionException e) {
        throw new IOException("The newest states were not written", e.getCause());
      }
      writing = null;
    }
  }

  private void write(List<HotWrite> batch) {
    Duration pause = bounds.firstPause();
    for (int attempt = 1; ; attempt++) {
      try {
        writer.write(batch);
        return;
      } catch (LeatException e) {
        if (e.code() != ErrorCode.STATE_UNAVAILABLE || attempt >= bounds.attempts()) {
          throw e;
        }
        log.warn("Newest states wait for PostgreSQL, attempt {}: {}", attempt, e.getMessage());
        sleep(pause, e);
        Duration next = pause.multipliedBy(2);
        pause = next.compareTo(bounds.longestPause()) < 0 ? next : bounds.longestPause();
      }
    }
  }

  private static void sleep(Duration pause, LeatException cause) {
    try {
      TimeUnit.MILLISECONDS.sleep(pause.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw cause;
    }
  }

  @Override
  public void close() {
    if (timer != null) {
      timer.cancel(false);
    }
    thread.shutdownNow();
    try {
      if (!thread.awaitTermination(CLOSING.toMillis(), TimeUnit.MILLISECONDS)) {
        log.warn("A batch of newest states is still being written");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    writer.close();
  }
}
