package io.leat.lake;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.iceberg.ClientPool;
import org.apache.iceberg.jdbc.JdbcClientPool;
import org.apache.iceberg.jdbc.UncheckedSQLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The catalog's connections. It differs from Iceberg's pool in two ways that matter when PostgreSQL
 * restarts:
 *
 * <ul>
 *   <li>a connection is tried before it is used, and replaced when dead; Iceberg's pool keeps the
 *       dead one and leaks the replacement;
 *   <li>a statement that failed is never sent again. Iceberg's pool repeats it, but a repeated
 *       {@code UPDATE} of a table pointer that had succeeded finds no row, is taken for a conflict,
 *       and the files are committed twice.
 * </ul>
 *
 * Safe for many threads. At the bound of connections a caller waits; after {@link
 * CatalogSpec#CONNECT_TIMEOUT_MS} it fails.
 */
final class CatalogConnections extends JdbcClientPool {
  private static final Logger LOG = LoggerFactory.getLogger(CatalogConnections.class);
  private static final int VALIDATION_SECONDS = 5;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

  private final ConcurrentLinkedDeque<Connection> idle = new ConcurrentLinkedDeque<>();
  private final Semaphore permits;
  private final Duration patience;
  private volatile boolean closing;

  CatalogConnections(String url, Map<String, String> properties, int clients, Duration patience) {
    super(clients, url, properties);
    this.permits = new Semaphore(clients, true);
    this.patience = patience;
  }

  @Override
  public <R> R run(ClientPool.Action<R, Connection, SQLException> action)
      throws SQLException, InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    if (!permits.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS)) {
      throw new UncheckedSQLException(
          "All %s connections to the catalog were in use for %s s",
          poolSize(), patience.toSeconds());
    }
    try {
      Connection connection = borrow(deadline);
      boolean usable = false;
      try {
        R result = action.run(connection);
        usable = true;
        return result;
      } catch (SQLException e) {
        usable = !isConnectionException(e) && connection.isValid(VALIDATION_SECONDS);
        throw e;
      } finally {
        giveBack(connection, usable);
      }
    } finally {
      permits.release();
    }
  }

  /** Never repeats an action, whatever {@code retry} says: see above. */
  @Override
  public <R> R run(ClientPool.Action<R, Connection, SQLException> action, boolean retry)
      throws SQLException, InterruptedException {
    return run(action);
  }

  @Override
  public boolean isClosed() {
    return closing;
  }

  @Override
  public void close() {
    closing = true;
    for (Connection c = idle.pollFirst(); c != null; c = idle.pollFirst()) {
      discard(c);
    }
    super.close();
  }

  private Connection borrow(long deadline) throws SQLException, InterruptedException {
    if (closing) {
      throw new IllegalStateException("The catalog is closed");
    }
    for (Connection c = idle.pollFirst(); c != null; c = idle.pollFirst()) {
      if (c.isValid(VALIDATION_SECONDS)) {
        return c;
      }
      discard(c);
    }
    return connect(deadline);
  }

  private Connection connect(long deadline) throws InterruptedException {
    Duration pause = FIRST_PAUSE;
    while (true) {
      try {
        return newClient();
      } catch (UncheckedSQLException e) {
        if (!isWorthWaiting(e.getCause())
            || System.nanoTime() + pause.toNanos() > deadline
            || closing) {
          throw e;
        }
        LOG.debug("The catalog's database does not answer; trying again in {}", pause, e);
      }
      TimeUnit.NANOSECONDS.sleep(pause.toNanos());
      pause =
          pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0
              ? pause.multipliedBy(2)
              : LONGEST_PAUSE;
    }
  }

  /** Unreachable (08), starting or stopping (57P), or out of connections (53300). */
  private static boolean isWorthWaiting(@Nullable Throwable cause) {
    if (!(cause instanceof SQLException e) || e.getSQLState() == null) {
      return false;
    }
    String state = e.getSQLState();
    return state.startsWith("08") || state.startsWith("57P") || state.equals("53300");
  }

  private void giveBack(Connection connection, boolean usable) {
    if (usable && !closing) {
      idle.addFirst(connection);
    } else {
      discard(connection);
    }
  }

  private static void discard(Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      LOG.debug("A connection to the catalog did not close", e);
    }
  }
}
