package io.leat.query;

import java.util.List;

/**
 * A table that queries can name.
 *
 * @param table {@code <schema>.<table>}
 * @param columns in the table's order
 */
public record QueryableTable(String table, List<ResultColumn> columns) {
  public QueryableTable {
    columns = List.copyOf(columns);
  }
}
