package io.leat.app.demo;

import io.leat.app.client.EventSender;
import io.leat.app.client.HttpProblemException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sends a feed over several connections at a steady rate. All records of one key go over the same
 * connection, one request after the other, so that their order is kept.
 */
final class Feeder {
  private static final int QUEUE = 5_000;
  private static final Duration TICK = Duration.ofMillis(50);

  private final Ledger ledger;
  private final List<Connection> connections = new ArrayList<>();
  private volatile @Nullable RuntimeException failure;

  /**
   * @param blueprint whose streams the records belong to
   * @param run unique to this run
   * @param connections how many
   * @param counts takes what the gateway answers
   * @param ledger takes what is handed over
   */
  Feeder(
      String blueprint,
      EventSender sender,
      String run,
      int connections,
      FeedCounts counts,
      Ledger ledger) {
    this.ledger = ledger;
    for (int i = 0; i < connections; i++) {
      this.connections.add(
          new Connection(i, new RecordSender(blueprint, sender, counts, run + "-" + i)));
    }
  }

  /**
   * Sends everything and returns when all is answered.
   *
   * @param perSecond records a second
   * @param longest after this no more are taken from the feed
   * @return whether the feed was sent to its end
   * @throws HttpProblemException if the gateway refuses a request for good
   */
  boolean run(RecordFeed feed, double perSecond, Duration longest) throws InterruptedException {
    connections.forEach(Thread::start);
    try {
      produce(feed, perSecond, longest);
    } finally {
      for (Connection connection : connections) {
        connection.end();
      }
      for (Connection connection : connections) {
        connection.join();
      }
    }
    RuntimeException failed = failure;
    if (failed != null) {
      throw failed;
    }
    return !feed.hasNext();
  }

  private void produce(RecordFeed feed, double perSecond, Duration longest)
      throws InterruptedException {
    long start = System.nanoTime();
    long produced = 0;
    while (feed.hasNext() && failure == null) {
      long elapsed = System.nanoTime() - start;
      if (elapsed > longest.toNanos()) {
        return;
      }
      long due = (long) (perSecond * elapsed / 1e9) + 1;
      for (; produced < due && feed.hasNext(); produced++) {
        DemoRecord record = feed.next();
        if (!connection(record).offer(record)) {
          return;
        }
        ledger.add(record);
      }
      Thread.sleep(TICK.toMillis());
    }
  }

  private Connection connection(DemoRecord record) {
    return connections.get(Math.floorMod(record.key().hashCode(), connections.size()));
  }

  /** One connection: a queue and the thread that sends what is in it. */
  private final class Connection extends Thread {
    private final BlockingQueue<DemoRecord> queue = new ArrayBlockingQueue<>(QUEUE);
    private final RecordSender records;
    private volatile boolean ending;

    Connection(int number, RecordSender records) {
      super("leat-demo-sender-" + number);
      this.records = records;
      setDaemon(true);
    }

    /** Waits while the queue is full; false when the feeder has failed. */
    boolean offer(DemoRecord record) throws InterruptedException {
      while (failure == null) {
        if (queue.offer(record, 100, TimeUnit.MILLISECONDS)) {
          return true;
        }
      }
      return false;
    }

    void end() {
      ending = true;
    }

    @Override
    public void run() {
      try {
        List<DemoRecord> taken = new ArrayList<>();
        while (failure == null && !(ending && queue.isEmpty())) {
          DemoRecord first = queue.poll(50, TimeUnit.MILLISECONDS);
          if (first != null) {
            taken.add(first);
            queue.drainTo(taken, 4 * RecordSender.BATCH);
            records.send(taken);
            taken.clear();
          }
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (HttpProblemException e) {
        failure = e;
      }
    }
  }
}
