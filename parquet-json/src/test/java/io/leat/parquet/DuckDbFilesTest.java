package io.leat.parquet;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What DuckDB wrote we read as DuckDB does, value for value. */
class DuckDbFilesTest {
  private static final String FLAT =
      """
      SELECT
        i % 2 = 0 AS bool,
        CASE WHEN i % 7 = 0 THEN NULL ELSE (i % 256 - 128)::TINYINT END AS i8,
        (i % 65536 - 32768)::SMALLINT AS i16,
        (i * 7919)::INTEGER AS i32,
        CASE WHEN i % 3 = 0 THEN NULL ELSE i * 461168601842738 - 4611686018427380000 END AS i64,
        (i % 256)::UTINYINT AS u8,
        (i % 65536)::USMALLINT AS u16,
        (4294967295 - i)::UINTEGER AS u32,
        (18446744073709551615 - i)::UBIGINT AS u64,
        (i / 3.0)::FLOAT AS f32,
        CASE WHEN i % 11 = 0 THEN NULL ELSE i / 7.0 END AS f64,
        CASE i % 4 WHEN 0 THEN 'NaN'::DOUBLE WHEN 1 THEN 'Infinity'::DOUBLE WHEN 2 THEN '-Infinity'::DOUBLE ELSE i END AS odd,
        (i / 100.0)::DECIMAL(4, 1) AS d4,
        (i / 100.0)::DECIMAL(9, 2) AS d9,
        (-i / 100.0)::DECIMAL(18, 3) AS d18,
        (i::HUGEINT * 12345678901234567)::DECIMAL(38, 10) AS d38,
        'text ' || i AS text,
        CASE WHEN i % 5 = 0 THEN NULL ELSE 'kind ' || (i % 10) END AS kind,
        repeat('ü"\\' || chr(10) || chr(1) || '日本', (i % 9)::INT) AS hard,
        encode('bytes ' || i) AS blob,
        ('2021-01-01'::DATE + (i * 17 % 20000)::INT - 10000) AS day,
        ('00:00:00'::TIME + to_microseconds(i * 8639 % 86400000000)) AS tod,
        ('2021-01-01 00:00:00'::TIMESTAMP + to_microseconds(i * 123456789)) AS ts,
        ('1965-01-01 00:00:00'::TIMESTAMP - to_milliseconds(i * 12345))::TIMESTAMP_MS AS ts_ms,
        ('2021-01-01 00:00:00'::TIMESTAMP + to_seconds(i))::TIMESTAMP_NS AS ts_ns,
        ('2021-01-01 00:00:00+00'::TIMESTAMPTZ - to_microseconds(i * 987654321)) AS tstz,
        md5(i::VARCHAR)::UUID AS uuid,
        to_months((i % 50)::INT) + to_days((i % 30)::INT) + to_milliseconds(i) AS ival
      FROM range(6000) t(i)
      """;

  private static final String NESTED =
      """
      SELECT
        i AS id,
        CASE WHEN i % 4 = 0 THEN NULL ELSE {'a': i, 'b': CASE WHEN i % 3 = 0 THEN NULL ELSE 'b' || i END} END AS s,
        CASE WHEN i % 5 = 0 THEN NULL ELSE list_transform(range(i % 4), x -> CASE WHEN x = 1 THEN NULL ELSE x * i END) END AS l,
        list_transform(range(i % 3), x -> list_transform(range(x), y -> 'v' || y || '"')) AS ll,
        list_transform(range(i % 3), x -> {'n': x, 'tags': list_transform(range(x), y -> {'t': 'tag' || y})}) AS ls,
        map_from_entries(list_transform(range(i % 4), x -> {'k': 'key' || x, 'v': x * 1.5})) AS m,
        map_from_entries(list_transform(range(i % 3), x -> {'k': x::INTEGER, 'v': [x, NULL]})) AS mi,
        {'deep': {'deeper': {'list': [{'x': CASE WHEN i % 2 = 0 THEN NULL ELSE i END}]}}} AS d
      FROM range(12000) t(i)
      """;

  private final Path directory;
  private DuckDb duck;

  DuckDbFilesTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @BeforeEach
  void open() throws Exception {
    duck = new DuckDb();
  }

  @AfterEach
  void close() throws Exception {
    duck.close();
  }

  @ParameterizedTest
  @CsvSource({
    "uncompressed, V1", "snappy, V1", "gzip, V1", "zstd, V1", "lz4_raw, V1", "brotli, V1",
    "uncompressed, V2", "snappy, V2", "gzip, V2", "zstd, V2", "lz4_raw, V2", "brotli, V2"
  })
  void flatColumnsOfEachTypeAndCodec(String codec, String version) throws Exception {
    check(FLAT, "CODEC '" + codec + "', PARQUET_VERSION " + version);
  }

  @ParameterizedTest
  @ValueSource(strings = {"V1", "V2"})
  void nestedColumns(String version) throws Exception {
    check(NESTED, "CODEC 'zstd', PARQUET_VERSION " + version + ", ROW_GROUP_SIZE 8192");
  }

  @Test
  void emptyFiles() throws Exception {
    check("SELECT * FROM (" + FLAT + ") WHERE false", "CODEC 'zstd'");
  }

  @Test
  void columnsOfNullsOnly() throws Exception {
    check(
        "SELECT NULL::INTEGER AS a, NULL::VARCHAR AS b, [NULL]::INTEGER[] AS c FROM range(5000)",
        "CODEC 'snappy'");
  }

  private void check(String query, String options) throws Exception {
    Path parquet = directory.resolve("file.parquet");
    duck.run("COPY (" + query + ") TO '" + parquet + "' (FORMAT parquet, " + options + ")");
    for (int threads : new int[] {1, 3}) {
      Path json = directory.resolve("file" + threads + ".json");
      Files.writeString(json, Converting.json(parquet, JsonOptions.DEFAULT, threads));
      assertThat(duck.differences(parquet.toString(), json.toString())).isEmpty();
    }
  }
}
