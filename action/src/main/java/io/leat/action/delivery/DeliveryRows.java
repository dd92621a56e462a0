package io.leat.action.delivery;

import io.leat.state.StateDatabase;
import io.leat.state.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The queue side of the deliveries of one target. All times are the server's. Thread-safe; blocks.
 */
final class DeliveryRows {
  private static final String MINE = " where id = ? and lease_owner = ?";
  // What is left to send behind the version that the row has now.
  private static final String REST = "(desired_version > sent_version or cardinality(again) > 0)";
  // Over once more after what opened again in a silence: targets know it as over already.
  private static final String IS_NO_NEWS =
      "(e.change = 'resolved' and coalesce((select p.state from incident_event p where p.incident"
          + " = e.incident and p.told and p.version < e.version order by p.version desc limit 1),"
          + " 'open') in ('resolved', 'closed'))";

  private final StateDatabase database;
  private final DeliveryTarget target;

  DeliveryRows(StateDatabase database, DeliveryTarget target) {
    this.database = database;
    this.target = target;
  }

  /** The target has a row, to which the rate limit clings. */
  void prepare() {
    database.transaction(
        "prepare a target",
        connection ->
            Sql.update(
                connection,
                "insert into target_state (blueprint, target) values (?, ?) on conflict do nothing",
                target.blueprint(),
                target.spec().name()));
  }

  /**
   * Gives up what an earlier run of this process had claimed: it is dead. What it sent last may
   * still be at work on the other side, so there is a pause.
   *
   * @param instance as in {@link #claim}
   */
  void release(String instance) {
    database.transaction(
        "release deliveries",
        connection ->
            Sql.update(
                connection,
                "update delivery set lease_owner = null, lease_until = null, unsettled = true,"
                    + " next_attempt_at = greatest(next_attempt_at, clock_timestamp() + ? *"
                    + " interval '1 ms') where blueprint = ? and target = ? and"
                    + " starts_with(lease_owner, ?)",
                target.spec().limits().timeout().toMillis(),
                target.blueprint(),
                target.spec().name(),
                instance + "/"));
  }

  /**
   * Takes the delivery that waits for longest, unless the target is paused or wants not to be
   * asked.
   *
   * @param owner {@code <instance>/<number>}
   */
  Optional<Claim> claim(String owner) {
    boolean coalesces = target.target().coalesces();
    return database.transaction(
        "claim a delivery",
        connection ->
            Sql.first(
                connection,
                "update delivery d set lease_owner = ?, lease_until = clock_timestamp() + ? *"
                    + " interval '1 ms', attempts = attempts + 1, unsettled = d.unsettled or"
                    + " d.lease_owner is not null from (select id from delivery where blueprint = ?"
                    + " and target = ? and state = 'waiting' and next_attempt_at <="
                    + " clock_timestamp() and (lease_until is null or lease_until <"
                    + " clock_timestamp()) and not exists (select 1 from target_state s where"
                    + " s.blueprint = delivery.blueprint and s.target = delivery.target and"
                    + " (paused_at is not null or not_before > clock_timestamp())) order by"
                    + " next_attempt_at, id limit 1 for update skip locked) one where d.id = one.id"
                    + " returning d.id, incident, desired_version, sent_version, attempts,"
                    + " unsettled, delivered_at is not null as known, extract(epoch from clock_timestamp() -"
                    + " waiting_since) * 1000 as waited, (select min(v)"
                    + " from unnest(again) v) as again, (select min(version) from incident_event e"
                    + " where e.incident = d.incident and e.told and version > sent_version and"
                    + " version <= desired_version and not "
                    + IS_NO_NEWS
                    + ") as next",
                row -> {
                  long again = row.getLong("again");
                  boolean isAgain = !coalesces && again > 0;
                  long desired = row.getLong("desired_version");
                  long next = row.getLong("next");
                  return new Claim(
                      row.getLong("id"),
                      owner,
                      row.getString("incident"),
                      desired,
                      row.getLong("sent_version"),
                      coalesces || (next == 0 && !isAgain) ? desired : isAgain ? again : next,
                      isAgain,
                      row.getInt("attempts"),
                      row.getBoolean("unsettled"),
                      row.getBoolean("known"),
                      Duration.ofMillis(row.getLong("waited")));
                },
                owner,
                target.lease().toMillis(),
                target.blueprint(),
                target.spec().name()));
  }

  /** In how many milliseconds there may be something to claim; empty: nothing waits. */
  OptionalLong nextDue() {
    return database.transaction(
        "look for deliveries",
        connection ->
            Sql.first(
                    connection,
                    "select extract(epoch from min(greatest(d.next_attempt_at, d.lease_until,"
                        + " s.not_before)) - clock_timestamp()) * 1000 as due from delivery d left"
                        + " join target_state s on s.blueprint = d.blueprint and s.target ="
                        + " d.target where d.blueprint = ? and d.target = ? and d.state = 'waiting'"
                        + " and s.paused_at is null",
                    row -> {
                      double due = row.getDouble("due");
                      return row.wasNull()
                          ? OptionalLong.empty()
                          : OptionalLong.of((long) Math.max(0, Math.ceil(due)));
                    },
                    target.blueprint(),
                    target.spec().name())
                .orElse(OptionalLong.empty()));
  }

