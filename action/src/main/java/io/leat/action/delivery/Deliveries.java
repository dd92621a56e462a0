package io.leat.action.delivery;

import io.leat.action.target.TargetOutcome;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.state.StateDatabase;
import io.leat.state.sql.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What people see and do of deliveries and targets. Thread-safe; blocks. */
public final class Deliveries {
  /** For all requests of a test: who asked waits for five seconds. */
  private static final Duration TEST_WITHIN = Duration.ofSeconds(4);

  private static final String COLUMNS =
      "d.id, incident, blueprint, target, state, desired_version, sent_version, d.attempts,"
          + " waiting_since, next_attempt_at, coalesce(lease_until > clock_timestamp(), false) as"
          + " under_way, unsettled, error, external_id, external_url, delivered_at";
  private static final String HAS_DEAD =
      "exists (select 1 from dead_letter l where l.delivery = d.id and redriven_at is null)";

  private final StateDatabase database;
  private final DeliveryOutbox outbox;

  public Deliveries(StateDatabase database, DeliveryOutbox outbox) {
    this.database = database;
    this.outbox = outbox;
  }

  /** The newest first. */
  public List<Delivery> list(Delivery.Filter filter) {
    StringBuilder sql = new StringBuilder("select " + COLUMNS + " from delivery d where true");
    List<@Nullable Object> parameters = new ArrayList<>();
    restrict(sql, parameters, " and blueprint = ?", filter.blueprint());
    restrict(sql, parameters, " and blueprint = any(?)", filter.blueprints());
    restrict(sql, parameters, " and target = ?", filter.target());
    restrict(sql, parameters, " and incident = ?", filter.incident());
    Delivery.State state = filter.state();
    restrict(
        sql,
        parameters,
        " and state = ?",
        state == null ? null : state.name().toLowerCase(Locale.ROOT));
    restrict(sql, parameters, " and d.id < ?", filter.after());
    if (filter.hasDeadLetters()) {
      sql.append(" and ").append(HAS_DEAD);
    }
    sql.append(" order by d.id desc limit ?");
    parameters.add(filter.most());
    return database.transaction(
        "list deliveries",
        connection -> Sql.list(connection, sql.toString(), Deliveries::read, parameters.toArray()));
  }

  private static void restrict(
      StringBuilder sql, List<@Nullable Object> parameters, String by, @Nullable Object value) {
    if (value != null) {
      sql.append(by);
      parameters.add(value);
    }
  }

  /**
   * With its dead letters.
   *
   * @throws LeatException NOT_FOUND
   */
  public Delivery.Detail show(long id) {
    return database.transaction("show a delivery", connection -> detail(connection, id));
  }

  private static Delivery.Detail detail(Connection connection, long id) throws SQLException {
    Delivery delivery =
        Sql.first(
                connection,
                "select " + COLUMNS + " from delivery d where id = ?",
                Deliveries::read,
                id)
            .orElseThrow(
                () ->
                    new LeatException(
                        ErrorCode.NOT_FOUND,
                        "There is no delivery " + id + "; `leat delivery list` shows them."));
    return new Delivery.Detail(
        delivery,
        Sql.list(
            connection,
            "select id, version, cause, attempts, died_at, redriven_at, redriven_by from"
                + " dead_letter where delivery = ? order by id desc limit 1000",
            row ->
                new Delivery.DeadLetter(
                    row.getLong("id"),
                    row.getLong("version"),
                    row.getString("cause"),
                    row.getInt("attempts"),
                    Sql.time(row, "died_at"),
                    Sql.timeOrNull(row, "redriven_at"),
                    row.getString("redriven_by")),
            id));
  }

