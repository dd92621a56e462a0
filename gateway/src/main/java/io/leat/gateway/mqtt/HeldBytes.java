package io.leat.gateway.mqtt;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The bytes of messages that wait in a line, within a bound. Thread-safe. */
final class HeldBytes {
  private final long most;
  private final long enough;
  private long held;
  private boolean closed;
  private CompletableFuture<Void> emptied = CompletableFuture.completedFuture(null);

  /**
   * @param most the bound, in bytes
   */
  HeldBytes(long most) {
    this.most = most;
    this.enough = most - most / 4;
  }

  synchronized long held() {
    return held;
  }

  /** Whether they may be added. An empty line takes whatever comes: it could never come in else. */
  synchronized boolean fits(long bytes) {
    return held == 0 || held + bytes <= most;
  }

  /**
   * Waits until they may be added. Who had to wait goes on only when a quarter is free, so that one
   * waits once for many messages.
   *
   * @return false when that did not come to be in time
   */
  synchronized boolean awaitRoom(long bytes, Duration patience) throws InterruptedException {
    if (fits(bytes)) {
      return true;
    }
    long end = System.nanoTime() + patience.toNanos();
    while (!closed && held > 0 && held + bytes > enough) {
      long left = end - System.nanoTime();
      if (left <= 0) {
        return false;
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
    return true;
  }

  /** They are held from here on, whether or not they fit. */
  synchronized void add(long bytes) {
    if (held == 0 && bytes > 0 && !closed) {
      emptied = new CompletableFuture<>();
    }
    held += bytes;
  }

  synchronized void remove(long bytes) {
    held -= bytes;
    notifyAll();
    if (held == 0) {
      emptied.complete(null);
    }
  }

  /** Done when nothing is held any more, or when it is closed. */
  synchronized CompletableFuture<Void> emptied() {
    return emptied;
  }

  /** Nobody waits any more. */
  synchronized void close() {
    closed = true;
    notifyAll();
    emptied.complete(null);
  }
}
