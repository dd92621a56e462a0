package io.leat.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SoleProcessTest {
  private static final Duration PATIENCE = Duration.ofMillis(300);
  private static EmbeddedPostgres postgres;

  @BeforeAll
  static void start() throws IOException {
    postgres = EmbeddedPostgres.builder().start();
  }

  @AfterAll
  static void stop() throws IOException {
    postgres.close();
  }

  private static SoleProcess claim(String name, Runnable lost) {
    StateSettings settings =
        StateSettings.of(postgres.getJdbcUrl("postgres", "postgres"), "postgres", "postgres");
    return SoleProcess.claim(settings, name, PATIENCE, lost);
  }

  private static SoleProcess claim(String name) {
    return claim(name, () -> {});
  }

  /** As when the server is restarted, or a network is cut. */
  private static void cut(String name) throws Exception {
    try (Connection connection = postgres.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(
          "select pg_terminate_backend(pid) from pg_stat_activity where application_name = '"
              + name
              + "'");
    }
  }

  private static int until(String query) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    try (Connection connection = postgres.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      while (System.nanoTime() < deadline) {
        try (var row = statement.executeQuery(query)) {
          if (row.next()) {
            return row.getInt(1);
          }
        }
        Thread.sleep(20);
      }
    }
    throw new AssertionError(query + " has no row");
  }

  /** Another process that stands in line, and has the lock until its session is cut. */
  private static void waitForTheLock(String name) {
    try (Connection connection = postgres.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("set application_name = '" + name + "'");
      statement.execute("select pg_advisory_lock(" + 0x6c656174L + ")");
      statement.execute("select pg_sleep(60)");
    } catch (SQLException e) {
      assertThat(e.getSQLState()).startsWith("57P"); // it is cut
    }
  }

  @Test
  void aSecondOneIsToldWhoWasFirst() {
    try (SoleProcess first = claim("leat up on one, process 1")) {
      assertThat(first).isNotNull();
      assertThatThrownBy(() -> claim("leat up on two, process 2"))
          .isInstanceOfSatisfying(
              LeatException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT))
          .hasMessageContaining("leat up on one, process 1, since 20")
          .hasMessageContaining("Two would write each row twice. Stop that one");
    }
  }

  @Test
  void whoComesBehindTheFirstHasIt() {
    claim("leat up on one, process 1").close();

    try (SoleProcess second = claim("leat up on two, process 2")) {
      assertThat(second).isNotNull();
    }
  }

  /** As those of containers: a name says nothing about who it is. */
  @Test
  void anotherOfTheSameNameIsAnother() throws Exception {
    String name = "leat process 1 on leat";
    CountDownLatch lost = new CountDownLatch(1);
    try (SoleProcess first = claim(name, lost::countDown)) {
      assertThat(first).isNotNull();
      Thread second = new Thread(() -> waitForTheLock(name));
      second.start();
      int waits = until("select pid from pg_locks where locktype = 'advisory' and not granted");
      cut(name + "' and pid <> '" + waits);

      assertThat(lost.await(20, TimeUnit.SECONDS)).isTrue();
      cut(name);
      second.join();
    }
  }

  @Test
  void itIsClaimedAnewWhenTheServerWasAway() throws Exception {
    String name = "leat up on one, process 3";
    CountDownLatch lost = new CountDownLatch(1);
    try (SoleProcess first = claim(name, lost::countDown)) {
      assertThat(first).isNotNull();
      String session =
          "select pid from pg_locks join pg_stat_activity using (pid) where locktype = 'advisory'"
              + " and granted and application_name = '"
              + name
              + "'";
      int before = until(session);
      cut(name);
      until(session + " and pid <> " + before);

      assertThatThrownBy(() -> claim("leat up on two, process 4"))
          .isInstanceOf(LeatException.class);
      assertThat(lost.getCount()).isEqualTo(1);
    }
  }

  @Test
  void whoWasNotThereFirstIsTold() throws Exception {
    String name = "leat up on one, process 5";
    CountDownLatch lost = new CountDownLatch(1);
    try (SoleProcess first = claim(name, lost::countDown)) {
      assertThat(first).isNotNull();
      Thread second = new Thread(() -> waitForTheLock("leat up on two, process 6"));
      second.start();
      until("select 1 from pg_locks where locktype = 'advisory' and not granted");
      cut(name);

      assertThat(lost.await(20, TimeUnit.SECONDS)).isTrue();
      cut("leat up on two, process 6");
      second.join();
    }
  }
}
