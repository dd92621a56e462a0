package io.leat.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.app.client.LeatClient;
import io.leat.app.client.SqlRows;
import io.leat.app.terminal.Style;
import io.leat.app.terminal.Table;
import io.leat.app.terminal.Terminal;
import io.leat.app.terminal.Text;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** Writes the rows of a query as they arrive; tables in portions, each as wide as it needs. */
final class SqlPrinter {
  private static final int PORTION = 1_000;

  private final Terminal terminal;
  private final SqlFormat format;

  SqlPrinter(Terminal terminal, SqlFormat format) {
    this.terminal = terminal;
    this.format = format;
  }

  /** Writes all rows; returns how many. */
  long print(SqlRows rows) throws IOException {
    return switch (format) {
      case TABLE -> table(rows);
      case CSV -> csv(rows);
      case JSON -> json(rows);
    };
  }

  /** What a query cost, on standard error. */
  void cost(long count, Duration took, JsonNode facts) {
    if (format != SqlFormat.TABLE) {
      return;
    }
    StringBuilder line = new StringBuilder(Text.plural(count, "row", "rows"));
    line.append(" in ").append(Text.duration(took));
    JsonNode summary = facts.path("summary");
    long scanned = summary.path("files_scanned").asLong(-1);
    if (scanned >= 0) {
      line.append(", ").append(Text.plural(scanned, "file", "files")).append(" scanned");
      line.append(", ")
          .append(Text.count(summary.path("files_skipped").asLong()))
          .append(" skipped");
    }
    if (summary.has("bytes_planned")) {
      line.append(", ").append(Text.bytes(summary.path("bytes_planned").asLong()));
    }
    if (summary.path("truncated").asBoolean(false)) {
      line.append("; there are more: the row limit is reached");
    }
    terminal.note(terminal.styled(Style.DIM, line.toString()));
  }

  private long table(SqlRows rows) throws IOException {
    long count = 0;
    List<JsonNode> portion = new ArrayList<>();
    for (JsonNode row = rows.next(); row != null; row = rows.next()) {
      portion.add(row);
      count++;
      if (portion.size() == PORTION) {
        print(rows.columns(), portion);
        portion.clear();
      }
    }
    if (!portion.isEmpty() || count == 0) {
      print(rows.columns(), portion);
    }
    return count;
  }

  private void print(List<SqlRows.Column> columns, List<JsonNode> rows) {
    String[] titles = new String[columns.size()];
    for (int i = 0; i < titles.length; i++) {
      int column = i;
      boolean numbers = rows.stream().anyMatch(r -> r.path(column).isNumber());
      titles[i] = Text.printable(columns.get(i).name()) + (numbers ? ">" : "");
    }
    Table table = new Table(titles);
    for (JsonNode row : rows) {
      String[] cells = new String[titles.length];
      for (int i = 0; i < cells.length; i++) {
        cells[i] = cell(row.path(i));
      }
      table.row(cells);
    }
    table.print(terminal);
  }

  private String cell(JsonNode value) {
    if (value.isNull() || value.isMissingNode()) {
      return terminal.styled(Style.DIM, "null");
    }
    return Text.printable(value.isValueNode() ? value.asText() : value.toString());
  }

  private long csv(SqlRows rows) throws IOException {
    StringJoiner head = new StringJoiner(",");
    rows.columns().forEach(c -> head.add(quoted(c.name())));
    terminal.out().print(head + "\r\n");
    long count = 0;
    for (JsonNode row = rows.next(); row != null; row = rows.next()) {
      StringJoiner line = new StringJoiner(",");
      for (JsonNode value : row) {
        line.add(
            value.isNull() ? "" : quoted(value.isValueNode() ? value.asText() : value.toString()));
      }
      terminal.out().print(line + "\r\n");
      count++;
    }
    terminal.out().flush();
    return count;
  }

  private long json(SqlRows rows) throws IOException {
    terminal.out().print("[");
    long count = 0;
    for (JsonNode row = rows.next(); row != null; row = rows.next()) {
      ObjectNode named = LeatClient.JSON.createObjectNode();
      for (int i = 0; i < rows.columns().size(); i++) {
        named.set(rows.columns().get(i).name(), row.path(i));
      }
      terminal.out().print((count == 0 ? "\n" : ",\n") + named);
      count++;
    }
    terminal.out().print(count == 0 ? "]\n" : "\n]\n");
    terminal.out().flush();
    return count;
  }

  private static String quoted(@Nullable String text) {
    String value = text == null ? "" : text;
    boolean plain = value.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
    return plain && !value.isEmpty() ? value : "\"" + value.replace("\"", "\"\"") + "\"";
  }
}
