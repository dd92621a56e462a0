package io.leat.parquet;

import io.leat.parquet.bounds.Refusal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Which columns are written, under which keys. */
record Plan(List<Column> columns) {
  /**
   * A top-level column of the output.
   *
   * @param leaves below it
   */
  record Column(Field field, List<Leaf> leaves, Prefix prefix) {
    boolean isFlat() {
      return !field.isGroup() && field.repetition() != Field.Repetition.REPEATED;
    }
  }

  static Plan of(ParquetFile file, JsonOptions options) {
    List<Column> all = new ArrayList<>();
    int leaf = 0;
    for (Field field : file.schema().fields()) {
      int count = leaves(field);
      String key = options.renames().getOrDefault(field.name(), field.name());
      all.add(new Column(field, file.leaves().subList(leaf, leaf + count), Prefix.member(key)));
      leaf += count;
    }
    for (String renamed : options.renames().keySet()) {
      find(all, renamed);
    }
    List<Column> chosen = all;
    if (!options.columns().isEmpty()) {
      chosen = new ArrayList<>();
      for (String name : options.columns()) {
        chosen.add(find(all, name));
      }
    }
    Set<String> keys = new HashSet<>();
    for (Column column : chosen) {
      String name = column.field().name();
      if (!keys.add(options.renames().getOrDefault(name, name))) {
        throw Refusal.contract(
            "duplicate-column",
            "two columns would have the key '" + name + "'; choose or rename them");
      }
    }
    return new Plan(List.copyOf(chosen));
  }

  private static Column find(List<Column> all, String name) {
    return all.stream()
        .filter(column -> column.field().name().equals(name))
        .findFirst()
        .orElseThrow(
            () -> Refusal.contract("no-such-column", "the file has no column '" + name + "'"));
  }

  static int leaves(Field field) {
    return field.isGroup() ? field.children().stream().mapToInt(Plan::leaves).sum() : 1;
  }
}