  /** The target shows the version. */
  boolean delivered(Claim claim, String externalId, String externalUrl) {
    return database.transaction(
        "note a delivery",
        connection ->
            passed(connection, claim)
                && overtakesDeadLetters(connection, claim)
                && Sql.update(
                        connection,
                        "update delivery set attempts = 0, unsettled = false, error = null,"
                            + " lease_owner = null, lease_until = null, external_id = coalesce("
                            + "nullif(?, ''), external_id), external_url = coalesce(nullif(?, ''),"
                            + " external_url), delivered_at = clock_timestamp()"
                            + MINE,
                        externalId,
                        externalUrl,
                        claim.id(),
                        claim.owner())
                    == 1);
  }

  /** The newest state was told: what was given up before is part of it. */
  private boolean overtakesDeadLetters(Connection connection, Claim claim) throws SQLException {
    if (target.target().coalesces()) {
      Sql.update(
          connection,
          "update dead_letter set redriven_at = clock_timestamp(), redriven_by = 'leat' where"
              + " delivery = ? and redriven_at is null",
          claim.id());
    }
    return true;
  }

  /** The version is done with, one way or the other; the next may be sent. */
  private static boolean passed(Connection connection, Claim claim) throws SQLException {
    String passed =
        claim.isAgain()
            ? "again = array_remove(again, ?)"
            : "sent_version = greatest(sent_version, ?)";
    int mine =
        Sql.update(
            connection,
            "update delivery set " + passed + MINE,
            claim.version(),
            claim.id(),
            claim.owner());
    return mine == 1
        && Sql.update(
                connection,
                "update delivery d set state = case when "
                    + REST
                    + " then 'waiting' else 'done' end, waiting_since = case when "
                    + REST
                    + " then coalesce((select min(recorded_at) from incident_event e where"
                    + " e.incident = d.incident and e.told and e.version > d.sent_version),"
                    + " clock_timestamp()) end, next_attempt_at = clock_timestamp()"
                    + MINE,
                claim.id(),
                claim.owner())
            == 1;
  }

  /**
   * It is tried again later.
   *
   * @param pause until then
   * @param isUnknown whether it may have come through
   * @param notBefore for how long the target wants not to be asked at all; zero: it did not say
   */
  boolean failed(Claim claim, String error, Duration pause, boolean isUnknown, Duration notBefore) {
    return database.transaction(
        "note a failed delivery",
        connection -> {
          if (!notBefore.isZero()) {
            Sql.update(
                connection,
                "update target_state set not_before = greatest(not_before, clock_timestamp() + ? *"
                    + " interval '1 ms') where blueprint = ? and target = ?",
                notBefore.toMillis(),
                target.blueprint(),
                target.spec().name());
          }
          return Sql.update(
                  connection,
                  "update delivery set error = ?, next_attempt_at = clock_timestamp() + ? *"
                      + " interval '1 ms', unsettled = unsettled or ?, lease_owner = null,"
                      + " lease_until = null"
                      + MINE,
                  error,
                  pause.toMillis(),
                  isUnknown,
                  claim.id(),
                  claim.owner())
              == 1;
        });
  }

  /** It is given up, as a dead letter. */
  boolean gaveUp(Claim claim, String cause) {
    return database.transaction(
        "note a dead letter",
        connection -> {
          boolean isMine =
              target.target().coalesces()
                  ? Sql.update(
                          connection,
                          "update delivery set state = 'dead'" + MINE,
                          claim.id(),
                          claim.owner())
                      == 1
                  : passed(connection, claim);
          if (!isMine) {
            return false;
          }
          Sql.update(
              connection,
              "insert into dead_letter (delivery, version, cause, attempts, died_at) values (?, ?,"
                  + " ?, ?, clock_timestamp())",
              claim.id(),
              claim.version(),
              cause,
              claim.attempt());
          // Something happened meanwhile: that is tried by itself.
          return Sql.update(
                  connection,
                  "update delivery set error = ?, attempts = 0, state = case when state = 'dead'"
                      + " and desired_version > ? then 'waiting' else state end, waiting_since ="
                      + " case when state = 'dead' then clock_timestamp() else waiting_since end,"
                      + " lease_owner = null, lease_until = null"
                      + MINE,
                  cause,
                  claim.version(),
                  claim.id(),
                  claim.owner())
              == 1;
        });
  }

  /** Leat stops: it is as if the attempt had not been, but for what may have been sent. */
  void handBack(Claim claim, boolean isUnknown) {
    database.transaction(
        "hand back a delivery",
        connection ->
            Sql.update(
                connection,
                "update delivery set attempts = greatest(attempts - 1, 0), unsettled = unsettled or"
                    + " ?, next_attempt_at = case when ? then clock_timestamp() + ? * interval"
                    + " '1 ms' else next_attempt_at end, lease_owner = null, lease_until = null"
                    + MINE,
                isUnknown,
                isUnknown,
                target.spec().limits().timeout().toMillis(),
                claim.id(),
                claim.owner()));
  }

  /** How many wait, and how many are dead. */
  record Backlog(long waiting, long dead) {}

  Backlog backlog() {
    return database.transaction(
        "count deliveries",
        connection ->
            Sql.first(
                    connection,
                    "select (select count(*) from delivery where blueprint = ? and target = ? and"
                        + " state = 'waiting') as waiting, (select count(*) from delivery d join"
                        + " dead_letter l on l.delivery = d.id where redriven_at is null and"
                        + " blueprint = ? and target = ?) as dead",
                    row -> new Backlog(row.getLong("waiting"), row.getLong("dead")),
                    target.blueprint(),
                    target.spec().name(),
                    target.blueprint(),
                    target.spec().name())
                .orElseThrow());
  }
}
