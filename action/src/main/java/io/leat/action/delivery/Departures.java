package io.leat.action.delivery;

import io.leat.action.target.HttpBudget;
import java.util.concurrent.TimeUnit;

/**
 * When requests of this process to a target leave. What is given may wait for a connection, and
 * what has left does not arrive at once; if the next one were quicker, both would arrive together.
 * So its time counts from when the one before has surely arrived: from its answer, or from a part
 * of the interval after it left, whichever is first. Thread-safe.
 */
public final class Departures {
  /** Of the interval: an answer that takes longer says little about when the request arrived. */
  private static final int LONGEST_ON_ITS_WAY = 4;

  private boolean isOneLeaving;
  private int departed;
  private boolean hasOneLeft;
  private long leftAt;

  /** Whether the one that left last has been answered, and when. */
  private boolean hasArrived;

  private long arrivedAt;

  /** Made with its target. */
  Departures() {}

  /**
   * Waits until no other request is about to leave and the last one arrived long enough ago.
   *
   * @param interval that has to lie between them, nanoseconds
   * @param atMost to wait, nanoseconds
   * @return whether it is so; then {@link #leaving} or {@link #stayed} has to follow
   */
  synchronized boolean enter(long interval, long atMost) throws InterruptedException {
    long deadline = System.nanoTime() + atMost;
    while (true) {
      long now = System.nanoTime();
      long wait = isOneLeaving ? Long.MAX_VALUE : wait(interval, now);
      if (wait <= 0) {
        isOneLeaving = true;
        return true;
      }
      if (deadline - now <= 0) {
        return false;
      }
      TimeUnit.NANOSECONDS.timedWait(this, Math.min(wait, deadline - now) + 1);
    }
  }

  private long wait(long interval, long now) {
    if (!hasOneLeft) {
      return 0;
    }
    long latest = leftAt + interval / LONGEST_ON_ITS_WAY;
    return (hasArrived && arrivedAt - latest < 0 ? arrivedAt : latest) + interval - now;
  }

  /** Whoever entered is about to send. */
  synchronized HttpBudget.Departure leaving() {
    return new Leaving(++departed);
  }

  /** Whoever entered sends nothing after all. */
  synchronized void stayed() {
    isOneLeaving = false;
    notifyAll();
  }

  /** One that is about to leave, or has left. */
  private final class Leaving implements HttpBudget.Departure {
    private final int number;
    private boolean hasLeft;

    Leaving(int number) {
      this.number = number;
    }

    @Override
    public void left() {
      synchronized (Departures.this) {
        if (!hasLeft) {
          hasLeft = true;
          hasOneLeft = true;
          hasArrived = false;
          leftAt = System.nanoTime();
          isOneLeaving = false;
          Departures.this.notifyAll();
        }
      }
    }

    @Override
    public void isOver() {
      synchronized (Departures.this) {
        left();
        if (number == departed && !hasArrived) {
          hasArrived = true;
          arrivedAt = System.nanoTime();
          Departures.this.notifyAll();
        }
      }
    }
  }
}
