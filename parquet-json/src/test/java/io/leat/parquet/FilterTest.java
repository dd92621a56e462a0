package io.leat.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A filter keeps the rows that the same condition keeps in SQL. */
class FilterTest {
  private static final String ROWS =
      """
      SELECT i AS n, CASE WHEN i % 3 = 0 THEN NULL ELSE i % 10 END AS kind, i / 8.0 AS d,
        (i / 100.0)::DECIMAL(9, 2) AS money, 'name ' || (i % 100) AS name, i % 2 = 0 AS even,
        '2021-01-01'::DATE + (i % 300)::INT AS day, {'x': i % 5} AS s,
        '2021-01-01'::TIMESTAMP + to_seconds(i) AS moment, (18446744073709551615 - i)::UBIGINT AS big,
        md5((i % 50)::VARCHAR)::UUID AS uuid
      FROM range(20000) t(i)
      """;

  private final Path directory;

  FilterTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "n > 19990",
        "n > 10.5 AND n <= 12",
        "kind IN (1, 2) OR n < 3",
        "NOT (kind = 4)",
        "kind IS NULL AND even = TRUE",
        "kind IS NOT NULL",
        "d >= 2499.875",
        "money < 0.05",
        "money = 3.141",
        "name = 'name 7' AND NOT even = true",
        "name > 'name 98'",
        "day = '2021-03-01'",
        "s.x <> 3 AND n < 100",
        "moment < '2021-01-01T00:00:20'",
        "big > 18446744073709551600",
        "uuid IN ('c4ca4238-a0b9-2382-0dcc-509a6f75849b')",
        "n = 1e30 OR n = -1e30",
        "(n = 1 OR n = 2) AND (kind = 1 OR d > 5)"
      })
  void rowsAreThoseThatSqlKeeps(String condition) throws Exception {
    try (DuckDb duck = new DuckDb()) {
      Path all = directory.resolve("all.parquet");
      duck.run("COPY (" + ROWS + ") TO '" + all + "' (FORMAT parquet, ROW_GROUP_SIZE 4096)");
      Path wanted = directory.resolve("wanted.parquet");
      duck.run(
          "COPY (SELECT * FROM '"
              + all
              + "' WHERE "
              + condition
              + ") TO '"
              + wanted
              + "' (FORMAT parquet)");
      JsonOptions options = JsonOptions.DEFAULT.withFilter(Filter.parse(condition));
      Converting sink = new Converting();
      Converted converted =
          sink.run(Files.readAllBytes(all), options, OutputOptions.DEFAULT, 2, Limits.DEFAULT);
      Path json = directory.resolve("ours.json");
      Files.writeString(json, sink.text(0));

      assertThat(duck.differences(wanted.toString(), json.toString())).isEmpty();
      assertThat(converted.rowsRead()).isEqualTo(20_000);
      assertThat(converted.rowsFiltered() + converted.rowsWritten()).isEqualTo(20_000);
    }
  }

  @Test
  void anErrorSaysWhereItIs() {
    assertThatThrownBy(() -> Filter.parse("a > 1 AND b ~ 2"))
        .hasMessage("filter, character 13: a comparison, IN or IS is expected");
    assertThatThrownBy(() -> Filter.parse("a IN (1, 2"))
        .hasMessage("filter, character 11: ')' is expected");
    assertThatThrownBy(() -> Filter.parse("a = 'x"))
        .hasMessage("filter, character 5: the quote is not closed");
    assertThatThrownBy(() -> Filter.parse("a = 1 b"))
        .hasMessage("filter, character 7: AND, OR or the end is expected");
  }
}
