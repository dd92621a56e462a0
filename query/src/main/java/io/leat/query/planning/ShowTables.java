package io.leat.query.planning;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.iceberg.catalog.TableIdentifier;

/**
 * {@code SHOW TABLES}, with {@code FROM} or {@code IN} and a schema if need be: a query worker
 * knows no table before it is planned, so the statement becomes one that has the names in it.
 */
public final class ShowTables {
  private static final Pattern STATEMENT =
      Pattern.compile(
          "\\s*show\\s+(?:all\\s+)?tables(?:\\s+(?:from|in)\\s+\"?(\\w+)\"?)?\\s*;?\\s*",
          Pattern.CASE_INSENSITIVE);

  private final TableNames names;

  public ShowTables(TableNames names) {
    this.names = names;
  }

  /**
   * The statement to run for {@code sql}: itself, unless it asks for the tables.
   *
   * @param access the tables that are named
   * @throws io.leat.event.LeatException LAKE_UNAVAILABLE
   */
  public String statement(String sql, TableAccess access) {
    Matcher matcher = STATEMENT.matcher(sql);
    if (!matcher.matches()) {
      return sql;
    }
    String schema = matcher.group(1);
    List<TableIdentifier> tables =
        names.list(access).stream()
            .filter(id -> schema == null || id.namespace().toString().equalsIgnoreCase(schema))
            .toList();
    return tables.isEmpty()
        ? "SELECT '' AS \"table\" WHERE false"
        : tables.stream()
            .map(id -> "('" + id.toString().replace("'", "''") + "')")
            .collect(Collectors.joining(", ", "SELECT * FROM (VALUES ", ") AS tables(\"table\")"));
  }
}
