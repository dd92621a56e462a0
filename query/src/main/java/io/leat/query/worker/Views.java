package io.leat.query.worker;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The tables of a query as views over their planned files. Columns are bound to the files by the
 * field ids in them; a column that a file has not is NULL there.
 *
 * <p>Read from JSON: {@code [{"schema","name","columns":[{"id","name","type"}],"files":[]}]}.
 */
final class Views {
  private final List<String> statements = new ArrayList<>();
  private final List<String> files = new ArrayList<>();

  Views(JsonNode tables) {
    Set<String> schemas = new LinkedHashSet<>();
    for (JsonNode table : tables) {
      schemas.add(table.path("schema").asText());
      table.path("files").forEach(file -> files.add(file.asText()));
    }
    schemas.forEach(schema -> statements.add("CREATE SCHEMA " + identifier(schema)));
    tables.forEach(table -> statements.add(view(table)));
  }

  List<String> statements() {
    return statements;
  }

  /** The list literal of exactly the planned files. */
  String allowedPaths() {
    return files.stream().map(Views::literal).collect(Collectors.joining(",", "[", "]"));
  }

  private static String view(JsonNode table) {
    String head =
        "CREATE VIEW "
            + identifier(table.path("schema").asText())
            + "."
            + identifier(table.path("name").asText())
            + " AS SELECT ";
    List<String> names = new ArrayList<>();
    List<String> empty = new ArrayList<>();
    List<String> bound = new ArrayList<>();
    for (JsonNode column : table.path("columns")) {
      String name = column.path("name").asText();
      String type = column.path("type").asText();
      names.add(identifier(name));
      empty.add("CAST(NULL AS " + type + ") AS " + identifier(name));
      bound.add(
          column.path("id").asInt()
              + ": {name: "
              + literal(name)
              + ", type: "
              + literal(type)
              + ", default_value: NULL}");
    }
    if (table.path("files").isEmpty()) {
      return head + String.join(", ", empty) + " WHERE false";
    }
    List<String> paths = new ArrayList<>();
    table.path("files").forEach(file -> paths.add(literal(file.asText())));
    return head
        + String.join(", ", names)
        + " FROM read_parquet(["
        + String.join(", ", paths)
        + "], hive_partitioning = false, schema = MAP {"
        + String.join(", ", bound)
        + "})";
  }

  private static String identifier(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  private static String literal(String text) {
    return '\'' + text.replace("'", "''") + '\'';
  }
}
