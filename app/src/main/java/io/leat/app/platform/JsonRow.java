package io.leat.app.platform;

import com.fasterxml.jackson.databind.JsonNode;
import io.leat.event.Timestamps;
import io.leat.rules.Condition;
import io.leat.schema.Column;
import io.leat.schema.ColumnType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An event's JSON as a row that a condition can be judged on; what does not fit its column is no
 * value.
 */
record JsonRow(List<Column> columns, JsonNode data) implements Condition.Row {

  @Override
  public @Nullable Object value(int column) {
    Column wanted = columns.get(column);
    return value(data.path(wanted.name()), wanted.type());
  }

  private static @Nullable Object value(JsonNode node, ColumnType type) {
    if (node.isMissingNode() || node.isNull()) {
      return null;
    }
    if (type instanceof ColumnType.Struct struct) {
      Map<String, Object> map = new HashMap<>();
      for (Column field : struct.fields()) {
        Object value = value(node.path(field.name()), field.type());
        if (value != null) {
          map.put(field.name(), value);
        }
      }
      return map;
    }
    if (type instanceof ColumnType.ListOf list) {
      List<Object> values = new ArrayList<>();
      for (JsonNode element : node) {
        Object value = value(element, list.element());
        if (value != null) {
          values.add(value);
        }
      }
      return values;
    }
    return switch ((ColumnType.Primitive) type) {
      case BOOLEAN -> node.isBoolean() ? node.asBoolean() : null;
      case LONG -> node.canConvertToLong() ? node.asLong() : null;
      case DOUBLE -> node.isNumber() ? node.asDouble() : null;
      case STRING, DATE -> node.isTextual() ? node.asText() : null;
      case JSON -> node.toString();
      case TIMESTAMP -> {
        long micros = Timestamps.parseMicros(node.asText());
        yield micros == Timestamps.INVALID ? null : Timestamps.ofMicros(micros);
      }
    };
  }
}
