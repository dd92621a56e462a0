package io.leat.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;

/** Completes SQL's keywords and the tables and columns that there are. */
final class SqlWords implements Completer {
  private static final List<String> KEYWORDS =
      List.of(
          "SELECT",
          "FROM",
          "WHERE",
          "GROUP BY",
          "ORDER BY",
          "HAVING",
          "LIMIT",
          "JOIN",
          "LEFT JOIN",
          "ON",
          "USING",
          "AS",
          "AND",
          "OR",
          "NOT",
          "IN",
          "IS NULL",
          "IS NOT NULL",
          "BETWEEN",
          "LIKE",
          "DISTINCT",
          "UNION ALL",
          "WITH",
          "CASE",
          "WHEN",
          "THEN",
          "ELSE",
          "END",
          "DESC",
          "ASC",
          "count(*)",
          "sum(",
          "avg(",
          "min(",
          "max(",
          "round(",
          "date_trunc(",
          "now()",
          "interval",
          "DESCRIBE");

  private final Map<String, List<String>> columns = new TreeMap<>();

  /** Reads the answer of {@code GET /v1/sql/tables}. */
  void read(JsonNode answer) {
    columns.clear();
    for (JsonNode table : answer.isArray() ? answer : answer.path("tables")) {
      List<String> names = new ArrayList<>();
      for (JsonNode column : table.path("columns")) {
        String type = column.path("type").asText("");
        names.add(column.isTextual() ? column.asText() : column.path("name").asText() + " " + type);
      }
      columns.put(table.path("table").asText(), names);
    }
  }

  /** Table names, each with its columns as {@code name type}. */
  Map<String, List<String>> tables() {
    return columns;
  }

  @Override
  public void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
    String word = line.word();
    boolean upper = word.isEmpty() || Character.isUpperCase(word.charAt(0));
    for (String keyword : KEYWORDS) {
      candidates.add(candidate(upper ? keyword : keyword.toLowerCase(Locale.ROOT), "keyword"));
    }
    for (Map.Entry<String, List<String>> table : columns.entrySet()) {
      candidates.add(candidate(table.getKey(), "table"));
      if (line.line().contains(table.getKey()) || columns.size() == 1) {
        for (String column : table.getValue()) {
          candidates.add(candidate(column.split(" ", 2)[0], "column"));
        }
      }
    }
  }

  private static Candidate candidate(String text, String group) {
    return new Candidate(text, text, group, null, null, null, true);
  }
}
