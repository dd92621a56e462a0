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
  private final Runnable lost;
  private final Thread keeper;
  private volatile @Nullable Connection session;

  /** Of the last session that had the lock; an own one may outlive its connection for a while. */
  private volatile @Nullable Session last;

  private volatile boolean isClosing;

  /** A session of PostgreSQL: a process of the server, and when it began. */
  private record Session(int pid, String since) {}

  private SoleProcess(PGSimpleDataSource source, Runnable lost) {
    this.source = source;
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
   *     when PostgreSQL does not answer; INVALID_CONFIGURATION when it refuses
   */
  public static SoleProcess claim(
      StateSettings settings, String name, Duration patience, Runnable lost) {
    PGSimpleDataSource source = StateDatabase.source(settings);
    source.setSocketTimeout((int) ANSWER_WITHIN.toSeconds());
    source.setApplicationName(name.length() > MOST_NAME ? name.substring(0, MOST_NAME) : name);
    SoleProcess process = new SoleProcess(source, lost);
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
      throw StateDatabase.failure("Cannot connect to PostgreSQL at " + settings.url(), e);
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
      try (ResultSet row =
          statement.executeQuery(
              "select pg_try_advisory_lock("
                  + KEY
                  + "), pid, backend_start::text from pg_stat_activity where pid ="
                  + " pg_backend_pid()")) {
        isMine = row.next() && row.getBoolean(1);
        if (isMine) {
          last = new Session(row.getInt(2), row.getString(3));
        }
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
  private record Holder(Session session, String name) {
    @Override
    public String toString() {
      return name + ", since " + session.since();
    }
  }

  /** Who has it, as far as PostgreSQL says; empty when nobody has it any more. */
  private Optional<Holder> holder() throws SQLException {
    try (Connection connection = source.getConnection();
        PreparedStatement statement =
            connection.prepareStatement(
                "select pid, coalesce(backend_start::text, '?'), coalesce(application_name, '?')"
                    + " from pg_locks l join pg_stat_activity a using (pid) where locktype ="
                    + " 'advisory' and granted and classid = ? and objid = ? and objsubid = 1 and"
                    + " l.database = (select oid from pg_database where datname ="
                    + " current_database())")) {
      statement.setLong(1, KEY >>> 32);
      statement.setLong(2, KEY & 0xffffffffL);
      try (ResultSet row = statement.executeQuery()) {
        return row.next()
            ? Optional.of(
                new Holder(new Session(row.getInt(1), row.getString(2)), row.getString(3)))
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
          Optional<Holder> other = holder().filter(who -> !who.session().equals(last));
          if (other.isPresent()) {
            log.error("Another Leat took the database while it did not answer: {}", other.get());
            lost.run();
            return;
          }
        }
      } catch (InterruptedException e) {
        return; // close() asks for it
      } catch (SQLException | RuntimeException e) {
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
