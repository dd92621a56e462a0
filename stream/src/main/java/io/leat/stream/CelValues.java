package io.leat.stream;

import io.leat.schema.Column;
import io.leat.schema.ColumnType;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.TimestampData;
import org.apache.iceberg.flink.FlinkSchemaUtil;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/** Turns a value as it stands in a Flink row into what a condition reads. */
@FunctionalInterface
interface CelValues {
  Object convert(Object value);

  /** The conversion of a column of {@code type} that the table holds as {@code table}. */
  static CelValues of(ColumnType type, Type table) {
    if (type instanceof ColumnType.Struct struct) {
      return structs(struct, table.asStructType());
    }
    if (type instanceof ColumnType.ListOf list) {
      Type element = table.asListType().elementType();
      return lists(element, of(list.element(), element));
    }
    return switch ((ColumnType.Primitive) type) {
      case BOOLEAN, LONG, DOUBLE -> value -> value;
      case STRING, JSON -> Object::toString;
      case TIMESTAMP -> value -> ((TimestampData) value).toInstant();
      case DATE -> value -> LocalDate.ofEpochDay((Integer) value).toString();
    };
  }

  private static CelValues structs(ColumnType.Struct struct, Types.StructType table) {
    Map<String, CelValues> parts = new HashMap<>();
    for (Column column : struct.fields()) {
      parts.put(column.name(), of(column.type(), table.fieldType(column.name())));
    }
    List<Types.NestedField> fields = table.fields();
    List<RowData.FieldGetter> getters = new ArrayList<>();
    for (int i = 0; i < fields.size(); i++) {
      getters.add(RowData.createFieldGetter(FlinkSchemaUtil.convert(fields.get(i).type()), i));
    }
    return value -> {
      RowData row = (RowData) value;
      Map<String, Object> map = new HashMap<>();
      for (int i = 0; i < fields.size(); i++) {
        CelValues part = parts.get(fields.get(i).name());
        Object field = getters.get(i).getFieldOrNull(row);
        if (part != null && field != null) {
          map.put(fields.get(i).name(), part.convert(field));
        }
      }
      return map;
    };
  }

  private static CelValues lists(Type type, CelValues element) {
    ArrayData.ElementGetter getter = ArrayData.createElementGetter(FlinkSchemaUtil.convert(type));
    return value -> {
      ArrayData array = (ArrayData) value;
      List<Object> list = new ArrayList<>();
      for (int i = 0; i < array.size(); i++) {
        Object item = getter.getElementOrNull(array, i);
        if (item != null) {
          list.add(element.convert(item));
        }
      }
      return list;
    };
  }
}
