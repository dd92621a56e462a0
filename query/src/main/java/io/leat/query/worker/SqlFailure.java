package io.leat.query.worker;

import java.sql.SQLException;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What DuckDB refuses, in our words.
 *
 * @param code of the error catalogue, in kebab case
 * @param message one line, without the names of files
 */
record SqlFailure(String code, String message) {
  private static final Pattern KIND =
      Pattern.compile("(?s)(?:.*?Error: )??(?:Error: )?([A-Z][A-Za-z -]*?) Error: (.*)");
  private static final String WRAPPED =
      "Attempting to execute an unsuccessful or closed pending query result\nError: ";
  private static final Map<String, String> CODES =
      Map.of(
          "Parser", "sql-invalid",
          "Syntax", "sql-invalid",
          "Binder", "sql-invalid",
          "Catalog", "sql-invalid",
          "Out of Memory", "query-memory",
          "INTERRUPT", "query-cancelled",
          "Permission", "sql-not-a-read");

  /** A value that the worker's heap cannot hold. */
  static SqlFailure tooLarge() {
    return new SqlFailure("query-memory", "A value of the answer is too large");
  }

  /**
   * What the exception means.
   *
   * @param memory bytes that the query could use
   */
  static SqlFailure of(SQLException failure, long memory) {
    String text = String.valueOf(failure.getMessage());
    if (text.contains("bad_alloc")) {
      text = "Out of Memory Error: ";
    }
    if (text.contains("Java heap space")) {
      return tooLarge();
    }
    int wrapped = text.indexOf(WRAPPED);
    String inner = wrapped < 0 ? text : text.substring(wrapped + WRAPPED.length());
    Matcher matcher = KIND.matcher(inner);
    if (!matcher.matches()) {
      return new SqlFailure("sql-failed", firstParagraph(inner));
    }
    String kind = matcher.group(1);
    String message =
        switch (kind) {
          case "Out of Memory" ->
              "The query needs more memory than the "
                  + memory / (1024 * 1024)
                  + " MiB that it may use";
          case "INTERRUPT" -> "The query was cancelled";
          case "IO" -> "A data file of the table could not be read";
          case "INTERNAL" -> "The query engine failed on this statement";
          default -> firstParagraph(matcher.group(2));
        };
    return new SqlFailure(CODES.getOrDefault(kind, "sql-failed"), message);
  }

  /** Without the copy of the statement and the hints on settings that nobody may change. */
  private static String firstParagraph(String text) {
    int end = text.indexOf("\n\n");
    String paragraph = end < 0 ? text : text.substring(0, end);
    return paragraph.strip().replaceAll("\\s*\n\\s*", " ");
  }
}
