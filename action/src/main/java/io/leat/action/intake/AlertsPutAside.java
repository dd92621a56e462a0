package io.leat.action.intake;

import io.leat.state.StateDatabase;
import io.leat.state.sql.Sql;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Shows the records of alerts that could not be taken in. Thread-safe; blocks. */
public final class AlertsPutAside {
  private final StateDatabase database;

  public AlertsPutAside(StateDatabase database) {
    this.database = database;
  }

  /**
   * Those of a blueprint.
   *
   * @param count how many there are
   * @param newest the last ones, the newest first
   */
  public record OfBlueprint(long count, List<PutAside> newest) {
    public OfBlueprint {
      newest = List.copyOf(newest);
    }
  }

  /**
   * One record.
   *
   * @param partition of the topic of alerts
   * @param epoch of the topic's log
   * @param type what it said that it is; null when it did not
   * @param length of its value in bytes
   * @param reason why it could not be taken in
   * @param at when it was put aside
   */
  public record PutAside(
      int partition,
      int epoch,
      long offset,
      @Nullable String type,
      int length,
      String reason,
      Instant at) {}

  /**
   * Those of some blueprints, by blueprint; nothing of one that has none.
   *
   * @param most of the newest, of each blueprint
   */
  public Map<String, OfBlueprint> of(Collection<String> blueprints, int most) {
    record Row(String blueprint, long count, PutAside one) {}

    List<Row> rows =
        database.transaction(
            "read what was put aside of alerts",
            connection ->
                Sql.list(
                    connection,
                    "select * from (select *, count(*) over (partition by blueprint) as count,"
                        + " row_number() over (partition by blueprint order by recorded_at desc,"
                        + " log_offset desc, partition) as place from alert_poison where blueprint"
                        + " = any(?)) as kept where place <= ? order by blueprint, place",
                    row -> new Row(row.getString("blueprint"), row.getLong("count"), one(row)),
                    blueprints,
                    most));
    Map<String, Long> counts = new TreeMap<>();
    Map<String, List<PutAside>> newest = new TreeMap<>();
    for (Row row : rows) {
      counts.put(row.blueprint(), row.count());
      newest.computeIfAbsent(row.blueprint(), any -> new ArrayList<>()).add(row.one());
    }
    Map<String, OfBlueprint> all = new TreeMap<>();
    newest.forEach(
        (blueprint, some) ->
            all.put(blueprint, new OfBlueprint(counts.getOrDefault(blueprint, 0L), some)));
    return all;
  }

  private static PutAside one(ResultSet row) throws SQLException {
    return new PutAside(
        row.getInt("partition"),
        row.getInt("epoch"),
        row.getLong("log_offset"),
        row.getString("type"),
        row.getInt("length"),
        row.getString("reason"),
        Sql.time(row, "recorded_at"));
  }
}
