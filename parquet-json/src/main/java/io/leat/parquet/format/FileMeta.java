package io.leat.parquet.format;

import java.util.List;
import java.util.Map;

/**
 * The footer.
 *
 * @param encrypted whether columns are encrypted
 */
public record FileMeta(
    List<SchemaElement> schema,
    long rows,
    List<GroupMeta> groups,
    Map<String, String> keyValues,
    String createdBy,
    boolean encrypted) {
  /** Copies. */
  public FileMeta {
    schema = List.copyOf(schema);
    groups = List.copyOf(groups);
    keyValues = Map.copyOf(keyValues);
  }
}
