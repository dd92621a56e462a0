package io.leat.query.planning;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.util.HashMap;
import java.util.Map;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.types.Types.NestedField;

/**
 * Top-level columns are bound to files by field id. What is nested in them is bound by name, which
 * is the same only as long as no nested field was renamed or replaced: such tables are refused.
 */
final class SchemaHistory {
  private SchemaHistory() {}

  static void check(String name, Table table) {
    Schema current = table.schema();
    for (NestedField column : current.columns()) {
      if (column.initialDefault() != null) {
        throw refused(name, column.name(), "has a default for old rows");
      }
    }
    Map<String, Integer> idsByName = nested(current);
    Map<Integer, String> namesById = new HashMap<>();
    idsByName.forEach((path, id) -> namesById.put(id, path));
    for (Schema old : table.schemas().values()) {
      nested(old)
          .forEach(
              (path, id) -> {
                String now = namesById.get(id);
                if (now != null && !now.equals(path)) {
                  throw refused(name, now, "was renamed");
                }
                Integer successor = idsByName.get(path);
                if (successor != null && !successor.equals(id)) {
                  throw refused(name, path, "was replaced");
                }
              });
    }
  }

  /** Nested fields by their path, in which the column stands with its id. */
  private static Map<String, Integer> nested(Schema schema) {
    Map<String, Integer> ids = new HashMap<>();
    for (NestedField column : schema.columns()) {
      String prefix = "#" + column.fieldId();
      new Schema(column)
          .idToName()
          .forEach(
              (id, path) -> {
                if (id != column.fieldId()) {
                  ids.put(prefix + path.substring(column.name().length()), id);
                }
              });
    }
    return ids;
  }

  private static LeatException refused(String table, String field, String why) {
    return new LeatException(
        ErrorCode.SQL_FAILED,
        "The table '" + table + "' cannot be queried: the field '" + field + "' " + why);
  }
}
