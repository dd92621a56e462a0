package io.leat.files.arrival;

import io.leat.event.LeatException;
import io.leat.files.place.MessageQueue;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
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
  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(5);

  private final String source;
  private final Opening queue;
  private final Look look;
  private final Thread thread;

  /** Held but while it waits for messages, which nothing interrupts. */
  private final ReentrantLock taking = new ReentrantLock();

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
    taking.lock();
    try {
      if (!isStopping) { // else they come again
        take(open, messages);
      }
    } finally {
      taking.unlock();
    }
  }

  /** What cannot be looked at is in no other message's way. */
  private void take(MessageQueue open, List<MessageQueue.Received> messages) throws IOException {
    List<MessageQueue.Received> done = new ArrayList<>();
    IOException unknown = null;
    boolean isUnderstood = true;
    try {
      for (MessageQueue.Received message : messages) {
        List<ObjectMessages.Named> objects = objects(message);
        if (objects == null) {
          isUnderstood = false;
          continue;
        }
        try {
          for (ObjectMessages.Named object : objects) {
            look.at(object);
          }
          done.add(message);
        } catch (IOException e) {
          unknown = e;
        }
      }
    } finally {
      open.remove(done);
    }
    if (unknown != null) {
      throw unknown;
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

  /** Stops; what it has begun to take in may end. Whatever it still receives comes again. */
  @Override
  public void close() {
    isStopping = true;
    thread.interrupt();
    try {
      if (taking.tryLock(CLOSE_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
        taking.unlock();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
