package io.leat.parquet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What parquet-java wrote in each encoding is the same JSON, and is what DuckDB reads. */
class ParquetJavaFilesTest {
  private final Path directory;

  ParquetJavaFilesTest(@TempDir Path directory) {
    this.directory = directory;
  }

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
    // DuckDB refuses BSON, and reads neither a time with a Z nor a year of five digits,
    // and cuts nanoseconds of instants off.
    check(
        TestingFiles.TYPES,
        "flag, plain_int, small, unsigned, unsigned_long, day, time_us, old,"
            + " single, real, d9, d18, d30, d38, text, kind, blob, five, uuid");
  }

  @Test
  void duckDbReadsTheSameLists() throws Exception {
    // A map whose keys are groups has no form in JSON that DuckDB would read; and it takes a group
    // whose only column is repeated for a list, also where the
    // format says that it is an element.
    check(TestingFiles.LISTS, "bare, three, two, pair, nested, names, numbers, days");
  }

  private void check(TestingFiles kind, String columns) throws Exception {
    List<String> names = List.of(columns.split(",\\s*"));
    byte[] all = kind.write(directory, true);
    JsonOptions options = JsonOptions.DEFAULT.withColumns(names);
    Path json = directory.resolve("ours.json");
    Files.writeString(json, Converting.json(all, options, 2));
    Path chosen = directory.resolve("chosen.parquet");
    try (DuckDb duck = new DuckDb();
        ParquetFile file = ParquetFile.open(ByteSource.of(all), Limits.DEFAULT);
        InputStream in = Files.newInputStream(json);
        FileChannel out =
            FileChannel.open(chosen, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      List<Field> fields =
          names.stream().map(name -> file.schema().field(name).orElseThrow()).toList();
      JsonToParquet.write(in, new Schema("chosen", fields), out);

      assertThat(duck.differences(chosen.toString(), json.toString())).isEmpty();
    }
  }
}
