package io.leat.state;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationState;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The pool of connections to PostgreSQL, with the tables migrated. Thread-safe; blocks. */
public final class StateDatabase implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(StateDatabase.class);
  private static final String FOLDER = "db/migration";
  private static final Pattern MIGRATION = Pattern.compile(FOLDER + "/V([0-9]+)__.*\\.sql");
  private static final Duration MIGRATION_TIMEOUT = Duration.ofMinutes(5);

  /** Where Flyway notes which migrations ran. */
  static final String MIGRATIONS = "leat_migration";

  private final HikariDataSource pool;

  private StateDatabase(HikariDataSource pool) {
    this.pool = pool;
  }

  /** Work on a connection inside a transaction. */
  @FunctionalInterface
  public interface Work<T> {
    T on(Connection connection) throws SQLException;
  }

  /**
   * Connects and migrates. Several processes may do so at once.
   *
   * @throws LeatException STATE_UNAVAILABLE within the connect timeout when PostgreSQL does not
   *     answer; INVALID_CONFIGURATION when it refuses or the tables are of another Leat
   */
  public static StateDatabase open(StateSettings settings) {
    migrate(settings, "latest");
    return connect(settings);
  }

  /**
   * Connects to tables that were migrated before.
   *
   * @throws RuntimeException when PostgreSQL does not answer
   */
  public static StateDatabase connect(StateSettings settings) {
    HikariConfig config = new HikariConfig();
    config.setPoolName("leat-state");
    config.setJdbcUrl(settings.url());
    config.setUsername(settings.user());
    config.setPassword(settings.password());
    config.setMaximumPoolSize(settings.maxConnections());
    config.setMinimumIdle(1);
    config.setConnectionTimeout(settings.connectTimeout().toMillis());
    config.setValidationTimeout(Math.max(250, settings.connectTimeout().toMillis() / 2));
    config.setAutoCommit(false);
    Properties driver = driverProperties(settings.connectTimeout(), settings.answerTimeout());
    config.setDataSourceProperties(driver);
    return new StateDatabase(new HikariDataSource(config));
  }

  /**
   * Runs the work in one transaction: committed when it returns, rolled back when it throws.
   *
   * @param what what is being done, for the message: {@code list the clients}
   * @throws LeatException STATE_UNAVAILABLE when PostgreSQL does not answer, INTERNAL when it
   *     refuses the statement
   */
  public <T> T transaction(String what, Work<T> work) {
    try (Connection connection = pool.getConnection()) {
      try {
        T result = work.on(connection);
        connection.commit();
        return result;
      } catch (SQLException | RuntimeException e) {
        rollback(connection, e);
        throw e;
      }
    } catch (SQLException e) {
      throw failure("Cannot " + what, e);
    }
  }

  /** Asks PostgreSQL for a sign of life. */
  public void ping() {
    isThere();
  }

  /** The sign of life, as an answer: true, or the exceptions of {@link #transaction}. */
  public boolean isThere() {
    return transaction(
        "reach PostgreSQL",
        connection -> {
          try (var statement = connection.createStatement()) {
            return statement.execute("select 1");
          }
        });
  }

  /**
   * Returns when a commit is on the server's device before it is answered; what is committed here
   * must not be taken back by a power cut.
   *
   * @throws LeatException INVALID_CONFIGURATION with the server's settings that say otherwise
   */
  public void requireDurable() {
    List<String> against = transaction("read the server's settings", StateDatabase::notDurable);
    if (!against.isEmpty()) {
      throw new LeatException(
          ErrorCode.INVALID_CONFIGURATION,
          "PostgreSQL would forget commits in a power cut: "
              + String.join(", ", against)
              + ". Set "
              + (against.size() == 1 ? "it" : "them")
              + " to 'on' on the server, or say 'durability: process' in leat.yaml.");
    }
  }

  private static List<String> notDurable(Connection connection) throws SQLException {
    List<String> against = new ArrayList<>();
    for (String setting : List.of("fsync", "full_page_writes", "synchronous_commit")) {
      try (var statement = connection.createStatement();
          var row = statement.executeQuery("show " + setting)) {
        if (row.next() && row.getString(1).equals("off")) {
          against.add("'" + setting + "' is off");
        }
      }
    }
    return against;
  }

  @Override
  public void close() {
    pool.close();
  }

  private static void rollback(Connection connection, Exception cause) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      cause.addSuppressed(e);
    }
  }

  /**
   * Fails when Leat's tables are there already.
   *
   * @throws LeatException CONFLICT then
   */
  static void refuseUsed(StateSettings settings) {
    try (Connection connection = source(settings).getConnection();
        ResultSet found =
            connection.getMetaData().getTables(null, null, MIGRATIONS, new String[] {"TABLE"})) {
      if (found.next()) {
        throw new LeatException(
            ErrorCode.CONFLICT,
            "The database at "
                + settings.url()
                + " has Leat's tables already; restore into an empty database");
      }
    } catch (SQLException e) {
      throw failure("Cannot connect to PostgreSQL at " + settings.url(), e);
    }
  }

  static PGSimpleDataSource source(StateSettings settings) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(settings.url());
    source.setUser(settings.user());
    source.setPassword(settings.password());
    source.setConnectTimeout(seconds(settings.connectTimeout()));
    source.setLoginTimeout(seconds(settings.connectTimeout()));
    source.setSocketTimeout(seconds(MIGRATION_TIMEOUT));
    source.setApplicationName("leat");
    return source;
  }

  /**
   * Migrates.
   *
   * @param version the last to run, or {@code latest}
   */
  static void migrate(StateSettings settings, String version) {
    PGSimpleDataSource source = source(settings);
    try {
      source.getConnection().close();
      Flyway flyway =
          Flyway.configure()
              .dataSource(source)
              .locations("classpath:" + FOLDER)
              .table(MIGRATIONS)
              .target(version)
              .connectRetries(0)
              .load();
      refuseNewer(flyway, settings);
      var result = flyway.migrate();
      if (result.migrationsExecuted > 0) {
        log.info("Migrated the state tables to version {}", result.targetSchemaVersion);
      }
    } catch (SQLException e) {
      throw failure("Cannot connect to PostgreSQL at " + settings.url(), e);
    } catch (FlywayException e) {
      throw new LeatException(
          ErrorCode.INVALID_CONFIGURATION,
          "The state tables at " + settings.url() + " cannot be migrated: " + e.getMessage(),
          e);
    }
  }

  /** Flyway itself would take no notice of migrations that it does not know. */
  private static void refuseNewer(Flyway flyway, StateSettings settings) {
    for (MigrationInfo migration : flyway.info().all()) {
      MigrationState state = migration.getState();
      if (state == MigrationState.FUTURE_SUCCESS || state == MigrationState.FUTURE_FAILED) {
        throw new LeatException(
            ErrorCode.INVALID_CONFIGURATION,
            "The state tables at "
                + settings.url()
                + " were written by a newer Leat: they have migration "
                + migration.getVersion()
                + ", this Leat knows "
                + newestMigration()
                + ". Nothing was changed. Use that Leat or a newer one, or another database.");
      }
    }
  }

  /** The number of the newest migration that this Leat knows. */
  public static int newestMigration() {
    URL folder = Objects.requireNonNull(StateDatabase.class.getResource("/" + FOLDER), FOLDER);
    try {
      if (folder.openConnection() instanceof JarURLConnection inJar) {
        inJar.setUseCaches(false);
        try (JarFile jar = inJar.getJarFile()) {
          return newest(jar.stream().map(JarEntry::getName));
        }
      }
      try (Stream<Path> files = Files.list(Path.of(folder.toURI()))) {
        return newest(files.map(file -> FOLDER + "/" + file.getFileName()));
      }
    } catch (IOException | URISyntaxException e) {
      throw new IllegalStateException("The migrations cannot be listed", e);
    }
  }

  private static int newest(Stream<String> files) {
    return files
        .map(MIGRATION::matcher)
        .filter(Matcher::matches)
        .mapToInt(file -> Integer.parseInt(file.group(1)))
        .max()
        .orElse(0);
  }

  private static Properties driverProperties(Duration connect, Duration answer) {
    Properties properties = new Properties();
    properties.setProperty("connectTimeout", String.valueOf(seconds(connect)));
    properties.setProperty("loginTimeout", String.valueOf(seconds(connect)));
    properties.setProperty("socketTimeout", String.valueOf(seconds(answer)));
    properties.setProperty("tcpKeepAlive", "true");
    properties.setProperty("ApplicationName", "leat");
    return properties;
  }

  private static int seconds(Duration duration) {
    return (int) Math.max(1, duration.toSeconds());
  }

  static LeatException failure(String what, SQLException e) {
    return new LeatException(
        isUnavailable(e) ? ErrorCode.STATE_UNAVAILABLE : codeOfRefusal(e),
        what + ": " + e.getMessage(),
        e);
  }

  private static ErrorCode codeOfRefusal(SQLException e) {
    String state = state(e);
    return state.startsWith("28") || state.startsWith("3D")
        ? ErrorCode.INVALID_CONFIGURATION
        : ErrorCode.INTERNAL;
  }

  /** No connection, shutting down, out of connections or disk, read-only, or no answer in time. */
  private static boolean isUnavailable(SQLException e) {
    String state = state(e);
    return e instanceof java.sql.SQLTransientException
        || e instanceof java.sql.SQLRecoverableException
        || state.startsWith("08")
        || state.startsWith("57P")
        || state.startsWith("53")
        || state.equals("25006");
  }

  private static String state(SQLException e) {
    String state = e.getSQLState();
    return state == null ? "" : state;
  }
}
