package io.leat.rules.detect;

import io.leat.rules.Condition;
import io.leat.schema.Column;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The columns whose values an alert tells: those that its conditions name, when they are text, a
 * number, a boolean or a time (told as text). Texts longer than {@value #LONGEST} are cut.
 */
final class ReportedColumns {
  static final int LONGEST = 200;

  private final int[] positions;
  private final List<String> names;

  private ReportedColumns(List<Column> columns, Set<String> names) {
    this.positions =
        IntStream.range(0, columns.size())
            .filter(i -> names.contains(columns.get(i).name()))
            .toArray();
    this.names = IntStream.of(positions).mapToObj(i -> columns.get(i).name()).toList();
  }

  static ReportedColumns of(List<Column> columns, @Nullable Condition... conditions) {
    Set<String> names = new LinkedHashSet<>();
    for (Condition condition : conditions) {
      if (condition != null) {
        names.addAll(condition.columnNames());
      }
    }
    return new ReportedColumns(columns, names);
  }

  /** By the columns' names; may be added to. */
  Map<String, Object> values(Condition.Row row) {
    Map<String, Object> values = new LinkedHashMap<>();
    for (int i = 0; i < positions.length; i++) {
      Object value = row.value(positions[i]);
      if (value instanceof String text) {
        values.put(names.get(i), cut(text));
      } else if (value instanceof Number || value instanceof Boolean) {
        values.put(names.get(i), value);
      } else if (value instanceof Instant time) {
        values.put(names.get(i), time.toString());
      }
    }
    return values;
  }

  static String cut(String text) {
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
  }
}
