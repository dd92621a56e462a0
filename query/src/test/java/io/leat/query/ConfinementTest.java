package io.leat.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.query.process.WorkerPool;
import io.leat.query.process.WorkerProcess;
import io.leat.query.worker.Frame;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Attempts to get out of the query, through the engine and past it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConfinementTest {
  private Path directory;
  private QueryEngine engine;
  private WorkerPool pool;

  @BeforeAll
  void start(@TempDir Path temporary) {
    directory = temporary;
    InMemoryCatalog catalog = new InMemoryCatalog();
    catalog.initialize("lake", java.util.Map.of());
    QuerySettings settings = QuerySettings.defaults(temporary.resolve("query"));
    engine = new QueryEngine(settings, catalog, new SimpleMeterRegistry());
    pool =
        new WorkerPool(
            QueryEngine.workers(QuerySettings.defaults(temporary.resolve("bare"))),
            InstantSource.system(),
            new SimpleMeterRegistry());
  }

  @AfterAll
  void stop() {
    engine.close();
    pool.close();
  }

  static List<String> breakOuts() {
    return List.of(
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_blob('/etc/passwd')",
        "SELECT * FROM read_json('/etc/passwd')",
        "SELECT * FROM read_parquet('/etc/passwd')",
        "SELECT * FROM parquet_metadata('/etc/passwd')",
        "SELECT * FROM glob('/etc/*')",
        "SELECT * FROM sniff_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM \"/etc/passwd\"",
        "SELECT * FROM 'x.csv'",
        "SELECT * FROM 'https://example.org/x.parquet'",
        "FROM '/etc/passwd'",
        "WITH x AS (SELECT * FROM read_csv('/etc/passwd')) SELECT * FROM x",
        "WITH x AS MATERIALIZED (FROM '/etc/passwd') FROM x",
        "WITH duckdb_settings AS (SELECT * FROM duckdb_settings) FROM duckdb_settings",
        "SELECT (SELECT count(*) FROM read_csv('/etc/passwd'))",
        "SELECT 1 WHERE EXISTS (FROM '/etc/passwd')",
        "SELECT * FROM range(1) JOIN read_text('/etc/passwd') ON true",
        "SELECT 1 UNION ALL SELECT count(*) FROM read_text('/etc/passwd')",
        "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT size FROM read_text('/x'), r) FROM r",
        "SELECT * FROM (VALUES ((SELECT content FROM read_text('/etc/passwd'))))",
        "SELECT list_transform([1], x -> (SELECT content FROM read_text('/etc/passwd')))",
        "DESCRIBE SELECT * FROM read_text('/etc/passwd')",
        "SUMMARIZE '/etc/passwd'",
        "SHOW TABLES; SELECT 1",
        "SHOW TABLES LIKE 'x'",
        "SHOW DATABASES",
        "SELECT * FROM query('SELECT * FROM read_text(''/etc/passwd'')')",
        "SELECT * FROM query_table('/etc/passwd')",
        "SELECT * FROM json_execute_serialized_sql('{}')",
        "SELECT * FROM duckdb_settings()",
        "SELECT * FROM duckdb_settings",
        "SELECT * FROM duckdb_secrets()",
        "SELECT * FROM information_schema.tables",
        "SELECT * FROM pg_catalog.pg_tables",
        "SELECT * FROM sqlite_master",
        "SELECT * FROM system.main.duckdb_tables",
        "SELECT * FROM pragma_version()",
        "SELECT getenv('HOME')",
        "SELECT system.main.getenv('HOME')",
        "SELECT 'HOME'.getenv()",
        "SELECT current_setting('allowed_paths')",
        "SELECT getvariable('x')",
        "SELECT pg_sleep(10)",
        "SELECT 1 ORDER BY current_setting('threads')",
        "SELECT sum(1) OVER (ORDER BY getenv('HOME'))",
        "SELECT 1; SELECT 2",
        "SELECT 1; DROP TABLE x",
        "COPY (SELECT 1) TO '/tmp/leat-out.csv'",
        "COPY x FROM '/etc/passwd'",
        "ATTACH '/tmp/leat.db'",
        "DETACH memory",
        "USE memory",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET memory_limit = '100GB'",
        "RESET memory_limit",
        "PRAGMA database_list",
        "CALL pragma_version()",
        "EXPORT DATABASE '/tmp/leat-out'",
        "IMPORT DATABASE '/tmp/leat-out'",
        "CREATE TABLE x (a INT)",
        "CREATE MACRO m() AS TABLE SELECT * FROM read_text('/etc/passwd')",
        "CREATE SECRET s (TYPE s3)",
        "INSERT INTO x VALUES (1)",
        "UPDATE x SET a = 1",
        "DELETE FROM x",
        "BEGIN",
        "CHECKPOINT",
        "VACUUM",
        "EXPLAIN ANALYZE SELECT 1",
        "PREPARE p AS SELECT 1",
        "EXECUTE p",
        "SELECT $1",
        "SELECT * FROM x AT (VERSION => 1)",
        "");
  }

  @ParameterizedTest
  @MethodSource("breakOuts")
  void isRefusedBeforeItRuns(String sql) {
    LeatException refusal = catchThrowableOfType(LeatException.class, () -> engine.query(sql, 10));

    assertThat(refusal).as(sql).isNotNull();
    assertThat(refusal.code())
        .as("%s: %s", sql, refusal.getMessage())
        .isIn(ErrorCode.SQL_NOT_A_READ, ErrorCode.SQL_INVALID, ErrorCode.UNKNOWN_TABLE);
  }

  static List<String> pastTheJudge() {
    return List.of(
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_blob('/etc/*')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM query('FROM read_text(''/etc/passwd'')')",
        "COPY (SELECT 1) TO '{allowed}'",
        "COPY (SELECT 1) TO '{allowed}.csv'",
        "EXPORT DATABASE '{allowed}.d'",
        "ATTACH '{allowed}.db'",
        "ATTACH '{allowed}'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET memory_limit = '100GB'",
        "SET enable_external_access = true",
        "SET allowed_paths = ['/etc/passwd']",
        "SET GLOBAL allowed_directories = ['/etc']",
        "RESET allowed_paths",
        "PRAGMA temp_directory='/tmp'");
  }

  @ParameterizedTest
  @MethodSource("pastTheJudge")
  void isRefusedByTheLockedInstanceToo(String statement) throws IOException {
    Path allowed = directory.resolve("allowed.txt");
    Files.writeString(allowed, "precious");
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode request =
        mapper
            .createObjectNode()
            .put("number", 1)
            .put("sql", statement.replace("{allowed}", allowed.toString()))
            .put("memory", 64L << 20)
            .put("threads", 1)
            .put("rows", 10)
            .put("bytes", 1_000_000);
    WorkerProcess worker = pool.borrow();
    try {
      worker.send(new Frame(Frame.EXECUTE, mapper.writeValueAsBytes(request)));
      Frame answer = worker.receive();
      String text = new String(answer.payload(), StandardCharsets.UTF_8);
      assertThat((char) answer.type()).as(text).isEqualTo((char) Frame.FAILED);
    } finally {
      pool.giveBack(worker);
    }
    assertThat(allowed).hasContent("precious");
    assertThat(directory).isDirectoryNotContaining("glob:**allowed.txt?*");
  }

  @Test
  void readsWithoutTablesAreAnswered() {
    assertThat(
            engine
                .query(
                    "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r"
                        + " WHERE n < 3), s AS (SELECT max(n) AS m FROM r) SELECT * FROM s",
                    0)
                .rows())
        .hasToString("[[3]]");
    assertThat(engine.query("SELECT unnest([1, 2]), 'it''s'", 0).rows())
        .hasToString("[[1,\"it's\"], [2,\"it's\"]]");
    assertThat(engine.query("VALUES (1), (2)", 0).rows()).hasToString("[[1], [2]]");
    assertThat(engine.query("SELECT * FROM json_each('{\"a\":1}')", 0).rows()).hasSize(1);
    assertThat(engine.query("DESCRIBE SELECT 1 AS a", 0).rows().get(0).get(1).asText())
        .isEqualTo("INTEGER");
  }

  @Test
  void messagesSayWhatIsWrong() {
    assertRefused(
        "DROP TABLE x",
        "Only SELECT statements (and SHOW TABLES, DESCRIBE, SUMMARIZE) are run here");
    assertRefused(
        "SELECT * FROM read_csv('/etc/passwd')",
        "The table function 'read_csv' may not be called here; range, generate_series, unnest,"
            + " json_each and json_tree may");
    assertRefused("SELEC 1", "syntax error at or near \"SELEC\", at character 0");
    assertRefused(
        "SELECT a", "Referenced column \"a\" was not found because the FROM clause is missing");
    assertRefused("SELECT 1; SELECT 2", "Send one statement; these are 2");
    assertRefused("SELECT 'x'::INT", "Could not convert string 'x' to INT32");
    assertRefused(
        "SELECT * FROM duckdb_settings",
        "There is no table 'duckdb_settings'. GET /v1/sql/tables lists the tables");
  }

  private void assertRefused(String sql, String message) {
    assertThat(catchThrowableOfType(LeatException.class, () -> engine.query(sql, 0)))
        .hasMessage(message);
  }
}
