package io.leat.app.platform;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is open, to be closed in reverse order; a failure keeps nothing else from being closed.
 * Thread-safe.
 */
final class Closing implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Closing.class);

  private record Part(String name, AutoCloseable part) {}

  private final Deque<Part> open = new ArrayDeque<>();

  synchronized <T extends AutoCloseable> T add(String name, T part) {
    open.push(new Part(name, part));
    return part;
  }

  /** Closes everything; the first failure is thrown with the others suppressed. */
  @Override
  public synchronized void close() {
    RuntimeException first = null;
    while (!open.isEmpty()) {
      Part part = open.pop();
      long start = System.nanoTime();
      try {
        part.part.close();
        log.debug("Closed {} in {} ms", part.name, (System.nanoTime() - start) / 1_000_000);
      } catch (Exception e) {
        log.warn("{} did not close cleanly", part.name, e);
        IllegalStateException failure =
            new IllegalStateException(part.name + " did not close cleanly", e);
        if (first == null) {
          first = failure;
        } else {
          first.addSuppressed(failure);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
