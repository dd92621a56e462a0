package io.leat.state.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.state.StateDatabase;
import io.leat.state.StateSettings;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SqlTest {
  private static EmbeddedPostgres postgres;
  private static StateDatabase database;

  @BeforeAll
  static void start() throws IOException {
    postgres = EmbeddedPostgres.builder().start();
    database =
        StateDatabase.open(
            StateSettings.of(postgres.getJdbcUrl("postgres", "postgres"), "postgres", "postgres"));
  }

  @AfterAll
  static void stop() throws IOException {
    database.close();
    postgres.close();
  }

  @Test
  void aPageIsReadWhenTheOneBeforeWasWorkedOn() {
    List<String> pages =
        database.transaction(
            "read pages",
            connection -> {
              Sql.update(connection, "create temporary sequence drawn");
              List<String> read = new ArrayList<>();
              Sql.pages(
                  connection,
                  500,
                  rows ->
                      read.add(
                          rows.size()
                              + " of "
                              + Sql.first(
                                      connection,
                                      "select last_value from drawn",
                                      row -> row.getLong(1))
                                  .orElseThrow()),
                  "select nextval('drawn') from generate_series(1, ?)",
                  row -> row.getLong(1),
                  1_200);
              return read;
            });

    assertThat(pages).containsExactly("500 of 500", "500 of 1000", "200 of 1200");
  }

  @Test
  void whatIsWrittenWhilePagesAreWorkedOnIsNotInThem() {
    List<Long> numbers =
        database.transaction(
            "read pages",
            connection -> {
              Sql.update(
                  connection,
                  "create temporary table numbers on commit drop as select generate_series(1, 50)"
                      + " as number");
              List<Long> read = new ArrayList<>();
              Sql.pages(
                  connection,
                  20,
                  rows -> {
                    read.addAll(rows);
                    Sql.update(connection, "delete from numbers where number % 2 = 0");
                    Sql.update(connection, "update numbers set number = number + 100");
                    Sql.update(connection, "insert into numbers select generate_series(200, 250)");
                  },
                  "select number from numbers",
                  row -> row.getLong(1));
              return read;
            });

    assertThat(numbers)
        .containsExactlyInAnyOrderElementsOf(LongStream.rangeClosed(1, 50).boxed().toList());
  }

  @Test
  void pagesOutsideOfATransactionAreRefusedForTheyWouldBeHeldAtOnce() throws Exception {
    try (Connection connection = postgres.getPostgresDatabase().getConnection()) {
      assertThatThrownBy(
              () -> Sql.pages(connection, 10, rows -> {}, "select 1", row -> row.getInt(1)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("pages are read in a transaction only");
    }
  }
}
