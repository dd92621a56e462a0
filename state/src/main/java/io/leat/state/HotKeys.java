package io.leat.state;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the keys of a page. It looks at a bounded number of keys in their order, those of a table
 * or, when the offline ones are wanted, those whose alert fires; so its cost is bounded, whatever
 * few of them fit.
 */
final class HotKeys {
  /** How many keys a page with a filter looks at. */
  static final int MOST_EXAMINED = 10_000;

  // 'offset 0' keeps it a look-up for each key: as a join it is quadratic while PostgreSQL does not
  // yet
  // know how large the table is.
  private static final String FIRES =
      "exists (select from alert a where a.blueprint = ? and a.key collate \"C\" = c.key and"
          + " a.state = 'firing' and a.detector = ? and a.stream = any(?) offset 0)";

  private final HotTable table;
  private final HotFilter filter;
  private final OffsetDateTime now;
  private final int examined;
  private final StringBuilder sql = new StringBuilder();
  private final List<Object> parameters = new ArrayList<>();

  HotKeys(HotTable table, HotFilter filter, OffsetDateTime now) {
    this.table = table;
    this.filter = filter;
    this.now = now;
    boolean isFiltered = filter.status() != null || !filter.columns().isEmpty();
    this.examined = isFiltered ? Math.max(MOST_EXAMINED, filter.most()) : filter.most();
  }

  /**
   * What was found.
   *
   * @param next as of {@link HotPage}
   */
  record Found(List<String> keys, @Nullable String next) {}

  Found find(Connection connection) throws SQLException {
    try (PreparedStatement select = statement(connection, "");
        ResultSet row = select.executeQuery()) {
      row.next();
      List<String> keys = List.of((String[]) row.getArray(3).getArray());
      if (keys.size() == filter.most()) {
        return new Found(keys, keys.get(keys.size() - 1));
      }
      return new Found(keys, row.getInt(1) == examined ? row.getString(2) : null);
    }
  }

  /**
   * The statement, to be run once.
   *
   * @param before stands before it: {@code explain}
   */
  PreparedStatement statement(Connection connection, String before) throws SQLException {
    add(before + "with candidate as materialized (");
    candidates();
    add(" order by key limit ?), found as (select c.key from candidate c where ", examined);
    conditions();
    add(" order by c.key limit ?)", filter.most());
    add(
        " select (select count(*) from candidate), (select max(key) from candidate),"
            + " array(select key from found order by key)");
    PreparedStatement select = connection.prepareStatement(sql.toString());
    bind(connection, select);
    return select;
  }

  private void candidates() {
    if (filter.status() == HotFilter.Status.OFFLINE) {
      add(
          "select distinct k.key from (select key collate \"C\" as key from alert where"
              + " blueprint = ? and state = 'firing' and detector = ? and stream = any(?)) k"
              + " where true",
          table.blueprint(),
          online(),
          table.related());
    } else {
      add(
          "select distinct k.key from hot_row k where k.blueprint = ? and k.table_name = ?",
          table.blueprint(),
          table.name());
    }
    add(" and k.key > ?", filter.after());
    if (!filter.prefix().isEmpty()) {
      add(" and k.key >= ?", filter.prefix());
      String end = endOf(filter.prefix());
      if (!end.isEmpty()) {
        add(" and k.key < ?", end);
      }
    }
    if (!filter.keys().isEmpty()) {
      add(" and k.key = any(?)", List.copyOf(filter.keys()));
    }
  }

  private void conditions() {
    String rows =
        "select from hot_row h where h.blueprint = ? and h.table_name = ? and h.key = c.key";
    add(
        "exists ("
            + rows
            + " and h.stream = any(?) and h.columns is not null and h.expires_at > ? offset 0)",
        table.blueprint(),
        table.name(),
        table.streams(),
        now);
    for (Map.Entry<String, String> wanted : filter.columns().entrySet()) {
      add(
          " and exists (" + rows + " and h.stream = ? and h.columns @> ?::jsonb offset 0)",
          table.blueprint(),
          table.name(),
          wanted.getKey(),
          wanted.getValue());
    }
    if (filter.status() == HotFilter.Status.ONLINE) {
      add(" and not " + FIRES, table.blueprint(), online(), table.related());
    }
  }

  private String online() {
    String online = table.online();
    if (online == null) {
      throw new IllegalArgumentException(
          "the table " + table.name() + " does not know who is offline");
    }
    return online;
  }

  /** The first text behind all that begin with the prefix, in the order of UTF-8; empty: none. */
  static String endOf(String prefix) {
    int end = prefix.length();
    while (end > 0) {
      int last = prefix.codePointBefore(end);
      end -= Character.charCount(last);
      if (last < Character.MAX_CODE_POINT) {
        int next = last + 1 == Character.MIN_SURROGATE ? Character.MAX_SURROGATE + 1 : last + 1;
        return prefix.substring(0, end) + Character.toString(next);
      }
    }
    return "";
  }

  private void add(String text, Object... values) {
    sql.append(text);
    parameters.addAll(List.of(values));
  }

  private void bind(Connection connection, PreparedStatement select) throws SQLException {
    int index = 0;
    for (Object value : parameters) {
      index++;
      if (value instanceof List<?> list) {
        select.setArray(index, connection.createArrayOf("text", list.toArray()));
      } else {
        select.setObject(index, value);
      }
    }
  }
}
