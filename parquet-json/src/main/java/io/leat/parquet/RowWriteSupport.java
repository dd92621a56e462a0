package io.leat.parquet;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.io.api.RecordConsumer;
import org.jspecify.annotations.Nullable;

/** Writes JSON rows as the schema says. */
final class RowWriteSupport extends WriteSupport<JsonPart> {
  private static final int MOST_NAMED = 5;

  private final Schema schema;
  private @Nullable RecordConsumer consumer;

  RowWriteSupport(Schema schema) {
    this.schema = schema;
  }

  /** A row does not fit the schema. */
  static final class Misfit extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Misfit(String message) {
      super(message);
    }
  }

  @Override
  @SuppressWarnings("deprecation") // abstract still, though another is called
  public WriteContext init(Configuration configuration) {
    return new WriteContext(MessageTypes.of(schema), Map.of());
  }

  @Override
  public WriteContext init(ParquetConfiguration configuration) {
    return new WriteContext(MessageTypes.of(schema), Map.of());
  }

  @Override
  public void prepareForWrite(RecordConsumer recordConsumer) {
    consumer = recordConsumer;
  }

  @Override
  public void write(JsonPart row) {
    RecordConsumer out = Objects.requireNonNull(consumer);
    out.startMessage();
    members(schema.fields(), row, out);
    out.endMessage();
  }

  private static void members(List<Field> fields, JsonPart object, RecordConsumer out) {
    Map<String, JsonPart> members = object.members();
    if (members == null) {
      throw new Misfit("an object is expected");
    }
    int known = 0;
    for (int i = 0; i < fields.size(); i++) {
      JsonPart member = members.get(fields.get(i).name());
      known += member == null ? 0 : 1;
      field(fields.get(i), i, member, out);
    }
    if (known < members.size()) {
      throw new Misfit("the schema has no " + unknown(fields, members));
    }
  }

  private static String unknown(List<Field> fields, Map<String, JsonPart> members) {
    Set<String> names = new TreeSet<>(members.keySet());
    fields.forEach(field -> names.remove(field.name()));
    return names.stream()
        .limit(MOST_NAMED)
        .map(name -> "'" + name + "'")
        .collect(Collectors.joining(", "));
  }

  private static void field(Field field, int index, @Nullable JsonPart part, RecordConsumer out) {
    if (field.repetition() == Field.Repetition.REPEATED) {
      List<JsonPart> elements = part == null ? null : part.elements();
      if (elements == null) {
        throw new Misfit("an array is expected for '" + field.name() + "'");
      }
      if (!elements.isEmpty()) {
        out.startField(field.name(), index);
        elements.forEach(element -> value(field, element, out));
        out.endField(field.name(), index);
      }
      return;
    }
    if (part == null || (part.value() == null && !isJson(field, part))) {
      if (field.repetition() == Field.Repetition.REQUIRED) {
        throw new Misfit("'" + field.name() + "' is missing");
      }
      return;
    }
    out.startField(field.name(), index);
    value(field, part, out);
    out.endField(field.name(), index);
  }

  /** A JSON column that must have a value has the document null. */
  private static boolean isJson(Field field, JsonPart part) {
    return field.logical() instanceof LogicalType.Json
        && field.repetition() == Field.Repetition.REQUIRED
        && part.value() == null;
  }

  private static void value(Field field, JsonPart part, RecordConsumer out) {
    if (!field.isGroup()) {
      try {
        LeafValues.write(field, part, out);
      } catch (IllegalArgumentException | ArithmeticException | java.time.DateTimeException e) {
        throw new Misfit("the value of '" + field.name() + "' is not of its type");
      }
      return;
    }
    out.startGroup();
    Field only = field.children().get(0);
    boolean holdsRepeated =
        field.children().size() == 1 && only.repetition() == Field.Repetition.REPEATED;
    if (field.logical() instanceof LogicalType.Variant) {
      throw new UnsupportedOperationException(
          "'" + field.name() + "' is a variant, whose types JSON does not keep");
    } else if (field.logical() instanceof LogicalType.ListOf && holdsRepeated) {
      list(field, only, part, out);
    } else if (field.logical() instanceof LogicalType.MapOf
        && holdsRepeated
        && only.isGroup()
        && only.children().size() <= 2) {
      map(only, part, out);
    } else {
      members(field.children(), part, out);
    }
    out.endGroup();
  }

  private static void list(Field list, Field repeated, JsonPart part, RecordConsumer out) {
    List<JsonPart> elements = part.elements();
    if (elements == null) {
      throw new Misfit("an array is expected for '" + list.name() + "'");
    }
    if (elements.isEmpty()) {
      return;
    }
    boolean isElement = NodeBuilder.isElement(list, repeated);
    out.startField(repeated.name(), 0);
    for (JsonPart element : elements) {
      if (isElement) {
        value(repeated, element, out);
      } else {
        out.startGroup();
        field(repeated.children().get(0), 0, element, out);
        out.endGroup();
      }
    }
    out.endField(repeated.name(), 0);
  }

  private static void map(Field entries, JsonPart part, RecordConsumer out) {
    Map<String, JsonPart> members = part.members();
    if (members == null) {
      throw new Misfit("an object is expected for a map");
    }
    if (members.isEmpty()) {
      return;
    }
    out.startField(entries.name(), 0);
    for (Map.Entry<String, JsonPart> entry : members.entrySet()) {
      out.startGroup();
      field(entries.children().get(0), 0, key(entries.children().get(0), entry.getKey()), out);
      if (entries.children().size() > 1) {
        field(entries.children().get(1), 1, entry.getValue(), out);
      }
      out.endGroup();
    }
    out.endField(entries.name(), 0);
  }

  private static JsonPart key(Field field, String key) {
    if (!field.isGroup()) {
      return JsonPart.text(key);
    }
    try {
      return JsonPart.parse(key.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new Misfit("a map's key is not JSON");
    }
  }
}
