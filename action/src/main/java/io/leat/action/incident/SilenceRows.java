package io.leat.action.incident;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.state.sql.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The table of silences. */
final class SilenceRows {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String COLUMNS =
      "id, blueprint, matchers::text as matchers, author, reason, starts_at, ends_at, created_at,"
          + " cancelled_at, cancelled_by";

  private SilenceRows() {}

  static List<Silence> active(Connection connection, String blueprint, Instant now)
      throws SQLException {
    return Sql.list(
        connection,
        "select "
            + COLUMNS
            + " from silence where blueprint = ? and phase <> 'ended' and cancelled_at is null and"
            + " starts_at <= ? and ends_at > ? order by id",
        SilenceRows::read,
        blueprint,
        now,
        now);
  }

  /**
   * Notes which silences have begun or ended.
   *
   * @return how many have
   */
  static int turn(Connection connection, String blueprint, Instant now) throws SQLException {
    return Sql.update(
            connection,
            "update silence set phase = 'ended' where blueprint = ? and phase <> 'ended' and"
                + " (ends_at <= ? or cancelled_at is not null)",
            blueprint,
            now)
        + Sql.update(
            connection,
            "update silence set phase = 'active' where blueprint = ? and phase = 'pending' and"
                + " starts_at <= ?",
            blueprint,
            now);
  }

  static List<Silence> list(Connection connection, String where, Object... parameters)
      throws SQLException {
    return Sql.list(
        connection, "select " + COLUMNS + " from silence " + where, SilenceRows::read, parameters);
  }

  static String json(List<AlertMatcher> matchers) {
    ArrayNode all = JSON.createArrayNode();
    for (AlertMatcher matcher : matchers) {
      ObjectNode one = all.addObject();
      one.put("field", matcher.field());
      one.put("operation", matcher.operation().text());
      ArrayNode values = one.putArray("values");
      matcher.values().forEach(values::add);
    }
    return all.toString();
  }

  private static Silence read(ResultSet row) throws SQLException {
    return new Silence(
        row.getLong("id"),
        row.getString("blueprint"),
        matchers(row.getString("matchers")),
        row.getString("author"),
        row.getString("reason"),
        Sql.time(row, "starts_at"),
        Sql.time(row, "ends_at"),
        Sql.time(row, "created_at"),
        Sql.timeOrNull(row, "cancelled_at"),
        row.getString("cancelled_by"));
  }

  private static List<AlertMatcher> matchers(String json) {
    try {
      List<AlertMatcher> all = new ArrayList<>();
      for (JsonNode one : JSON.readTree(json)) {
        List<String> values = new ArrayList<>();
        one.path("values").forEach(value -> values.add(value.asText()));
        all.add(
            new AlertMatcher(
                one.path("field").asText(),
                AlertMatcher.Operation.valueOf(
                    one.path("operation").asText().toUpperCase(Locale.ROOT)),
                values));
      }
      return all;
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the matchers of a silence cannot be read", e);
    }
  }
}