  /**
   * Has what was given up of a delivery tried again, at once and as if for the first time.
   *
   * @param actor a client's name
   * @throws LeatException NOT_FOUND; CONFLICT when nothing of it was given up, or its target is
   *     removed
   */
  public Delivery.Detail redrive(long id, String actor) {
    Delivery.Detail redriven =
        database.transaction(
            "redrive a delivery",
            connection -> {
              Delivery.Detail detail = detail(connection, id);
              requireDeclared(connection, detail.delivery());
              if (redrive(connection, List.of(id), actor) == 0) {
                throw new LeatException(
                    ErrorCode.CONFLICT,
                    "Delivery "
                        + id
                        + " is "
                        + detail.delivery().state().name().toLowerCase(Locale.ROOT)
                        + "; nothing of it was given up. `leat delivery list --dead` shows what"
                        + " was.");
              }
              return detail(connection, id);
            });
    outbox.committed();
    return redriven;
  }

  private static void requireDeclared(Connection connection, Delivery delivery)
      throws SQLException {
    boolean isRemoved =
        Sql.first(
                connection,
                "select true from target_state where blueprint = ? and target = ? and removed_at is"
                    + " not null",
                row -> true,
                delivery.blueprint(),
                delivery.target())
            .isPresent();
    if (isRemoved) {
      throw new LeatException(
          ErrorCode.CONFLICT,
          "Delivery "
              + delivery.id()
              + " is to the target '"
              + delivery.target()
              + "', which the blueprint '"
              + delivery.blueprint()
              + "' does not declare any more. Declare it again, run `leat apply`, then redrive it.");
    }
  }

  /**
   * Has all tried again that was given up of a target.
   *
   * @return how many deliveries
   */
  public int redriveAll(String blueprint, String target, String actor) {
    int redriven =
        database.transaction(
            "redrive deliveries",
            connection ->
                redrive(
                    connection,
                    Sql.list(
                        connection,
                        "select id from delivery d where blueprint = ? and target = ? and "
                            + HAS_DEAD,
                        row -> row.getLong("id"),
                        blueprint,
                        target),
                    actor));
    outbox.committed();
    return redriven;
  }

  private static int redrive(Connection connection, List<Long> ids, String actor)
      throws SQLException {
    if (ids.isEmpty()) {
      return 0;
    }
    // Where each change is sent, those that were given up have been passed; where the newest state
    // is, the version that was given up is still ahead.
    int redriven =
        Sql.update(
            connection,
            "update delivery d set attempts = 0, next_attempt_at = clock_timestamp(), waiting_since"
                + " = clock_timestamp(), state = 'waiting', again = array(select version from"
                + " dead_letter l where l.delivery = d.id and redriven_at is null and l.version <="
                + " d.sent_version union select unnest(again)) where id = any(?) and "
                + HAS_DEAD,
            ids);
    Sql.update(
        connection,
        "update dead_letter set redriven_at = clock_timestamp(), redriven_by = ? where delivery ="
            + " any(?) and redriven_at is null",
        actor,
        ids);
    return redriven;
  }

  /**
   * The targets of a blueprint.
   *
   * @param targets as the blueprint declares them
   */
  public List<TargetStatus> targets(List<DeliveryTarget> targets) {
    return database.transaction(
        "list targets",
        connection -> {
          List<TargetStatus> all = new ArrayList<>();
          for (DeliveryTarget target : targets) {
            all.add(status(connection, target));
          }
          return all;
        });
  }

  private static TargetStatus status(Connection connection, DeliveryTarget target)
      throws SQLException {
    return Sql.first(
            connection,
            "select (select count(*) from delivery d where d.blueprint = t.blueprint and d.target ="
                + " t.target and state = 'waiting') as waiting, (select min(waiting_since) from"
                + " delivery d where d.blueprint = t.blueprint and d.target = t.target and state ="
                + " 'waiting') as oldest, (select error from delivery d where d.blueprint ="
                + " t.blueprint and d.target = t.target and state = 'waiting' and error is not null"
                + " order by waiting_since limit 1) as failure, (select max(delivered_at) from delivery d where"
                + " d.blueprint = t.blueprint and d.target = t.target) as delivered, (select"
                + " count(*) from delivery d join dead_letter l on l.delivery = d.id where"
                + " d.blueprint = t.blueprint and d.target = t.target and redriven_at is null) as"
                + " dead, case when not_before > clock_timestamp() then not_before end as"
                + " not_before, paused_at, paused_by, paused_reason from (select ?::text as"
                + " blueprint, ?::text as target) t left join target_state s on s.blueprint ="
                + " t.blueprint and s.target = t.target",
            row ->
                new TargetStatus(
                    target.blueprint(),
                    target.spec().name(),
                    target.spec().kind(),
                    row.getLong("waiting"),
                    Sql.timeOrNull(row, "oldest"),
                    row.getString("failure"),
                    row.getLong("dead"),
                    Sql.timeOrNull(row, "delivered"),
                    Sql.timeOrNull(row, "not_before"),
                    Sql.timeOrNull(row, "paused_at"),
                    row.getString("paused_by"),
                    row.getString("paused_reason")),
            target.blueprint(),
            target.spec().name())
        .orElseThrow();
  }

