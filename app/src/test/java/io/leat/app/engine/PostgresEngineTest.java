package io.leat.app.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.leat.event.LeatException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostgresEngineTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Path directory;

  PostgresEngineTest(@TempDir Path temporary) throws IOException {
    this.directory = temporary.toRealPath().resolve("data");
  }

  @Test
  void whatWasCommittedIsThereAfterARestartAtTheSameAddress() throws Exception {
    String url;
    long pid;
    try (DataDirectory data = DataDirectory.open(directory);
        PostgresEngine postgres = PostgresEngine.start(data, PostgresSettings.defaults())) {
      url = postgres.jdbcUrl();
      pid = postgres.pid();
      execute(postgres, "CREATE TABLE t AS SELECT 42 AS answer");
      assertThat(postgres.isHealthy()).isTrue();
      assertThat(
              PosixFilePermissions.toString(
                  Files.getPosixFilePermissions(directory.resolve("postgres.password"))))
          .isEqualTo("rw-------");
    }
    assertThat(ProcessHandle.of(pid)).isEmpty();
    try (DataDirectory data = DataDirectory.open(directory);
        PostgresEngine postgres = PostgresEngine.start(data, PostgresSettings.defaults())) {
      assertThat(postgres.jdbcUrl()).isEqualTo(url);
      assertThat(value(postgres, "SELECT answer FROM t")).isEqualTo("42");
      assertThat(value(postgres, "SHOW fsync")).isEqualTo("on");
      assertThat(value(postgres, "SHOW shared_buffers")).isEqualTo("32MB");
      assertThat(value(postgres, "SHOW listen_addresses")).isEqualTo("127.0.0.1");
    }
  }

  @Test
  void noOneEntersWithoutThePassword() {
    try (DataDirectory data = DataDirectory.open(directory);
        PostgresEngine postgres = PostgresEngine.start(data, PostgresSettings.defaults())) {
      assertThatThrownBy(
              () -> DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), "guess"))
          .isInstanceOf(SQLException.class)
          .hasMessage("FATAL: password authentication failed for user \"leat\"");
    }
  }

  @Test
  void aServerThatDiesIsStartedAgainWhereItWas() throws Exception {
    try (DataDirectory data = DataDirectory.open(directory);
        PostgresEngine postgres = PostgresEngine.start(data, PostgresSettings.defaults())) {
      execute(postgres, "CREATE TABLE t AS SELECT 42 AS answer");
      long first = postgres.pid();

      kill(first);

      await(() -> postgres.restarts() > 0 && postgres.isHealthy());
      assertThat(postgres.pid()).isNotEqualTo(first);
      assertThat(value(postgres, "SELECT answer FROM t")).isEqualTo("42");
    }
  }

  @Test
  void ctrlCInTheTerminalDoesNotReachIt() throws Exception {
    assumeThat(Path.of("/proc/self/stat")).isReadable();
    try (DataDirectory data = DataDirectory.open(directory);
        PostgresEngine postgres = PostgresEngine.start(data, PostgresSettings.defaults())) {
      assertThat(session(postgres.pid())).isNotEqualTo(session(ProcessHandle.current().pid()));
    }
  }

  /** The process's session: the sixth field, the fourth behind the name in parentheses. */
  private static String session(long pid) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    return stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[3];
  }

  @Test
  void aServerDoesNotOutliveItsKilledParentAndIsNeverDoubled() throws Exception {
    Process victim = TestingProcess.start(Victim.class, directory.toString());
    long orphan;
    try {
      orphan = Long.parseLong(String.valueOf(TestingProcess.line(victim)));
    } finally {
      victim.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    }
    try (DataDirectory data = DataDirectory.open(directory);
        PostgresEngine postgres = PostgresEngine.start(data, PostgresSettings.defaults())) {
      assertThat(ProcessHandle.of(orphan).filter(ProcessHandle::isAlive)).isEmpty();
      assertThat(postgres.pid()).isNotEqualTo(orphan);
      assertThat(value(postgres, "SELECT answer FROM t")).isEqualTo("42");
    }
  }

  @Test
  void anOrphanThatGotNoSignalIsStoppedByTheNextStart() throws Exception {
    try (DataDirectory data = DataDirectory.open(directory)) {
      PostgresEngine.start(data, PostgresSettings.defaults()).close();
      int port = data.ports().choose("postgres");
      Path cluster = data.postgres();
      PostgresSettings settings = PostgresSettings.defaults();
      PostgresPrograms programs = PostgresPrograms.unpacked(List.of(settings.programs()));
      Process orphan =
          new ProcessBuilder(
                  PostgresAccount.choose(data.root())
                      .command(PostgresCommand.server(programs, cluster, port, settings)))
              .directory(cluster.toFile())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      await(() -> Postmaster.isReady(cluster, orphan.pid()));

      try (PostgresEngine postgres = PostgresEngine.start(data, settings)) {
        assertThat(orphan.isAlive()).isFalse();
        assertThat(postgres.port()).as("free again only after the orphan stopped").isEqualTo(port);
      }
    }
  }

  @Test
  void aStalePidFileThatNamesAnotherProgramIsNoServer() throws Exception {
    try (DataDirectory data = DataDirectory.open(directory)) {
      PostgresEngine.start(data, PostgresSettings.defaults()).close();
      Files.writeString(
          data.postgres().resolve("postmaster.pid"), ProcessHandle.current().pid() + "\nstale\n");

      try (PostgresEngine postgres = PostgresEngine.start(data, PostgresSettings.defaults())) {
        assertThat(postgres.isHealthy()).isTrue();
      }
    }
  }

  @Test
  void aTakenPortIsReplaced() throws Exception {
    try (DataDirectory data = DataDirectory.open(directory)) {
      PostgresEngine first = PostgresEngine.start(data, PostgresSettings.defaults());
      first.close();
      try (ServerSocket squatter = new ServerSocket()) {
        squatter.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), first.port()));
        try (PostgresEngine second = PostgresEngine.start(data, PostgresSettings.defaults())) {
          assertThat(second.port()).isNotEqualTo(first.port());
        }
      }
    }
  }

  @Test
  void rootWithoutUserNamespacesRunsItAsNobody() throws Exception {
    assumeThat(System.getProperty("user.name"))
        .as("only root can change the user")
        .isEqualTo("root");
    Path world =
        Files.createDirectory(Path.of("/tmp/leat-nobody-" + ProcessHandle.current().pid()));
    try (DataDirectory data = DataDirectory.open(world.resolve("data"))) {
      Files.setPosixFilePermissions(world, PosixFilePermissions.fromString("rwxr-xr-x"));
      PostgresAccount nobody = PostgresAccount.nobody(data.root());
      try (PostgresEngine postgres =
          PostgresEngine.start(data, PostgresSettings.defaults(), nobody)) {
        execute(postgres, "CREATE TABLE t AS SELECT 42 AS answer");
        assertThat(Files.getAttribute(data.postgres(), "unix:uid")).isEqualTo(65_534);
      }
      try (PostgresEngine postgres = PostgresEngine.start(data, PostgresSettings.defaults())) {
        assertThat(value(postgres, "SELECT answer FROM t")).isEqualTo("42");
      }
    } finally {
      PostgresPrograms.deleteTree(world);
    }
  }

  @Test
  void aDirectoryThatNobodyCannotEnterIsNamed() throws Exception {
    assumeThat(System.getProperty("user.name"))
        .as("only root can change the user")
        .isEqualTo("root");
    Path closed = directory.getParent();
    try (DataDirectory data = DataDirectory.open(directory)) {
      Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));

      assertThatThrownBy(() -> PostgresAccount.nobody(data.root()))
          .isInstanceOf(LeatException.class)
          .hasMessage(
              "PostgreSQL refuses to run as root, user namespaces are forbidden here ('unshare -U'"
                  + " fails), and the user nobody may not enter "
                  + closed
                  + " (chmod o+x would let it). Run Leat as an ordinary user, move the data"
                  + " directory, or name an external PostgreSQL in leat.yaml.");
    }
  }

  private static void execute(PostgresEngine postgres, String sql) throws SQLException {
    try (Connection connection = connect(postgres);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String value(PostgresEngine postgres, String sql) throws SQLException {
    try (Connection connection = connect(postgres);
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      assertThat(result.next()).isTrue();
      return result.getString(1);
    }
  }

  private static Connection connect(PostgresEngine postgres) throws SQLException {
    return DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password());
  }

  private static void kill(long pid) throws Exception {
    new ProcessBuilder("sh", "-c", "kill -9 " + pid).start().waitFor();
  }

  private static void await(Condition condition) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.holds()) {
      assertThat(System.nanoTime()).as("waited for %s", PATIENCE).isLessThan(deadline);
      Thread.sleep(20);
    }
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  /** Runs a server and waits to be killed. */
  static final class Victim {
    private Victim() {}

    public static void main(String[] args) throws Exception {
      DataDirectory data = DataDirectory.open(Path.of(args[0]));
      PostgresEngine postgres = PostgresEngine.start(data, PostgresSettings.defaults());
      execute(postgres, "CREATE TABLE t AS SELECT 42 AS answer");
      TestingProcess.sayAndWait(String.valueOf(postgres.pid()));
    }
  }
}
