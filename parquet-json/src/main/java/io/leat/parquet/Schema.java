package io.leat.parquet;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The columns of a file.
 *
 * @param name of the root, as the writer chose
 * @param fields top-level columns
 */
public record Schema(String name, List<Field> fields) {
  public Schema {
    fields = List.copyOf(fields);
  }

  /** A top-level column. */
  public Optional<Field> field(String called) {
    return fields.stream().filter(field -> field.name().equals(called)).findFirst();
  }

  /** All columns that hold values, as dotted paths, in the order of the file. */
  public List<String> leaves() {
    List<String> paths = new ArrayList<>();
    fields.forEach(field -> addLeaves("", field, paths));
    return paths;
  }

  /**
   * As a JSON document, from which {@link #parse} makes an equal schema, and with which {@link
   * JsonToParquet} restores types and values.
   */
  public String json() {
    return SchemaJson.write(this);
  }

  /**
   * Reads what {@link #json} wrote.
   *
   * @throws IllegalArgumentException when it is not such a document
   */
  public static Schema parse(String json) {
    return SchemaJson.read(json);
  }

  private static void addLeaves(String prefix, Field field, List<String> paths) {
    String path = prefix.isEmpty() ? field.name() : prefix + "." + field.name();
    if (!field.isGroup()) {
      paths.add(path);
    }
    field.children().forEach(child -> addLeaves(path, child, paths));
  }
}
