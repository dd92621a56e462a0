package io.leat.app.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * PostgreSQL as a child process, on loopback, with a random password that only the owner of the
 * data directory can read. Started again when it dies by itself; stopped with its parent, however
 * the parent ends, and if that should fail, by the next start: there is never a second server on a
 * cluster.
 */
public final class PostgresEngine implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PostgresEngine.class);

  /** The version of the server that is embedded; its files are of no use to another one. */
  static final int MAJOR = 18;

  private static final String USER = "leat";
  private static final Duration HEALTHY_WITHIN = Duration.ofSeconds(2);

  /** A busy machine may take its time over the first connection. */
  private static final Duration STARTED_WITHIN = Duration.ofSeconds(30);

  private static final String DATABASE = "leat";
  private static final String PORT = "postgres";
  private static final int PASSWORD_BYTES = 24;
  private static final Duration BETWEEN_ATTEMPTS = Duration.ofMillis(50);

  private final int port;
  private final String password;
  private final PostgresSupervisor supervisor;

  private PostgresEngine(int port, String password, PostgresSupervisor supervisor) {
    this.port = port;
    this.password = password;
    this.supervisor = supervisor;
  }

  /**
   * Starts the server, creating its cluster and the database {@code leat} the first time, and
   * returns when it answers.
   *
   * @throws LeatException {@link ErrorCode#STATE_UNAVAILABLE} when it does not start, with what is
   *     missing
   */
  public static PostgresEngine start(DataDirectory data, PostgresSettings settings) {
    try {
      PostgresAccount account = PostgresAccount.choose(data.root());
      return start(data, settings, account);
    } catch (IOException e) {
      throw new LeatException(
          ErrorCode.STATE_UNAVAILABLE,
          "The embedded PostgreSQL did not start: " + e.getMessage(),
          e);
    }
  }

  static PostgresEngine start(
      DataDirectory data, PostgresSettings settings, PostgresAccount account) throws IOException {
    PostgresPrograms programs = PostgresPrograms.unpacked(places(data, settings, account));
    Path cluster = data.postgres();
    Path secret = data.root().resolve("postgres.password");
    boolean isNew = !Files.exists(cluster.resolve("PG_VERSION"));
    if (isNew) {
      PostgresPrograms.deleteTree(cluster);
      createCluster(data, programs, account, secret);
    } else {
      Postmaster.clear(cluster, settings.stopTimeout());
      account.own(cluster);
    }
    String password = Files.readString(secret).strip();
    int port = data.ports().choose(PORT);
    List<String> command =
        PostgresAccount.inOwnSession(
            account.boundCommand(PostgresCommand.server(programs, cluster, port, settings)));
    PostgresSupervisor supervisor = new PostgresSupervisor(command, cluster, settings);
    supervisor.start();
    PostgresEngine engine = new PostgresEngine(port, password, supervisor);
    try {
      engine.ensureDatabase(settings.startTimeout());
      return engine;
    } catch (SQLException e) {
      engine.close();
      throw new IOException("it does not let us in: " + e.getMessage(), e);
    }
  }

  /** For JDBC; user and password go apart. */
  public String jdbcUrl() {
    return jdbcUrl(DATABASE);
  }

  /** The owner of the database, a superuser. */
  public String user() {
    return USER;
  }

  /** Its password. */
  public String password() {
    return password;
  }

  /** Where it listens, on 127.0.0.1. Stays the same when the server is restarted. */
  public int port() {
    return port;
  }

  /** The server's process; changes when it is restarted. */
  public long pid() {
    return supervisor.pid();
  }

  /** How often it died by itself and was started again. */
  public long restarts() {
    return supervisor.restarts();
  }

  /** Whether it answers a query within two seconds. */
  public boolean isHealthy() {
    try (Connection connection = connect(DATABASE, HEALTHY_WITHIN);
        Statement statement = connection.createStatement();
        ResultSet answer = statement.executeQuery("SELECT 1")) {
      return answer.next();
    } catch (SQLException e) {
      LOG.debug("PostgreSQL does not answer", e);
      return false;
    }
  }

  /** Stops it cleanly: open transactions are rolled back, the next start need not recover. */
  @Override
  public void close() {
    supervisor.close();
  }

  private String jdbcUrl(String database) {
    return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
  }

  private Connection connect(String database, Duration within) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", USER);
    properties.setProperty("password", password);
    properties.setProperty("loginTimeout", String.valueOf(within.toSeconds()));
    properties.setProperty("socketTimeout", String.valueOf(within.toSeconds()));
    return DriverManager.getConnection(jdbcUrl(database), properties);
  }

  /** A server that is just up may keep the first connection waiting on a busy machine. */
  private void ensureDatabase(Duration within) throws SQLException {
    long deadline = System.nanoTime() + within.toNanos();
    while (true) {
      try {
        ensureDatabase();
        return;
      } catch (SQLException e) {
        if (System.nanoTime() > deadline || supervisor.pid() < 0 || !isConnectionFailure(e)) {
          throw e;
        }
        LOG.info("PostgreSQL does not let us in yet: {}", e.getMessage());
        LockSupport.parkNanos(BETWEEN_ATTEMPTS.toNanos());
      }
    }
  }

  /** SQLSTATE class 08: connection exceptions; 57P03: the server is starting up. */
  private static boolean isConnectionFailure(SQLException e) {
    String state = e.getSQLState();
    return state != null && (state.startsWith("08") || state.equals("57P03"));
  }

  private void ensureDatabase() throws SQLException {
    try (Connection connection = connect("postgres", STARTED_WITHIN);
        Statement statement = connection.createStatement()) {
      boolean exists;
      try (ResultSet found =
          statement.executeQuery("SELECT 1 FROM pg_database WHERE datname = '" + DATABASE + "'")) {
        exists = found.next();
      }
      if (!exists) {
        statement.execute("CREATE DATABASE " + DATABASE);
      }
    }
  }

  /** The user nobody cannot enter root's home, so its programs go elsewhere. */
  private static List<Path> places(
      DataDirectory data, PostgresSettings settings, PostgresAccount account) {
    Path beside = data.root().resolve("programs");
    return account instanceof PostgresAccount.Nobody
        ? List.of(beside)
        : List.of(settings.programs(), beside);
  }

  /** Made elsewhere and moved into place, so that half a cluster is never taken for one. */
  private static void createCluster(
      DataDirectory data, PostgresPrograms programs, PostgresAccount account, Path secret)
      throws IOException {
    Path temporary = data.root().resolve("postgres.new");
    Path handedOver = data.root().resolve("postgres.password.new");
    PostgresPrograms.deleteTree(temporary);
    Files.createDirectory(temporary);
    account.own(temporary);
    String password = newPassword();
    DurableFiles.writePrivate(secret, password + "\n");
    try {
      DurableFiles.writePrivate(handedOver, password + "\n");
      account.own(handedOver);
      run(account.command(PostgresCommand.initdb(programs, temporary, USER, handedOver)), data);
    } finally {
      Files.deleteIfExists(handedOver);
    }
    DurableFiles.move(temporary, data.postgres()); // initdb has synced it
  }

  private static void run(List<String> command, DataDirectory data) throws IOException {
    Process process =
        new ProcessBuilder(command)
            .directory(data.root().toFile())
            .redirectErrorStream(true)
            .start();
    process.getOutputStream().close();
    try (var out = process.getInputStream()) {
      String output = new String(out.readAllBytes(), UTF_8);
      if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IOException("initdb failed: " + output.strip());
      }
      LOG.debug("{}", output);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted while initdb was running", e);
    } finally {
      process.destroyForcibly();
    }
  }

  private static String newPassword() {
    byte[] bytes = new byte[PASSWORD_BYTES];
    new SecureRandom().nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
