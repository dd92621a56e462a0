package io.leat.state;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The state tables go to another database and are the same there. */
class StateCopyTest {
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-03-01T10:00:00Z"));
  private static final AnsweredCounts.Log LOG = new AnsweredCounts.Log("devices", "telemetry", 1);

  private static EmbeddedPostgres postgres;

  @BeforeAll
  static void start() throws IOException {
    postgres = EmbeddedPostgres.builder().start();
  }

  @AfterAll
  static void stop() throws IOException {
    postgres.close();
  }

  @Test
  void allRowsComeBackInAnEmptyDatabaseAndNowhereElse() throws SQLException {
    StateSettings from = database("source");
    StateSettings to = database("target");
    Map<String, byte[]> texts = new HashMap<>();
    List<Client> clients;
    StateCopy.Contents contents;
    try (StateDatabase source = StateDatabase.open(from)) {
      Clients own = new Clients(source, new SecureRandom(), CLOCK);
      own.add(NewClient.of("tab\tand\nline", List.of("send"), List.of("devices.*")));
      own.revoke(own.add(NewClient.of("gone", List.of("read"), List.of("*"))).client().id());
      new LogEpochs(source, CLOCK).epochOf("devices.telemetry", "topic-id");
      new SchemaVersions(source, CLOCK).versionOf("devices", "telemetry", "f", "{\"a\": \"\\\\\"}");
      AnsweredCounts answered = new AnsweredCounts(source, CLOCK);
      answered.begin("gateway");
      answered.save("gateway", Map.of(LOG, new AnsweredCounts.Sums(10, 2)));
      clients = own.list();

      contents =
          StateCopy.copy(
              source,
              (table, text) -> {
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                text.to(out);
                texts.put(table, out.toByteArray());
              });
    }
    assertThat(texts)
        .containsOnlyKeys(contents.tables().stream().map(StateCopy.Copied::table).toList());
    assertThat(texts).doesNotContainKey("leat_migration");
    assertThat(new String(texts.get("client"), UTF_8)).contains("tab\\tand\\nline");

    StateCopy.restore(to, contents, table -> new ByteArrayInputStream(texts.get(table)));

    try (StateDatabase target = StateDatabase.open(to)) {
      assertThat(new Clients(target, new SecureRandom(), CLOCK).list()).isEqualTo(clients);
      assertThat(new LogEpochs(target, CLOCK).epochOf("devices.telemetry", "another")).isEqualTo(2);
      assertThat(new SchemaVersions(target, CLOCK).document("devices", "telemetry", 1))
          .contains("{\"a\": \"\\\\\"}");
      assertThat(new AnsweredCounts(target, CLOCK).totals())
          .extracting(AnsweredCounts.Total::sums)
          .containsExactly(new AnsweredCounts.Sums(10, 2));
    }
    assertThatThrownBy(
            () ->
                StateCopy.restore(
                    to, contents, table -> new ByteArrayInputStream(texts.get(table))))
        .hasMessage(
            "The database at "
                + to.url()
                + " has Leat's tables already; restore into an empty database");
  }

  @Test
  void whatTheTablesDoNotHaveIsAnsweredInTheNewEpoch() throws SQLException {
    try (StateDatabase database = StateDatabase.open(database("moved"))) {
      AnsweredCounts answered = new AnsweredCounts(database, CLOCK);
      for (String gateway : List.of("one", "two")) {
        answered.begin(gateway);
        answered.save(gateway, Map.of(LOG, new AnsweredCounts.Sums(50, 1)));
      }

      new Relogging(database).moveAnswered(LOG, 30, 2);

      assertThat(answered.totals())
          .extracting(total -> total.log().epoch(), AnsweredCounts.Total::sums)
          .containsExactly(
              org.assertj.core.groups.Tuple.tuple(1, new AnsweredCounts.Sums(30, 2)),
              org.assertj.core.groups.Tuple.tuple(2, new AnsweredCounts.Sums(70, 0)));
      new Relogging(database).moveAnswered(LOG, 30, 3);
      assertThat(answered.totals()).hasSize(2);
    }
  }

  @Test
  void redrivenRecordsAreFollowedToTheirNewPositions() throws SQLException {
    StateSettings settings = database("redriven");
    try (StateDatabase database = StateDatabase.open(settings)) {
      String columns =
          "insert into redrive (origin, attempt, run, ordinal, stream, state, log_epoch,"
              + " log_partition, search_from, sent_as, log_offset, event_id, client, received_at, requested_by, requested_at,"
              + " changed_at) values ";
      run(
          settings,
          columns
              + "('a', 1, 'r', 1, 's.t', 'sent', 1, 0, 5, 'q:s.t:1/0/9', 9, 'e', 'c',"
              + " now(), 'x', now(), now()),"
              + "('b', 1, 'r', 2, 's.t', 'planned', 1, 0, 7, null, null, 'e', 'c',"
              + " now(), 'x', now(), now()),"
              + "('c', 1, 'r', 3, 's.t', 'planned', null, null, null, null, null, null,"
              + " null, null, 'x', now(), now())");
      Relogging relogging = new Relogging(database);

      relogging.moveRedriven(Map.of("q:s.t:1/0/9", new Relogging.Moved("q:s.t:2/0/1", 2, 0, 1)));
      relogging.aimAnew("s.t", 1, 2);

      Redrives redrives = new Redrives(database, CLOCK);
      assertThat(redrives.sentAs(List.of("q:s.t:2/0/1"))).hasSize(1);
      assertThat(
              read(
                  settings,
                  "select string_agg(origin || coalesce(log_epoch, 0) || ':' ||"
                      + " coalesce(search_from, -1), ' ' order by origin) from redrive"))
          .isEqualTo("a2:0 b2:0 c0:-1");
    }
  }

  private static StateSettings database(String name) throws SQLException {
    run(
        StateSettings.of(postgres.getJdbcUrl("postgres", "postgres"), "postgres", "postgres"),
        "create database " + name);
    return StateSettings.of(postgres.getJdbcUrl("postgres", name), "postgres", "postgres");
  }

  private static void run(StateSettings settings, String sql) throws SQLException {
    try (Connection connection =
            java.sql.DriverManager.getConnection(
                settings.url(), settings.user(), settings.password());
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String read(StateSettings settings, String sql) throws SQLException {
    try (Connection connection =
            java.sql.DriverManager.getConnection(
                settings.url(), settings.user(), settings.password());
        Statement statement = connection.createStatement();
        var row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }
}
