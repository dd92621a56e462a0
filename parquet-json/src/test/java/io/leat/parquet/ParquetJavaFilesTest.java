package io.leat.parquet;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What parquet-java wrote in each encoding is the same JSON, and is what DuckDB reads. */
class ParquetJavaFilesTest {
  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    "TYPES, PARQUET_1_0, false, false, UNCOMPRESSED",
    "TYPES, PARQUET_2_0, true, false, ZSTD",
    "TYPES, PARQUET_2_0, false, false, GZIP",
    "TYPES, PARQUET_1_0, false, true, LZ4_RAW",
    "TYPES, PARQUET_2_0, false, true, UNCOMPRESSED",
    "LISTS, PARQUET_1_0, false, false, UNCOMPRESSED",
    "LISTS, PARQUET_2_0, true, false, SNAPPY",
    "LISTS, PARQUET_2_0, false, false, ZSTD"
  })
  void eachEncodingHoldsTheSame(
      TestingFiles kind, WriterVersion version, boolean dictionary, boolean split, String codec)
      throws Exception {
    String expected = Converting.json(kind.write(directory, true), JsonOptions.DEFAULT, 1);

    byte[] file =
        kind.write(directory, version, dictionary, split, CompressionCodecName.valueOf(codec));

    for (int threads = 1; threads <= 3; threads++) {
      assertThat(Converting.json(file, JsonOptions.DEFAULT, threads)).isEqualTo(expected);
    }
  }

  @Test
  void duckDbReadsTheSameValues() throws Exception {
    // DuckDB has no map with such keys in JSON, knows no ENUM, FLOAT16 or Thrift's lists, and rounds
    // nanoseconds of the day: those are tested against the format in TypesTest.
    String columns =
        "flag, plain_int, small, unsigned, unsigned_long, day, time_ms, time_us, ts_ms, ts_ns, old,"
            + " single, real, d9, d18, d38, text, doc, blob, five, uuid";
    JsonOptions options = JsonOptions.DEFAULT.withColumns(java.util.List.of(columns.split(",\\s*")));
    try (DuckDb duck = new DuckDb()) {
      Path parquet = directory.resolve("types.parquet");
      Files.write(parquet, TestingFiles.TYPES.write(directory, true));
      Path chosen = directory.resolve("chosen.parquet");
      duck.run("COPY (SELECT " + columns + " FROM '" + parquet + "') TO '" + chosen + "' (FORMAT parquet)");
      Path json = directory.resolve("ours.json");
      Files.writeString(json, Converting.json(parquet, options, 2));

      assertThat(duck.differences(chosen.toString(), json.toString())).isEmpty();
    }
  }
}
