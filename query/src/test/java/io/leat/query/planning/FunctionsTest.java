package io.leat.query.planning;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.event.LeatException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * The verdicts on DuckDB's functions, in {@code functions.txt}: kind, verdict, name. Whoever judges
 * a new one asks whether it could read files, the environment, settings, the network or other
 * sessions, tell of the process, or run a text as a statement.
 */
class FunctionsTest {
  /** Kinds that a SELECT can call outside of FROM. */
  private static final Set<String> VALUES = Set.of("scalar", "aggregate", "macro");

  @Test
  void everyFunctionOfDuckDbHasBeenJudged() throws Exception {
    Set<String> judged = verdicts().keySet();
    Set<String> present = functions();

    assertThat(difference(present, judged))
        .as("functions of DuckDB to be judged and written into functions.txt")
        .isEmpty();
    assertThat(difference(judged, present))
        .as("functions of functions.txt that DuckDB has no longer")
        .isEmpty();
  }

  @Test
  void theVerdictsAreKept() throws Exception {
    verdicts()
        .forEach(
            (function, verdict) -> {
              String kind = function.substring(0, function.indexOf(' '));
              String name = function.substring(kind.length() + 1);
              assertThat(isAllowed(kind, name) ? "allowed" : "refused")
                  .as(function)
                  .isEqualTo(verdict);
            });
  }

  private static boolean isAllowed(String kind, String name) {
    try {
      // ParsedQuery asks for the name wherever it stands, and once more in FROM.
      Functions.check(name);
      if (!VALUES.contains(kind)) {
        Functions.checkTable(name);
      }
      return true;
    } catch (LeatException e) {
      return false;
    }
  }

  private static Map<String, String> verdicts() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(FunctionsTest.class.getResourceAsStream("functions.txt"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .map(line -> line.split(" ", 3))
          .collect(
              Collectors.toMap(
                  words -> words[0] + " " + words[2],
                  words -> words[1],
                  (one, other) -> {
                    throw new IllegalStateException("a function is judged twice");
                  },
                  TreeMap::new));
    }
  }

  private static Set<String> functions() throws SQLException {
    Set<String> functions = new TreeSet<>();
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery("SELECT function_type, function_name FROM duckdb_functions()")) {
      while (rows.next()) {
        functions.add(rows.getString(1) + " " + rows.getString(2));
      }
    }
    return functions;
  }

  private static Set<String> difference(Set<String> one, Set<String> other) {
    Set<String> rest = new TreeSet<>(one);
    rest.removeAll(other);
    return rest;
  }
}
