package io.leat.query.worker;

import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** Which query is running and which is to end; a late cancellation never hits the next query. */
final class Cancellation {
  private long running = -1;
  private long cancelled = -1;
  private @Nullable Statement statement;

  /** The query {@code number} is running as {@code statement}; ends at once if it was cancelled. */
  synchronized void started(long number, Statement started) throws SQLException {
    running = number;
    statement = started;
    if (cancelled == number) {
      throw interrupted();
    }
  }

  synchronized void ended() {
    running = -1;
    statement = null;
  }

  synchronized void cancel(long number) throws SQLException {
    cancelled = number;
    if (running == number && statement != null) {
      statement.cancel();
    }
  }

  /** Between rows, as DuckDB notices an interruption only while it computes. */
  synchronized void check() throws SQLException {
    if (cancelled == running) {
      throw interrupted();
    }
  }

  private static SQLException interrupted() {
    return new SQLException("INTERRUPT Error: Interrupted!");
  }
}