  /** Asks a target nothing any more, until {@link #resume}. What is under way ends. */
  public void pause(DeliveryTarget target, String actor, String reason) {
    database.transaction(
        "pause a target",
        connection ->
            Sql.update(
                connection,
                "insert into target_state (blueprint, target, paused_at, paused_by, paused_reason)"
                    + " values (?, ?, clock_timestamp(), ?, ?) on conflict (blueprint, target) do"
                    + " update set paused_at = coalesce(target_state.paused_at,"
                    + " excluded.paused_at), paused_by = excluded.paused_by, paused_reason ="
                    + " excluded.paused_reason",
                target.blueprint(),
                target.spec().name(),
                actor,
                reason));
  }

  /** Goes on. The time of the pause does not count for the age of what waits. */
  public void resume(DeliveryTarget target) {
    database.transaction(
        "resume a target",
        connection -> {
          Sql.update(
              connection,
              "update delivery d set waiting_since = waiting_since + (clock_timestamp() -"
                  + " greatest(s.paused_at, d.waiting_since)) from target_state s where s.blueprint"
                  + " = d.blueprint and s.target = d.target and s.paused_at is not null and"
                  + " d.blueprint = ? and d.target = ? and d.state = 'waiting'",
              target.blueprint(),
              target.spec().name());
          return Sql.update(
              connection,
              "update target_state set paused_at = null, paused_by = null, paused_reason = null"
                  + " where blueprint = ? and target = ?",
              target.blueprint(),
              target.spec().name());
        });
    outbox.committed();
  }

  /**
   * Tries a target's address and credentials, within its limits: when they leave no room for a few
   * seconds, it is not asked. When they work, it is soon asked what changed there, even if it
   * refused to tell before.
   *
   * @return how it ended, for people
   * @throws InterruptedException when Leat stops
   */
  public TargetOutcome test(DeliveryTarget target) throws InterruptedException {
    new DeliveryRows(database, target).prepare();
    try {
      TargetOutcome outcome =
          target.target().test(TargetBudget.within(database, target, TEST_WITHIN));
      if (outcome instanceof TargetOutcome.Delivered) {
        ExternalChanges.askSoon(database, target);
      }
      return outcome;
    } catch (TargetBudget.LaterException e) {
      return new TargetOutcome.Retry(String.valueOf(e.getMessage()), null);
    } catch (RuntimeException e) {
      return new TargetOutcome.Unknown("the target failed: " + e);
    }
  }

  private static Delivery read(ResultSet row) throws SQLException {
    return new Delivery(
        row.getLong("id"),
        row.getString("incident"),
        row.getString("blueprint"),
        row.getString("target"),
        Delivery.State.valueOf(row.getString("state").toUpperCase(Locale.ROOT)),
        row.getLong("desired_version"),
        row.getLong("sent_version"),
        row.getInt("attempts"),
        Sql.timeOrNull(row, "waiting_since"),
        Sql.time(row, "next_attempt_at"),
        row.getBoolean("under_way"),
        row.getBoolean("unsettled"),
        row.getString("error"),
        row.getString("external_id"),
        row.getString("external_url"),
        Sql.timeOrNull(row, "delivered_at"));
  }
}
