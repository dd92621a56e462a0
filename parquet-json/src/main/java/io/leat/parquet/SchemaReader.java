package io.leat.parquet;

import io.leat.parquet.bounds.Refusal;
import io.leat.parquet.format.SchemaElement;
import java.util.ArrayList;
import java.util.List;

/** Makes the tree of columns of the footer's list of elements. */
final class SchemaReader {
  private static final Field.Physical[] PHYSICAL = {
    Field.Physical.BOOLEAN,
    Field.Physical.INT32,
    Field.Physical.INT64,
    Field.Physical.INT96,
    Field.Physical.FLOAT,
    Field.Physical.DOUBLE,
    Field.Physical.BYTE_ARRAY,
    Field.Physical.FIXED_LEN_BYTE_ARRAY
  };

  /** Characters of a column's dotted path. */
  private static final int MOST_OF_PATH = 64 << 10;

  /** Characters of all paths together: each has the names of its groups once more. */
  private static final int MOST_OF_PATHS = 8 << 20;

  private static final Field.Repetition[] REPETITIONS = {
    Field.Repetition.REQUIRED, Field.Repetition.OPTIONAL, Field.Repetition.REPEATED
  };

  private final List<SchemaElement> elements;
  private final Limits limits;
  private final List<Leaf> leaves = new ArrayList<>();
  private int next = 1;

  /** Characters of the leaves' paths so far. */
  private long paths;

  private SchemaReader(List<SchemaElement> elements, Limits limits) {
    this.elements = elements;
    this.limits = limits;
  }

  /** A schema and its leaves. */
  record Result(Schema schema, List<Leaf> leaves) {}

  static Result read(List<SchemaElement> elements, Limits limits) {
    SchemaReader reader = new SchemaReader(elements, limits);
    SchemaElement root = elements.get(0);
    List<Field> fields = reader.children(root, "", 0, 0, 1);
    if (reader.next != elements.size()) {
      throw Refusal.corrupt("bad-schema", "the schema has elements that belong to no group");
    }
    if (reader.leaves.size() > limits.maxColumns()) {
      throw Refusal.resource(
          "columns",
          "the file has "
              + reader.leaves.size()
              + " columns, more than maxColumns = "
              + limits.maxColumns());
    }
    return new Result(new Schema(root.name(), fields), List.copyOf(reader.leaves));
  }

  private List<Field> children(
      SchemaElement group, String path, int definition, int repetition, int depth) {
    if (depth > limits.maxDepth()) {
      throw Refusal.resource(
          "depth", "columns are nested deeper than maxDepth = " + limits.maxDepth());
    }
    if (group.children() < 0 || group.children() > elements.size() - next) {
      throw Refusal.corrupt("bad-schema", "a group has more children than the schema elements");
    }
    List<Field> fields = new ArrayList<>();
    for (int i = 0; i < group.children(); i++) {
      fields.add(field(path, definition, repetition, depth));
    }
    return fields;
  }

  private Field field(String parent, int definition, int repetition, int depth) {
    if (next >= elements.size()) {
      throw Refusal.corrupt("bad-schema", "a group has more children than the schema elements");
    }
    SchemaElement element = elements.get(next++);
    if (element.repetition() < 0 || element.repetition() > 2) {
      throw Refusal.corrupt("bad-schema", "a column's repetition is not valid");
    }
    Field.Repetition repeats = REPETITIONS[element.repetition()];
    int definitions = definition + (repeats == Field.Repetition.REQUIRED ? 0 : 1);
    int repetitions = repetition + (repeats == Field.Repetition.REPEATED ? 1 : 0);
    String path = path(parent, element.name());
    Integer id = element.hasId() ? Integer.valueOf(element.id()) : null;
    LogicalType logical = LogicalTypes.of(element);
    if (element.type() < 0) {
      List<Field> children = children(element, path, definitions, repetitions, depth + 1);
      if (children.isEmpty()) {
        throw Refusal.unsupported("empty-group", "a group without columns is not read");
      }
      return new Field(element.name(), repeats, null, 0, logical, id, children);
    }
    if (element.type() >= PHYSICAL.length) {
      throw Refusal.unsupported(
          "type", "the physical type number " + element.type() + " is not read");
    }
    Field.Physical physical = PHYSICAL[element.type()];
    int length = physical == Field.Physical.FIXED_LEN_BYTE_ARRAY ? element.length() : 0;
    if (length < 0
        || length > limits.maxPageBytes()
        || (physical == Field.Physical.FIXED_LEN_BYTE_ARRAY && length == 0)) {
      throw Refusal.corrupt("bad-schema", "a fixed length is not valid");
    }
    LogicalType fitting = LogicalTypes.fits(logical, physical, length) ? logical : NONE;
    Field field = new Field(element.name(), repeats, physical, length, fitting, id, List.of());
    paths += path.length();
    if (paths > MOST_OF_PATHS) {
      throw Refusal.resource(
          "names", "the paths of all columns have more than " + MOST_OF_PATHS + " characters");
    }
    leaves.add(new Leaf(leaves.size(), path, field, element.type(), definitions, repetitions));
    return field;
  }

  private static String path(String parent, String name) {
    int length = name.length() + (parent.isEmpty() ? 0 : parent.length() + 1);
    if (length > MOST_OF_PATH) {
      throw Refusal.resource(
          "names", "the path of a column has " + length + " characters, more than " + MOST_OF_PATH);
    }
    return parent.isEmpty() ? name : parent + "." + name;
  }

  private static final LogicalType NONE = new LogicalType.None();
}
