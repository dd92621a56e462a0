package io.leat.state;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The claim of one process on a database: two would run each job twice, and write each row twice.
 * It is an advisory lock of a session of its own, so it ends with the process, however that ends;
 * of one whose machine is gone, within half a minute. While PostgreSQL is away nobody has it: then
 * it is claimed anew, and the process is told if another was first.
 */
public final class SoleProcess implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SoleProcess.class);

  /** "leat", as a number: advisory locks have no names. */
  private static final long KEY = 0x6c656174L;

  private static final int MOST_NAME = 63;
  private static final long LOOK_MILLIS = 1_000;
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(10);

  private final PGSimpleDataSource source;
  private final String name;
  private final Runnable lost;
  private final Thread keeper;
  private volatile @Nullable Connection session;
  private volatile boolean isClosing;

  private SoleProcess(PGSimpleDataSource source, String name, Runnable lost) {
    this.source = source;
    this.name = name;
    this.lost = lost;
    this.keeper = new Thread(this::keep, "leat-sole-process");
    this.keeper.setDaemon(true);
  }

  /**
   * Claims a database.
   *
   * @param name who claims it, for others: {@code leat up on host, process 12}
   * @param patience how long another may still be on its way out
   * @param lost called once, on a thread of its own, when another process has it although nobody
   *     gave it up: this one must not write any more
   * @throws LeatException CONFLICT when another process has it, with its name; STATE_UNAVAILABLE
   *     when PostgreSQL does not answer
   */
  public static SoleProcess claim(
      StateSettings settings, String name, Duration patience, Runnable lost) {
    PGSimpleDataSource source = StateDatabase.source(settings);
    source.setSocketTimeout((int) ANSWER_WITHIN.toSeconds());
    String shown = name.length() > MOST_NAME ? name.substring(0, MOST_NAME) : name;
    source.setApplicationName(shown);
    SoleProcess process = new SoleProcess(source, shown, lost);
    long deadline = System.nanoTime() + patience.toNanos();
    try {
      while (!process.claim()) {
        if (System.nanoTime() - deadline > 0) {
          throw new LeatException(
              ErrorCode.CONFLICT,
              "Another Leat works on the database at "
                  + settings.url()
                  + ": "
                  + process.holder().map(Holder::toString).orElse("nobody knows which")
                  + ". Two would write each row twice. Stop that one, or give this one a database"
                  + " and a Kafka of its own.");
        }
        Thread.sleep(Math.min(200, patience.toMillis() + 1));
      }
    } catch (SQLException e) {
      throw new LeatException(
          ErrorCode.STATE_UNAVAILABLE, "Cannot claim the database: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LeatException(ErrorCode.INTERNAL, "interrupted while claiming the database", e);
    }
    process.keeper.start();
    return process;
  }

  /** Whether it has the lock now, in a session that outlives this call. */
  private boolean claim() throws SQLException {
    Connection connection = source.getConnection();
    boolean isMine = false;
    try (Statement statement = connection.createStatement()) {
      // The server looks after the client, whose machine may be gone without a word.
      statement.execute("set tcp_keepalives_idle = 10");
      statement.execute("set tcp_keepalives_interval = 5");
      statement.execute("set tcp_keepalives_count = 3");
      try (ResultSet row = statement.executeQuery("select pg_try_advisory_lock(" + KEY + ")")) {
        isMine = row.next() && row.getBoolean(1);
      }
    } finally {
      if (!isMine) {
        connection.close();
      }
    }
    if (isMine) {
      session = connection;
    }
    return isMine;
  }

  /** Who has it. */
  private record Holder(String name, String since) {
    @Override
    public String toString() {
      return name + ", since " + since;
    }
  }

  /** Who has it, as far as PostgreSQL says; empty when nobody has it any more. */
  private Optional<Holder> holder() throws SQLException {
    try (Connection connection = source.getConnection();
        PreparedStatement statement =
            connection.prepareStatement(
                "select application_name, to_char(backend_start at time zone 'UTC',"
                    + " 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') from pg_locks l join pg_stat_activity a"
                    + " using (pid) where locktype = 'advisory' and granted and classid = ? and"
                    + " objid = ? and objsubid = 1 and l.database = (select oid from pg_database"
                    + " where datname = current_database())")) {
      statement.setLong(1, KEY >>> 32);
      statement.setLong(2, KEY & 0xffffffffL);
      try (ResultSet row = statement.executeQuery()) {
        return row.next()
            ? Optional.of(new Holder(row.getString(1), row.getString(2)))
            : Optional.empty();
      }
    }
  }

  private void keep() {
    while (!isClosing) {
      try {
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        Connection mine = session;
        if (mine != null && isAlive(mine)) {
          continue;
        }
        close(mine);
        session = null;
        if (isClosing) {
          return;
        }
        if (claim()) {
          log.info("Claimed the database anew");
        } else {
          // The server may not know yet that the session before this one is gone.
          Optional<Holder> other = holder().filter(who -> !who.name().equals(name));
          if (other.isPresent()) {
            log.error("Another Leat took the database while it did not answer: {}", other.get());
            lost.run();
            return;
          }
        }
      } catch (InterruptedException e) {
        return; // close() asks for it
      } catch (SQLException e) {
        log.debug("The database cannot be claimed: {}", e.getMessage());
      }
    }
  }

  private static boolean isAlive(Connection connection) {
    try (Statement statement = connection.createStatement()) {
      return statement.execute("select 1");
    } catch (SQLException e) {
      return false;
    }
  }

  private static void close(@Nullable Connection connection) {
    if (connection != null) {
      try {
        connection.close();
      } catch (SQLException e) {
        log.debug("A session did not close: {}", e.getMessage());
      }
    }
  }

  /** Gives it up. */
  @Override
  public void close() {
    isClosing = true;
    keeper.interrupt();
    try {
      keeper.join(ANSWER_WITHIN.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    close(session);
  }
}
