package io.leat.stream;

import io.leat.rules.Condition;
import io.leat.rules.InvalidConditionException;
import io.leat.rules.QualityRule;
import io.leat.schema.Column;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/** Judges rows by a stream's quality rules. Not thread-safe. */
final class QualityGate {
  private final List<QualityRule> rules = new ArrayList<>();
  private final int[] positions;
  private final CelValues[] converters;
  private final RowView view = new RowView();
  private final List<String> broken = new ArrayList<>();

  QualityGate(List<StreamPlan.Rule> rules, List<Column> columns, Types.StructType table) {
    List<Types.NestedField> fields = table.fields();
    this.positions =
        columns.stream().mapToInt(c -> fields.indexOf(table.field(c.name()))).toArray();
    this.converters =
        columns.stream()
            .map(c -> CelValues.of(c.type(), table.fieldType(c.name())))
            .toArray(CelValues[]::new);
    for (StreamPlan.Rule rule : rules) {
      try {
        this.rules.add(
            new QualityRule(
                rule.name(), Condition.compile(rule.expect(), columns), rule.otherwise()));
      } catch (InvalidConditionException e) {
        throw new IllegalStateException("the blueprint was loaded with this rule", e);
      }
    }
  }

  /**
   * The first broken rule that quarantines, or null; {@link #flags()} then holds the broken ones
   * that flag.
   */
  @Nullable QualityRule judge(GenericRowData row) {
    broken.clear();
    view.row = row;
    for (QualityRule rule : rules) {
      if (rule.isBrokenBy(view)) {
        if (rule.otherwise() == QualityRule.Otherwise.QUARANTINE) {
          return rule;
        }
        broken.add(rule.name());
      }
    }
    return null;
  }

  /** Names of the broken rules of the last row, null when it broke none. */
  @Nullable GenericArrayData flags() {
    return broken.isEmpty()
        ? null
        : new GenericArrayData(broken.stream().map(StringData::fromString).toArray());
  }

  private final class RowView implements Condition.Row {
    private @Nullable GenericRowData row;

    @Override
    public @Nullable Object value(int column) {
      Object value = row == null ? null : row.getField(positions[column]);
      return value == null ? null : converters[column].convert(value);
    }

    @Override
    public boolean isNull(int column) {
      return row == null || row.getField(positions[column]) == null;
    }
  }
}
