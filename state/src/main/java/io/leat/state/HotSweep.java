package io.leat.state;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * Takes away what has expired. An entity expires as a whole, when its newest event in any stream
 * has; what stays of it is where it was in the log, until the log cannot tell of it again.
 * Thread-safe; blocks.
 */
public final class HotSweep {
  private static final String SWEEP =
      "with due as (select h.blueprint, h.table_name, h.key, h.stream, h.columns is null as gone,"
          + " (select max(o.expires_at) from hot_row o where o.blueprint = h.blueprint and"
          + " o.table_name = h.table_name and o.key = h.key and o.columns is not null) as until"
          + " from hot_row h where h.sweep_at <= ? order by h.sweep_at limit ?"
          + " for update of h skip locked),"
          + " forgotten as (delete from hot_row h using due d where h.blueprint = d.blueprint"
          + " and h.table_name = d.table_name and h.key = d.key and h.stream = d.stream and d.gone"
          + " returning 1),"
          + " looked as (update hot_row h set"
          + " columns = case when d.until <= ? then null else h.columns end,"
          + " sweep_at = case when d.until <= ? then ?"
          + " else date_trunc('hour', d.until) + interval '1 hour' end"
          + " from due d where h.blueprint = d.blueprint and h.table_name = d.table_name"
          + " and h.key = d.key and h.stream = d.stream and not d.gone"
          + " returning h.columns is null as expired)"
          + " select (select count(*) from looked where expired), (select count(*) from forgotten),"
          + " (select count(*) from due)";

  private final StateDatabase database;
  private final InstantSource clock;

  public HotSweep(StateDatabase database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  /**
   * What a sweep did, in rows: one for each entity and stream.
   *
   * @param expired lost their columns
   * @param forgotten went altogether
   * @param isDone whether nothing else is due
   */
  public record Swept(int expired, int forgotten, boolean isDone) {}

  /**
   * Sweeps once.
   *
   * @param logRetention how long a log keeps records at most; for so long a position is remembered
   *     after its columns went
   * @param most how many rows to look at
   */
  public Swept sweep(Duration logRetention, int most) {
    Instant now = clock.instant();
    return database.transaction(
        "sweep newest states",
        connection -> {
          try (PreparedStatement sweep = connection.prepareStatement(SWEEP)) {
            sweep.setObject(1, HotTables.timestamp(now));
            sweep.setInt(2, most);
            sweep.setObject(3, HotTables.timestamp(now));
            sweep.setObject(4, HotTables.timestamp(now));
            sweep.setObject(5, HotTables.timestamp(HotTables.sweepAt(now.plus(logRetention))));
            try (ResultSet row = sweep.executeQuery()) {
              row.next();
              return new Swept(row.getInt(1), row.getInt(2), row.getInt(3) < most);
            }
          }
        });
  }
}
