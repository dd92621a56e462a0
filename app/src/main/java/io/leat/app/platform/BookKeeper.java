package io.leat.app.platform;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The books of all blueprints. Reads on a thread of its own what is committed, so that whoever asks
 * finds little left to read, and keeps the sums on disk. Thread-safe.
 */
final class BookKeeper implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(BookKeeper.class);
  private static final long EVERY_MILLIS = 10_000;

  private final Map<String, Books> books = new ConcurrentHashMap<>();
  private final Thread thread = new Thread(this::run, "leat-books");
  private volatile boolean closed;

  BookKeeper() {
    thread.setDaemon(true);
  }

  void add(String blueprint, Books own) {
    books.put(blueprint, own);
  }

  void start() {
    thread.start();
  }

  /** The sums as they are committed now, by blueprint; blocks. */
  Map<String, Map<Books.Epoch, Books.Totals>> totals() {
    Map<String, Map<Books.Epoch, Books.Totals>> totals = new TreeMap<>();
    books.forEach((blueprint, own) -> totals.put(blueprint, own.totals()));
    return totals;
  }

  /** The sums of one blueprint, as they are committed now; none when it has no books yet. */
  Map<Books.Epoch, Books.Totals> totals(String blueprint) {
    Books own = books.get(blueprint);
    return own == null ? Map.of() : own.totals();
  }

  private void run() {
    while (!closed) {
      books.forEach(this::look);
      try {
        Thread.sleep(EVERY_MILLIS);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void look(String blueprint, Books own) {
    try {
      own.totals();
      own.save();
    } catch (RuntimeException e) {
      if (!closed) {
        log.warn("The ledger of {} cannot be read: {}", blueprint, e.toString());
      }
    }
  }

  /** Keeps the sums as they were read last. */
  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      thread.join(2_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    books.values().forEach(Books::save);
  }
}
