package io.leat.action.incident;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.state.StateDatabase;
import io.leat.state.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Silences and maintenance windows. They take effect on alerts that fire already when time is
 * passed next ({@link Incidents#passTime}). Thread-safe; blocks.
 */
public final class Silences {
  /** More conditions than these are refused. */
  static final int MOST_MATCHERS = 20;

  private final StateDatabase database;
  private final Function<String, IncidentRules> rules;
  private final InstantSource clock;

  /**
   * @param rules of the blueprint of this name, as they are now
   */
  public Silences(
      StateDatabase database, Function<String, IncidentRules> rules, InstantSource clock) {
    this.database = database;
    this.rules = rules;
    this.clock = clock;
  }

  /**
   * Makes one.
   *
   * @param author who answers for it
   * @throws LeatException BAD_REQUEST when it says nothing, or is over before it begins
   */
  public Silence create(
      String blueprint,
      List<AlertMatcher> matchers,
      String author,
      String reason,
      Instant startsAt,
      Instant endsAt) {
    Instant now = Sql.micros(clock.instant());
    require(!matchers.isEmpty(), "needs at least one matcher; to silence all, match the key by .*");
    require(matchers.size() <= MOST_MATCHERS, "has more than " + MOST_MATCHERS + " matchers");
    require(!author.isBlank(), "needs an author");
    require(!reason.isBlank(), "needs a reason");
    require(startsAt.isBefore(endsAt), "ends at " + endsAt + ", before it begins at " + startsAt);
    require(endsAt.isAfter(now), "is over already: it ends at " + endsAt);
    return database.transaction(
        "make a silence",
        connection -> {
          long id =
              Sql.first(
                      connection,
                      "insert into silence (blueprint, matchers, author, reason, starts_at,"
                          + " ends_at, created_at, phase) values (?, ?::jsonb, ?, ?, ?, ?, ?,"
                          + " 'pending') returning id",
                      row -> row.getLong(1),
                      blueprint,
                      SilenceRows.json(matchers),
                      author,
                      reason,
                      Sql.micros(startsAt),
                      Sql.micros(endsAt),
                      now)
                  .orElseThrow();
          return found(connection, id);
        });
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new LeatException(ErrorCode.BAD_REQUEST, "The silence " + otherwise);
    }
  }

  /**
   * What the alerts of an incident's group have in common: the matchers of a silence on them.
   * Alerts of other detectors match too when the group does not name its detector.
   *
   * @param incident with some of its alerts
   * @throws LeatException CONFLICT when its detectors group otherwise by now; BAD_REQUEST when what
   *     it is grouped by is too long for a matcher
   */
  public List<AlertMatcher> ofGroup(IncidentDetail incident) {
    IncidentRules now = rules.apply(incident.incident().blueprint());
    for (IncidentDetail.IncidentAlert one : incident.alerts()) {
      List<String> groupBy = now.groupBy(one.alert().detector());
      if (GroupKey.of(one.alert(), groupBy).equals(incident.incident().groupKey())) {
        return GroupKey.matchers(one.alert(), groupBy);
      }
    }
    throw new LeatException(
        ErrorCode.CONFLICT,
        "The alerts of incident "
            + incident.incident().id()
            + " are grouped by something else now than by "
            + incident.incident().groupKey()
            + "; `leat silence add` silences what you name");
  }

  /**
   * Ends one early.
   *
   * @throws LeatException NOT_FOUND; CONFLICT when it has ended already
   */
  public Silence cancel(long id, String actor) {
    Instant now = Sql.micros(clock.instant());
    return database.transaction(
        "end a silence",
        connection -> {
          Silence silence = found(connection, id);
          int ended =
              Sql.update(
                  connection,
                  "update silence set cancelled_at = ?, cancelled_by = ? where id = ? and"
                      + " cancelled_at is null and ends_at > ?",
                  now,
                  actor,
                  id,
                  now);
          if (ended == 0) {
            throw new LeatException(
                ErrorCode.CONFLICT,
                "Silence "
                    + id
                    + " has ended already, at "
                    + (silence.cancelledAt() == null ? silence.endsAt() : silence.cancelledAt()));
          }
          return found(connection, id);
        });
  }

  /** The one with this id. */
  public Silence show(long id) {
    return database.transaction("show a silence", connection -> found(connection, id));
  }

  private static Silence found(Connection connection, long id) throws SQLException {
    return SilenceRows.list(connection, "where id = ?", id).stream()
        .findFirst()
        .orElseThrow(() -> new LeatException(ErrorCode.NOT_FOUND, "There is no silence " + id));
  }

  /**
   * Those that are not over, in the order of their beginnings; then the newest that are.
   *
   * @param blueprints to which whoever asks is restricted; null: not at all
   */
  public List<Silence> list(@Nullable Set<String> blueprints, int most) {
    Instant now = Sql.micros(clock.instant());
    List<Object> parameters = new ArrayList<>();
    if (blueprints != null) {
      parameters.add(blueprints);
    }
    parameters.addAll(List.of(now, now, most));
    return database.transaction(
        "list silences",
        connection ->
            SilenceRows.list(
                connection,
                (blueprints == null ? "" : "where blueprint = any(?) ")
                    + "order by (ends_at <= ? or cancelled_at is not null), case when ends_at > ?"
                    + " and cancelled_at is null then starts_at end, id desc limit ?",
                parameters.toArray()));
  }
}
