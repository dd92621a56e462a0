package io.leat.blueprint;

import com.fasterxml.jackson.databind.JsonNode;
import io.leat.blueprint.RawBlueprint.Located;
import io.leat.blueprint.yaml.Suggestions;
import io.leat.blueprint.yaml.Units;
import io.leat.rules.Condition;
import io.leat.rules.QualityRule;
import io.leat.schema.Column;
import io.leat.schema.ColumnType;
import io.leat.schema.ColumnType.Primitive;
import io.leat.schema.StreamSchema;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Holds a stream's parts against each other and against its schema. */
final class StreamCheck {
  /** Leat's own columns that a processed table can be partitioned by. */
  private static final Map<String, Primitive> OWN_COLUMNS =
      new TreeMap<>(
          Map.of(
              "_event_time", Primitive.TIMESTAMP,
              "_received_at", Primitive.TIMESTAMP,
              "_event_id", Primitive.STRING,
              "_source", Primitive.STRING,
              "_client", Primitive.STRING));

  private final RawBlueprint.Stream raw;
  private final @Nullable StreamSchema schema;

  private StreamCheck(RawBlueprint.Stream raw, @Nullable StreamSchema schema) {
    this.raw = raw;
    this.schema = schema;
  }

  /**
   * The stream, as far as it can be made; empty when a part without which there is none has
   * problems.
   */
  static Optional<StreamSpec> check(RawBlueprint.Stream raw, SchemaFiles files) {
    String file = raw.schema().text();
    StreamSchema schema = file == null ? null : files.schema(file, raw.schema().at()).orElse(null);
    return new StreamCheck(raw, schema).check();
  }

  private Optional<StreamSpec> check() {
    if (raw.dedupe().compareTo(raw.retention()) > 0) {
      raw.dedupeAt()
          .problem(
              "the window of "
                  + Units.format(raw.dedupe())
                  + " is longer than the retention of "
                  + Units.format(raw.retention())
                  + ".",
              "A replay reads one window back: lengthen 'retention' or shorten 'dedupe'.");
    }
    String key = property(raw.key(), "an entity's key", Primitive.STRING, Primitive.LONG);
    if (key != null) {
      checkKey(key);
    }
    String id = property(raw.id(), "an event's id", Primitive.STRING);
    if (id != null && id.equals(key)) {
      raw.id()
          .at()
          .problem("'" + id + "' is the key already.", "An id must differ from event to event.");
    }
    String time = property(raw.time(), "an event's time", Primitive.TIMESTAMP);
    List<QualityRule> quality = quality();
    List<PartitionField> partitionBy = partitionBy();
    if (schema == null || key == null) {
      return Optional.empty();
    }
    return Optional.of(
        new StreamSpec(
            raw.name(),
            raw.description(),
            String.valueOf(raw.schema().text()),
            schema,
            key,
            id,
            time,
            raw.partitions(),
            raw.replication(),
            raw.retention(),
            raw.dedupe(),
            raw.past(),
            raw.future(),
            quality,
            partitionBy,
            raw.keepFor()));
  }

  private void checkKey(String key) {
    Column column = column(key);
    if (column == null) {
      return;
    }
    if (!column.required()) {
      raw.key()
          .at()
          .problem(
              "'" + key + "' is not required by the schema, so that an event may lack its key.",
              "Add it to \"required\" in " + raw.schema().text() + ".");
    }
    if (column.pii() != null) {
      raw.key()
          .at()
          .problem(
              "'" + key + "' is personal data (x-pii: " + column.pii() + ").",
              "Keys stay in the log; choose a property without x-pii.");
    }
    if (schema != null && mayBeNull(schema, key)) {
      raw.key()
          .at()
          .problem("'" + key + "' may be null.", "Remove \"null\" from its type in the schema.");
    }
  }

  private static boolean mayBeNull(StreamSchema schema, String property) {
    for (JsonNode type : schema.document().path("properties").path(property).path("type")) {
      if (type.asText().equals("null")) {
        return true;
      }
    }
    return false;
  }

  /** The property's name if it is there with a type that will do, or if that cannot be known. */
  private @Nullable String property(Located located, String what, Primitive... types) {
    String name = located.text();
    if (name == null || schema == null) {
      return name;
    }
    String file = String.valueOf(raw.schema().text());
    return ColumnCheck.column(located, schema, file, what, types) == null ? null : name;
  }

  private List<QualityRule> quality() {
    List<QualityRule> rules = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (RawBlueprint.Rule rule : raw.quality()) {
      String name = rule.name().text();
      if (name != null && !names.add(name)) {
        rule.name().at().problem("another rule is called '" + name + "'.", "Rename one.");
      }
      Condition condition = condition(rule.expect());
      if (name != null && condition != null) {
        rules.add(new QualityRule(name, condition, rule.otherwise()));
      }
    }
    return rules;
  }

  private @Nullable Condition condition(Located expect) {
    String text = expect.text();
    if (text == null || schema == null) {
      return null;
    }
    return ColumnCheck.condition(expect, schema);
  }

  private List<PartitionField> partitionBy() {
    if (!raw.isPartitioned()) {
      return List.of(new PartitionField(PartitionField.Transform.DAY, "_event_time", 0));
    }
    List<PartitionField> fields = new ArrayList<>();
    for (RawBlueprint.Partition partition : raw.partitionBy()) {
      if (schema != null && isUsable(partition, schema, fields)) {
        fields.add(partition.field());
      }
    }
    return fields;
  }

  private boolean isUsable(
      RawBlueprint.Partition partition, StreamSchema of, List<PartitionField> earlier) {
    PartitionField field = partition.field();
    Column column = column(field.column());
    ColumnType type = column != null ? column.type() : OWN_COLUMNS.get(field.column());
    if (type == null) {
      List<String> known = new ArrayList<>(of.columns().stream().map(Column::name).toList());
      known.addAll(OWN_COLUMNS.keySet());
      partition
          .at()
          .problem(
              "'" + field.column() + "' is not a column of this stream.",
              Suggestions.remedy(field.column(), known));
      return false;
    }
    if (column != null && column.pii() != null) {
      partition
          .at()
          .problem(
              "'" + field.column() + "' is personal data (x-pii: " + column.pii() + ").",
              "Partition values stand in file names; choose another column.");
      return false;
    }
    if (!(type instanceof Primitive primitive) || !field.transform().takes(primitive)) {
      partition
          .at()
          .problem(
              "'"
                  + field.column()
                  + "' is "
                  + ColumnCheck.describe(type)
                  + ", to which '"
                  + field.transform().text()
                  + "' cannot be applied.",
              remedyFor(type));
      return false;
    }
    for (PartitionField other : earlier) {
      if (other.column().equals(field.column())
          && (other.transform() == field.transform()
              || (other.transform().isOfTime() && field.transform().isOfTime()))) {
        partition
            .at()
            .problem("'" + field + "' adds nothing to '" + other + "'.", "Remove one of them.");
        return false;
      }
    }
    return true;
  }

  private static String remedyFor(ColumnType type) {
    if (!(type instanceof Primitive primitive)) {
      return "Choose a column with a single value.";
    }
    List<String> usable = new ArrayList<>();
    for (PartitionField.Transform transform : PartitionField.Transform.values()) {
      if (transform.takes(primitive)) {
        usable.add(transform.text());
      }
    }
    return usable.isEmpty()
        ? "Choose another column."
        : "Use one of " + String.join(", ", usable) + ".";
  }

  private @Nullable Column column(String name) {
    return schema == null ? null : schema.column(name);
  }
}
