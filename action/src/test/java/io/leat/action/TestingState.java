package io.leat.action;

import io.leat.state.StateDatabase;
import io.leat.state.StateSettings;
import io.leat.state.sql.Sql;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/** A real PostgreSQL of a test class, with the tables migrated. */
public final class TestingState implements AutoCloseable {
  private final EmbeddedPostgres postgres;
  private final StateDatabase database;

  public TestingState() {
    try {
      postgres = EmbeddedPostgres.builder().start();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    database = open();
  }

  /** Another pool, as another process has. */
  public StateDatabase open() {
    return StateDatabase.open(
        new StateSettings(
            postgres.getJdbcUrl("postgres", "postgres"),
            "postgres",
            "postgres",
            12,
            Duration.ofSeconds(10),
            Duration.ofSeconds(30)));
  }

  public StateDatabase database() {
    return database;
  }

  /** As if nothing had ever happened. */
  public void clear() {
    update(
        "truncate incident, incident_event, alert, alert_offset, alert_poison, firing_set, silence,"
            + " delivery, dead_letter, target_state restart identity cascade");
  }

  public int update(String sql, Object... parameters) {
    return database.transaction(
        "change a test's rows", connection -> Sql.update(connection, sql, parameters));
  }

  /** The rows of a query with one column. */
  public List<String> texts(String sql, Object... parameters) {
    return database.transaction(
        "read a test's rows",
        connection -> Sql.list(connection, sql, row -> row.getString(1), parameters));
  }

  @Override
  public void close() throws SQLException, IOException {
    database.close();
    postgres.close();
  }
}
