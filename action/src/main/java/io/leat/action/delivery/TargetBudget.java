package io.leat.action.delivery;

import io.leat.action.target.DeliveryLostException;
import io.leat.action.target.HttpBudget;
import io.leat.state.StateDatabase;
import io.leat.state.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * GCRA with a burst of 1. Its one number, when the next request may be sent, is in PostgreSQL, and
 * so is its clock: all processes share it, and a restart does not forget it. Giving out a request
 * also proves that the delivery is still the worker's, and keeps it so. PostgreSQL is asked only
 * when the request before it of this process is on its way: what it gave would otherwise grow old
 * meanwhile, and leave beside another process's. Owned by one thread.
 */
final class TargetBudget implements HttpBudget {
  private static final long LONGEST_SLEEP_MILLIS = 1_000;

  private final StateDatabase database;
  private final DeliveryTarget target;
  private final @Nullable Claim claim;
  private final @Nullable Duration patience;
  private final long began = System.nanoTime();
  private int taken;

  /**
   * @param claim for which requests are sent; null: for none
   */
  TargetBudget(StateDatabase database, DeliveryTarget target, @Nullable Claim claim) {
    this(database, target, claim, null);
  }

  private TargetBudget(
      StateDatabase database,
      DeliveryTarget target,
      @Nullable Claim claim,
      @Nullable Duration patience) {
    this.database = database;
    this.target = target;
    this.claim = claim;
    this.patience = patience;
  }

  /**
   * For somebody who waits for an answer.
   *
   * @param patience for all its requests; what would be later is a {@link LaterException}
   */
  static TargetBudget within(StateDatabase database, DeliveryTarget target, Duration patience) {
    return new TargetBudget(database, target, null, patience);
  }

  /** The next request would be later than the one who asks can wait. */
  static final class LaterException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LaterException(long millis) {
      super(
          "its rate, or what it asked for itself, leaves room for the next request in "
              + Math.max(1, millis / 1_000)
              + " s");
    }
  }

  /** How many requests were given. */
  int taken() {
    return taken;
  }

  @Override
  public void take() throws InterruptedException {
    depart().isOver();
  }

  @Override
  public Departure depart() throws InterruptedException {
    Departures departures = target.departures();
    while (!departures.enter(target.even().toNanos(), LONGEST_SLEEP_MILLIS * 1_000_000)) {
      requirePatience(LONGEST_SLEEP_MILLIS);
      database.transaction("keep a delivery", this::keepClaim);
    }
    boolean isGiven = false;
    try {
      awaitTurn();
      isGiven = true;
    } finally {
      if (!isGiven) {
        departures.stayed();
      }
    }
    taken++;
    return departures.leaving();
  }

  private void awaitTurn() throws InterruptedException {
    while (true) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      long waitMillis = database.transaction("ask for a target's budget", this::tryToTake);
      if (waitMillis == 0) {
        return;
      }
      requirePatience(waitMillis);
      Thread.sleep(Math.min(waitMillis, LONGEST_SLEEP_MILLIS));
    }
  }

  private void requirePatience(long waitMillis) {
    if (patience != null
        && System.nanoTime() - began + waitMillis * 1_000_000 > patience.toNanos()) {
      throw new LaterException(waitMillis);
    }
  }

  private boolean keepClaim(Connection connection) throws SQLException {
    if (claim != null) {
      int mine =
          Sql.update(
              connection,
              "update delivery set lease_until = clock_timestamp() + ? * interval '1 ms' where id ="
                  + " ? and lease_owner = ?",
              target.lease().toMillis(),
              claim.id(),
              claim.owner());
      if (mine == 0) {
        throw new DeliveryLostException(
            "Delivery "
                + claim.id()
                + " to "
                + target.name()
                + " was taken over by another worker");
      }
    }
    return true;
  }

  /** Zero when a request may be sent now; else in how many milliseconds one may. */
  private long tryToTake(Connection connection) throws SQLException {
    keepClaim(connection);
    Duration interval = target.interval();
    double seconds = interval.toNanos() / 1e9;
    int given =
        Sql.update(
            connection,
            "update target_state set next_request_at = clock_timestamp() + ? * interval '1 s' where"
                + " blueprint = ? and target = ? and coalesce(greatest(next_request_at, not_before),"
                + " '-infinity') <= clock_timestamp()",
            seconds,
            target.blueprint(),
            target.spec().name());
    if (given == 1) {
      return 0;
    }
    // The second column: the server's clock was set back, or the limit is higher than it was.
    return Sql.first(
            connection,
            "update target_state set next_request_at = least(next_request_at, clock_timestamp() + ?"
                + " * interval '1 s') where blueprint = ? and target = ? returning ceil("
                + "extract(epoch from greatest(next_request_at, not_before) - clock_timestamp()) *"
                + " 1000)",
            row -> Math.max(1, row.getLong(1)),
            seconds,
            target.blueprint(),
            target.spec().name())
        .orElseThrow(
            () -> new IllegalStateException("target " + target.name() + " was not prepared"));
  }
}
