package io.leat.query;

import java.io.IOException;

/** Where a query's thread waits until its sink can take more, or nobody waits for it any longer. */
final class Room {
  private boolean isMade;
  private boolean isAbandoned;

  /** Returns at once while the sink has room. */
  void await(ResultSink sink) throws IOException {
    if (!sink.isFull()) {
      return;
    }
    synchronized (this) {
      isMade = false;
    }
    sink.whenReady(
        () -> {
          synchronized (this) {
            isMade = true;
            notifyAll();
          }
        });
    synchronized (this) {
      while (!isMade && !isAbandoned) {
        try {
          wait();
        } catch (InterruptedException e) {
          throw new IOException("Interrupted while waiting for the reader", e);
        }
      }
    }
  }

  /** Nobody waits here from now on: the query is to end. */
  synchronized void abandon() {
    isAbandoned = true;
    notifyAll();
  }
}
