package io.leat.stream;

import io.leat.event.LogPosition;
import io.leat.rules.Condition;
import io.leat.schema.Column;
import java.util.List;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.TimestampData;
import org.apache.iceberg.flink.FlinkSchemaUtil;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/** Looks at a row of {@link CleanEvents}; set to one row after the other. Not thread-safe. */
public final class CleanRow implements Condition.Row {
  private final String topic;
  private final Candidates shape;
  private final RowData.FieldGetter[] getters;
  private final CelValues[] converters;
  private final int timeColumn;
  private @Nullable RowData row;

  /** For rows of the plan's stream. */
  public CleanRow(StreamPlan plan) {
    this.topic = plan.topic();
    this.shape = new Candidates(plan.processed());
    Types.StructType table = plan.processed().asStruct();
    List<Types.NestedField> fields = table.fields();
    List<Column> columns = plan.schema().columns();
    this.getters = new RowData.FieldGetter[columns.size()];
    this.converters = new CelValues[columns.size()];
    for (int i = 0; i < getters.length; i++) {
      Types.NestedField field = table.field(columns.get(i).name());
      getters[i] =
          RowData.createFieldGetter(FlinkSchemaUtil.convert(field.type()), fields.indexOf(field));
      converters[i] = CelValues.of(columns.get(i).type(), field.type());
    }
    this.timeColumn =
        plan.timeColumn() == null ? -1 : fields.indexOf(table.field(plan.timeColumn()));
  }

  /** The columns by whose positions {@link #value} asks: those of the stream's schema. */
  public static List<Column> columns(StreamPlan plan) {
    return plan.schema().columns();
  }

  /** Looks at another row. */
  public CleanRow at(RowData next) {
    row = next;
    return this;
  }

  private RowData row() {
    RowData present = row;
    if (present == null) {
      throw new IllegalStateException("no row was set");
    }
    return present;
  }

  /** The entity that the event is about. */
  public String key() {
    return row().getString(shape.entityKey).toString();
  }

  public LogPosition position() {
    RowData present = row();
    return new LogPosition(
        present.getInt(shape.logEpoch),
        topic,
        present.getInt(shape.logPartition),
        present.getLong(shape.logOffset));
  }

  /** The event's own time, or else that of its receipt, in microseconds since the epoch. */
  public long time() {
    RowData present = row();
    if (timeColumn >= 0 && !present.isNullAt(timeColumn)) {
      return micros(present.getTimestamp(timeColumn, 6));
    }
    return present.isNullAt(shape.eventTime)
        ? received()
        : micros(present.getTimestamp(shape.eventTime, 6));
  }

  /** When the gateway accepted it, in microseconds since the epoch. */
  public long received() {
    return micros(row().getTimestamp(shape.receivedAt, 6));
  }

  private static long micros(TimestampData time) {
    return time.getMillisecond() * 1_000L + time.getNanoOfMillisecond() / 1_000L;
  }

  @Override
  public @Nullable Object value(int column) {
    Object value = getters[column].getFieldOrNull(row());
    return value == null ? null : converters[column].convert(value);
  }

  @Override
  public boolean isNull(int column) {
    return getters[column].getFieldOrNull(row()) == null;
  }
}
