package io.leat.app.convert;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import io.leat.app.terminal.Table;
import io.leat.app.terminal.Terminal;
import io.leat.app.terminal.Text;
import io.leat.parquet.ColumnSummary;
import io.leat.parquet.Field;
import io.leat.parquet.ParquetFile;
import java.util.List;
import java.util.Locale;

/** Prints what a file's footer says. */
final class Inspection {
  /** Columns of a bound that are shown in a table. */
  private static final int BOUND = 32;

  private final Terminal terminal;

  Inspection(Terminal terminal) {
    this.terminal = terminal;
  }

  /** As a table. */
  void schema(ParquetFile file) {
    Table table = new Table("column", "type", "occurs", "physical");
    file.schema().fields().forEach(field -> add(field, "", table));
    table.print(terminal);
    terminal.line(summary(file));
  }

  private static void add(Field field, String indent, Table table) {
    table.row(
        indent + Text.printable(field.name()),
        Types.logical(field),
        Types.lower(field.repetition()),
        Types.physical(field));
    field.children().forEach(child -> add(child, indent + "  ", table));
  }

  /** The sidecar, from which JSON becomes Parquet again. */
  void schemaAsJson(ParquetFile file) {
    terminal.line(file.schema().json());
  }

  /** As a table. */
  void statistics(ParquetFile file) {
    Table table =
        new Table(
            "column",
            "type",
            "codec",
            "encodings",
            "compressed>",
            "plain>",
            "ratio>",
            "values>",
            "nulls>",
            "min",
            "max");
    for (ColumnSummary column : file.columns()) {
      table.row(
          Text.printable(column.path()),
          Types.logical(column.field()),
          String.join(", ", column.codecs()),
          String.join(", ", column.encodings()),
          Text.bytes(column.compressedBytes()),
          Text.bytes(column.uncompressedBytes()),
          ratio(column),
          Text.count(column.values()),
          column.nulls() < 0 ? "?" : Text.count(column.nulls()),
          bound(column.min()),
          bound(column.max()));
    }
    table.print(terminal);
    terminal.line(summary(file));
  }

  private static String ratio(ColumnSummary column) {
    return column.compressedBytes() == 0
        ? ""
        : String.format(
            Locale.US, "%.1f", (double) column.uncompressedBytes() / column.compressedBytes());
  }

  private static String bound(String json) {
    return Text.fit(Text.printable(json), BOUND);
  }

  private static String summary(ParquetFile file) {
    String by = file.createdBy().isEmpty() ? "" : ", by " + Text.printable(file.createdBy());
    return Text.plural(file.rows(), "row", "rows")
        + ", "
        + Text.plural(file.rowGroups().size(), "row group", "row groups")
        + ", "
        + Text.plural(file.schema().leaves().size(), "column", "columns")
        + ", "
        + Text.bytes(file.bytes())
        + by;
  }

  /** One object. */
  void statisticsAsJson(ParquetFile file, String name) {
    ObjectNode root = new JsonMapper().createObjectNode();
    root.put("file", name)
        .put("bytes", file.bytes())
        .put("rows", file.rows())
        .put("row_groups", file.rowGroups().size())
        .put("created_by", file.createdBy());
    var columns = root.putArray("columns");
    for (ColumnSummary column : file.columns()) {
      ObjectNode node = columns.addObject();
      node.put("column", column.path())
          .put("logical", Types.logical(column.field()))
          .put("physical", Types.physical(column.field()));
      texts(node, "codecs", column.codecs());
      texts(node, "encodings", column.encodings());
      node.put("compressed_bytes", column.compressedBytes())
          .put("uncompressed_bytes", column.uncompressedBytes())
          .put("values", column.values());
      if (column.nulls() >= 0) {
        node.put("nulls", column.nulls());
      }
      bound(node, "min", column.min());
      bound(node, "max", column.max());
    }
    terminal.line(root.toString());
  }

  private static void texts(ObjectNode node, String key, List<String> texts) {
    texts.forEach(node.putArray(key)::add);
  }

  private static void bound(ObjectNode node, String key, String json) {
    if (!json.isEmpty()) {
      node.putRawValue(key, new RawValue(json));
    }
  }
}
