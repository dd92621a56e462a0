package io.leat.files.arrival;

import io.leat.event.LeatException;
import io.leat.files.place.MessageQueue;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes in what a queue tells of objects, on a thread of its own. A message is removed when all
 * that it names was looked at, and noted where it is new; until then the queue gives it again. One
 * that tells of no objects stays: it is for the queue's own dead-letter queue.
 */
public final class QueueReader implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(QueueReader.class);
  private static final Duration WAIT = Duration.ofSeconds(20);
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  private final String source;
  private final Opening queue;
  private final Look look;
  private final Thread thread;
  private volatile boolean isStopping;
  private @Nullable String failure;

  /** Opens the queue. */
  @FunctionalInterface
  public interface Opening {
    /** Opens it; it is closed with the reader. */
    MessageQueue open() throws IOException;
  }

  /** Looks at an object. */
  @FunctionalInterface
  public interface Look {
    /**
     * Looks at an object that may be nobody's, or gone.
     *
     * @throws IOException when it is not known whether it is there
     * @throws LeatException when it could not be noted
     */
    void at(ObjectMessages.Named object) throws IOException;
  }

  /**
   * Begins.
   *
   * @param source its name, for the thread and the log
   */
  public QueueReader(String source, Opening queue, Look look) {
    this.source = source;
    this.queue = queue;
    this.look = look;
    this.thread = new Thread(this::run, "leat-files-queue-" + source);
    this.thread.setDaemon(true);
    this.thread.start();
  }

  private void run() {
    Duration pause = FIRST_PAUSE;
    while (!isStopping) {
      try (MessageQueue open = queue.open()) {
        while (!isStopping) {
          take(open);
          pause = FIRST_PAUSE;
        }
      } catch (IOException | RuntimeException e) {
        failed("Cannot take in what the queue of " + source + " tells: " + text(e));
        try {
          Thread.sleep(pause.toMillis());
        } catch (InterruptedException stop) {
          return; // close() asks for it
        }
        Duration next = pause.multipliedBy(2);
        pause = next.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : next;
      }
    }
  }

  private static String text(Exception e) {
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }

  private void take(MessageQueue open) throws IOException {
    List<MessageQueue.Received> messages = open.receive(WAIT);
    List<MessageQueue.Received> done = new ArrayList<>();
    boolean isUnderstood = true;
    try {
      for (MessageQueue.Received message : messages) {
        if (isStopping) {
          return; // they come again
        }
        List<ObjectMessages.Named> objects = objects(message);
        if (objects == null) {
          isUnderstood = false;
          continue;
        }
        for (ObjectMessages.Named object : objects) {
          look.at(object);
        }
        done.add(message);
      }
    } finally {
      open.remove(done);
    }
    if (isUnderstood && !done.isEmpty() && failure != null) {
      log.info("The queue of {} is read again", source);
      failure = null;
    }
  }

  /** Null when the message tells of none. */
  private @Nullable List<ObjectMessages.Named> objects(MessageQueue.Received message) {
    try {
      return ObjectMessages.created(message.body());
    } catch (IllegalArgumentException e) {
      failed("A message in the queue of " + source + " stays there: " + e.getMessage());
      return null;
    }
  }

  private void failed(String why) {
    if (!isStopping && !why.equals(failure)) {
      log.warn("{}", why);
      failure = why;
    }
  }

  /** Stops. What it waits for goes on for some seconds, and is not taken any more. */
  @Override
  public void close() {
    isStopping = true;
    thread.interrupt();
    try {
      thread.join(1_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
