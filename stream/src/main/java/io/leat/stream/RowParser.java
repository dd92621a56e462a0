package io.leat.stream;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.event.Timestamps;
import io.leat.schema.Column;
import io.leat.schema.ColumnType;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * Turns a record's JSON into the declared columns of a row, in one pass. Values sit where the table
 * has their columns; what the schema does not declare is gathered in {@link #extra()}. Not
 * thread-safe.
 */
final class RowParser {
  private final JsonFactory factory =
      new JsonFactoryBuilder()
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CHARSET_DETECTION)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(1_000)
                  .maxStringLength(Integer.MAX_VALUE)
                  .build())
          .build();
  private final ObjectMapper mapper = new ObjectMapper(factory);
  private final StructReader root;
  private @Nullable ObjectNode extra;

  /** A value that does not fit its column, or bytes that are not a JSON object. */
  static final class MismatchException extends Exception {
    private static final long serialVersionUID = 1L;

    MismatchException(String pointer, String message) {
      super((pointer.isEmpty() ? "record" : pointer) + ": " + message, null, false, false);
    }
  }

  /**
   * @param columns what the stream's schema declares
   * @param table the processed table's columns, which hold at least these
   */
  RowParser(List<Column> columns, Types.StructType table) {
    this.root = new StructReader(columns, table);
  }

  /**
   * Fills the declared columns of {@code row}; the others are left alone.
   *
   * @throws IOException if the bytes are not JSON
   * @throws MismatchException if a value does not fit
   */
  void parse(byte[] json, GenericRowData row) throws IOException, MismatchException {
    extra = null;
    try (JsonParser parser = factory.createParser(json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new MismatchException("", "is not a JSON object");
      }
      root.readFields(parser, row, null);
      if (parser.nextToken() != null) {
        throw new JsonParseException(parser, "there is more after the end of the object");
      }
    }
  }

  /**
   * JSON of the last record's undeclared properties, each at its own path; null when it had none.
   */
  @Nullable String extra() {
    return extra == null ? null : extra.toString();
  }

  /** The way to a nested value, for messages and for {@code _extra}; null at the top. */
  private record Path(@Nullable Path parent, String name) {
    static String pointer(@Nullable Path path) {
      return path == null
          ? ""
          : pointer(path.parent) + "/" + path.name.replace("~", "~0").replace("/", "~1");
    }
  }

  private void keepExtra(JsonParser parser, @Nullable Path path, String name) throws IOException {
    if (extra == null) {
      extra = mapper.createObjectNode();
    }
    ObjectNode at = objectAt(extra, path);
    if (at.replace(name, mapper.readTree(parser)) != null) {
      throw new JsonParseException(parser, "Duplicate field '" + name + "'");
    }
  }

  private static ObjectNode objectAt(ObjectNode root, @Nullable Path path) {
    if (path == null) {
      return root;
    }
    ObjectNode parent = objectAt(root, path.parent);
    return parent.withObjectProperty(path.name);
  }

  private interface ValueReader {
    @Nullable Object read(JsonParser parser, Path path) throws IOException, MismatchException;
  }

  private ValueReader reader(ColumnType type, Type table) {
    if (type instanceof ColumnType.Struct struct) {
      StructReader reader = new StructReader(struct.fields(), table.asStructType());
      return (parser, path) -> {
        require(parser, JsonToken.START_OBJECT, path, "an object");
        GenericRowData row = new GenericRowData(reader.arity);
        reader.readFields(parser, row, path);
        return row;
      };
    }
    if (type instanceof ColumnType.ListOf list) {
      ValueReader element = reader(list.element(), table.asListType().elementType());
      return (parser, path) -> readList(parser, path, element);
    }
    return switch ((ColumnType.Primitive) type) {
      case BOOLEAN -> RowParser::readBoolean;
      case LONG -> RowParser::readLong;
      case DOUBLE -> RowParser::readDouble;
      case STRING -> (parser, path) -> StringData.fromString(text(parser, path));
      case TIMESTAMP -> RowParser::readTimestamp;
      case DATE -> RowParser::readDate;
      case JSON -> (parser, path) -> StringData.fromString(mapper.readTree(parser).toString());
    };
  }

  private static Object readList(JsonParser parser, Path path, ValueReader element)
      throws IOException, MismatchException {
    require(parser, JsonToken.START_ARRAY, path, "an array");
    List<@Nullable Object> values = new ArrayList<>();
    for (JsonToken token = parser.nextToken();
        token != JsonToken.END_ARRAY;
        token = parser.nextToken()) {
      values.add(
          token == JsonToken.VALUE_NULL
              ? null
              : element.read(parser, new Path(path, Integer.toString(values.size()))));
    }
    return new GenericArrayData(values.toArray());
  }

  private static Object readBoolean(JsonParser parser, Path path)
      throws IOException, MismatchException {
    return switch (parser.currentToken()) {
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      default -> throw mismatch(path, "a boolean");
    };
  }

  private static Object readLong(JsonParser parser, Path path)
      throws IOException, MismatchException {
    if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT
        && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
      return parser.getLongValue();
    }
    if (parser.currentToken() == JsonToken.VALUE_NUMBER_FLOAT) {
      double value = parser.getDoubleValue();
      if (value == Math.rint(value) && Math.abs(value) < 9.0e15) {
        return (long) value;
      }
    }
    throw mismatch(path, "a 64-bit integer");
  }

  private static Object readDouble(JsonParser parser, Path path)
      throws IOException, MismatchException {
    JsonToken token = parser.currentToken();
    if (token == JsonToken.VALUE_NUMBER_FLOAT || token == JsonToken.VALUE_NUMBER_INT) {
      double value = parser.getDoubleValue();
      if (Double.isFinite(value)) {
        return value;
      }
    }
    throw mismatch(path, "a 64-bit floating-point number");
  }

  private static Object readTimestamp(JsonParser parser, Path path)
      throws IOException, MismatchException {
    long micros = Timestamps.parseMicros(text(parser, path));
    if (micros == Timestamps.INVALID) {
      throw mismatch(path, "an RFC 3339 date-time");
    }
    return timestamp(micros);
  }

  private static Object readDate(JsonParser parser, Path path)
      throws IOException, MismatchException {
    try {
      return (int) LocalDate.parse(text(parser, path)).toEpochDay();
    } catch (DateTimeException e) {
      throw mismatch(path, "a date");
    }
  }

  static TimestampData timestamp(long micros) {
    return TimestampData.fromEpochMillis(
        Math.floorDiv(micros, 1_000L), (int) Math.floorMod(micros, 1_000L) * 1_000);
  }

  private static String text(JsonParser parser, Path path) throws IOException, MismatchException {
    require(parser, JsonToken.VALUE_STRING, path, "a string");
    return parser.getText();
  }

  private static void require(JsonParser parser, JsonToken token, Path path, String wanted)
      throws MismatchException {
    if (parser.currentToken() != token) {
      throw mismatch(path, wanted);
    }
  }

  private static MismatchException mismatch(Path path, String wanted) {
    return new MismatchException(Path.pointer(path), "is not " + wanted);
  }

  /** The fields of an object: where each goes, and how it is read. */
  private final class StructReader {
    private final int arity;
    private final String[] names;
    private final int[] positions;
    private final ValueReader[] readers;
    private final Map<String, Integer> indexes = new HashMap<>();

    StructReader(List<Column> columns, Types.StructType table) {
      int size = columns.size();
      this.arity = table.fields().size();
      this.names = new String[size];
      this.positions = new int[size];
      this.readers = new ValueReader[size];
      for (int i = 0; i < size; i++) {
        Column column = columns.get(i);
        names[i] = column.name();
        positions[i] = position(table, column.name());
        readers[i] = reader(column.type(), table.fieldType(column.name()));
        indexes.put(column.name(), i);
      }
    }

    private static int position(Types.StructType table, String name) {
      List<Types.NestedField> fields = table.fields();
      for (int i = 0; i < fields.size(); i++) {
        if (fields.get(i).name().equals(name)) {
          return i;
        }
      }
      throw new IllegalArgumentException("the table has no column " + name);
    }

    void readFields(JsonParser parser, GenericRowData row, @Nullable Path path)
        throws IOException, MismatchException {
      int next = 0;
      for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
        int index = indexOf(name, next);
        JsonToken token = parser.nextToken();
        if (index < 0) {
          keepExtra(parser, path, name);
        } else {
          next = index + 1;
          if (token != JsonToken.VALUE_NULL) {
            int position = positions[index];
            if (row.getField(position) != null) {
              throw new JsonParseException(parser, "Duplicate field '" + name + "'");
            }
            row.setField(position, readers[index].read(parser, new Path(path, name)));
          }
        }
      }
      if (parser.currentToken() != JsonToken.END_OBJECT) {
        throw new JsonParseException(parser, "Unexpected end of the object");
      }
    }

    /**
     * Records of one sender name their fields in one order: the field after the last one is tried
     * first.
     */
    private int indexOf(String name, int next) {
      if (next < names.length && names[next].equals(name)) {
        return next;
      }
      Integer index = indexes.get(name);
      return index == null ? -1 : index;
    }
  }
}
