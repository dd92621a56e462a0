package io.leat.action.delivery;

import io.leat.action.incident.Incidents;
import io.leat.state.StateDatabase;
import io.leat.state.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Which targets blueprints declare. Nobody speaks to one that is removed: what waits for it is
 * given up, where people see it, and nothing waits for it from then on. When it is declared again
 * it is told what it missed meanwhile; what was given up is redriven by hand. Thread-safe; blocks.
 */
public final class DeclaredTargets {
  /** The cause of dead letters. */
  static final String REMOVED = "target removed";

  private final StateDatabase database;
  private final DeliveryOutbox outbox;

  public DeclaredTargets(StateDatabase database, DeliveryOutbox outbox) {
    this.database = database;
    this.outbox = outbox;
  }

  /**
   * A target that is not declared any more.
   *
   * @param givenUp how many incidents waited to be told there
   * @param stayOpen how many it shows as open, of whose end it will not hear
   */
  public record Removed(String target, int givenUp, long stayOpen) {}

  /**
   * From now on a blueprint declares these targets and no others. Its rules must lead to no others
   * by then, and those who deliver to others must have ended.
   *
   * @return the targets that were removed since the last call, by name
   */
  public List<Removed> declare(String blueprint, Set<String> targets) {
    List<Removed> removed =
        database.transaction(
            "note a blueprint's targets",
            connection -> {
              // Who changes incidents by earlier rules has ended, or will see what is noted here.
              Incidents.lock(connection, blueprint);
              comeBack(connection, blueprint, targets);
              return remove(connection, blueprint, targets);
            });
    outbox.committed();
    return removed;
  }

  private static void comeBack(Connection connection, String blueprint, Set<String> targets)
      throws SQLException {
    List<String> back =
        Sql.list(
            connection,
            "update target_state set removed_at = null where blueprint = ? and target = any(?) and"
                + " removed_at is not null returning target",
            row -> row.getString("target"),
            blueprint,
            targets);
    if (!back.isEmpty()) {
      Sql.update(
          connection,
          "update delivery set state = 'waiting', attempts = 0, waiting_since = clock_timestamp(),"
              + " next_attempt_at = clock_timestamp() where blueprint = ? and target = any(?) and"
              + " state = 'done' and desired_version > sent_version",
          blueprint,
          back);
    }
  }

  private static List<Removed> remove(Connection connection, String blueprint, Set<String> declared)
      throws SQLException {
    List<String> gone =
        Sql.list(
            connection,
            "select target from target_state where blueprint = ? and removed_at is null and target"
                + " <> all(?) union select target from delivery where blueprint = ? and state ="
                + " 'waiting' and target <> all(?) order by target",
            row -> row.getString("target"),
            blueprint,
            declared,
            blueprint,
            declared);
    List<Removed> removed = new ArrayList<>();
    for (String target : gone) {
      Sql.update(
          connection,
          "insert into target_state (blueprint, target, removed_at) values (?, ?,"
              + " clock_timestamp()) on conflict (blueprint, target) do update set removed_at ="
              + " excluded.removed_at",
          blueprint,
          target);
      int givenUp = giveUp(connection, blueprint, target);
      removed.add(new Removed(target, givenUp, stayOpen(connection, blueprint, target)));
    }
    return removed;
  }

  private static int giveUp(Connection connection, String blueprint, String target)
      throws SQLException {
    return Sql.update(
        connection,
        "with given_up as (update delivery set state = 'dead', error = ?, lease_owner = null,"
            + " lease_until = null where blueprint = ? and target = ? and state = 'waiting'"
            + " returning id, desired_version, attempts) insert into dead_letter (delivery,"
            + " version, cause, attempts, died_at) select id, desired_version, ?, attempts,"
            + " clock_timestamp() from given_up",
        REMOVED,
        blueprint,
        target,
        REMOVED);
  }

  private static long stayOpen(Connection connection, String blueprint, String target)
      throws SQLException {
    return Sql.first(
            connection,
            "select count(*) as open from delivery where blueprint = ? and target = ? and"
                + " delivered_at is not null and (desired_open or state = 'dead')",
            row -> row.getLong("open"),
            blueprint,
            target)
        .orElse(0L);
  }
}
