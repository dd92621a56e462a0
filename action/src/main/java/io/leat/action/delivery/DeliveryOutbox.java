package io.leat.action.delivery;

import io.leat.action.incident.Outbox;
import io.leat.state.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** The deliveries' side of an incident's transaction. Thread-safe. */
public final class DeliveryOutbox implements Outbox {
  // Who was told nothing yet begins with what is told now: what was over before is no news. For a
  // target that is removed nothing waits; the version tells what it missed, should it come back.
  private static final String RAISE =
      "update delivery d set desired_version = greatest(desired_version, ?), sent_version = case"
          + " when told then sent_version else greatest(sent_version, ?) end, told = true,"
          + " desired_open = ?, waiting_since = case when state = 'waiting' then waiting_since else"
          + " clock_timestamp() end, next_attempt_at = case when state = 'waiting' then"
          + " next_attempt_at else clock_timestamp() end, attempts = case when state = 'dead' then 0"
          + " else attempts end, state = case when exists (select 1 from target_state s where"
          + " s.blueprint = d.blueprint and s.target = d.target and removed_at is not null) then"
          + " state else 'waiting' end where incident = ? and (? or (told and (? or"
          + " desired_open)))";

  private final List<Runnable> waiting = new CopyOnWriteArrayList<>();

  /** Called whenever there may be something to deliver. */
  void whenCommitted(Runnable wake) {
    waiting.add(wake);
  }

  void forget(Runnable wake) {
    waiting.remove(wake);
  }

  @Override
  public Map<String, Set<String>> targets(Connection connection, Collection<String> incidents)
      throws SQLException {
    Map<String, Set<String>> targets = new HashMap<>();
    Sql.list(
        connection,
        "select incident, target from delivery where incident = any(?)",
        row ->
            targets
                .computeIfAbsent(row.getString("incident"), incident -> new HashSet<>())
                .add(row.getString("target")),
        incidents);
    return targets;
  }

  @Override
  public void write(Connection connection, List<Routing> routings, List<Telling> tellings)
      throws SQLException {
    List<@Nullable Object[]> rows = new ArrayList<>();
    for (Routing routing : routings) {
      for (String target : routing.targets()) {
        long known = routing.version() - 1;
        rows.add(
            new @Nullable Object[] {routing.incident(), routing.blueprint(), target, known, known});
      }
    }
    Sql.batch(
        connection,
        "insert into delivery (incident, blueprint, target, state, desired_version, sent_version,"
            + " told, desired_open, next_attempt_at) values (?, ?, ?, 'done', ?, ?, false, false,"
            + " clock_timestamp()) on conflict do nothing",
        rows);
    List<@Nullable Object[]> raises = new ArrayList<>();
    for (Raise raise : raises(tellings)) {
      Telling telling = raise.newest();
      raises.add(
          new @Nullable Object[] {
            telling.version(),
            raise.first() - 1,
            telling.isOpen(),
            telling.incident(),
            telling.audience() == Audience.ALL,
            telling.audience() == Audience.WHO_KNOW_IT
          });
    }
    Sql.batch(connection, RAISE, raises);
  }

  /**
   * Tellings in a row to the same audience.
   *
   * @param first the version of the first of them
   */
  private record Raise(long first, Telling newest) {}

  private static List<Raise> raises(List<Telling> tellings) {
    List<Raise> raises = new ArrayList<>();
    for (Telling telling : tellings) {
      Raise last = raises.isEmpty() ? null : raises.get(raises.size() - 1);
      if (last != null
          && last.newest().incident().equals(telling.incident())
          && last.newest().audience() == telling.audience()) {
        raises.set(raises.size() - 1, new Raise(last.first(), telling));
      } else {
        raises.add(new Raise(telling.version(), telling));
      }
    }
    return raises;
  }

  @Override
  public void committed() {
    waiting.forEach(Runnable::run);
  }
}
