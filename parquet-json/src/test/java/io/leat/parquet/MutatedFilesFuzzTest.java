package io.leat.parquet;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/** Whatever becomes of a good file's bytes: it is converted, or refused with a category. */
class MutatedFilesFuzzTest {
  private static final Limits LIMITS =
      new Limits(64L << 20, 8L << 20, 8L << 20, 1L << 20, 1_000, 32, 1_000, 1_000_000, 1L << 20);
  private static final JsonFactory JSON = new JsonFactory();
  private static final List<byte[]> FILES = files();

  private static List<byte[]> files() {
    try {
      Path directory = Files.createTempDirectory("leat-fuzz");
      List<byte[]> files = new ArrayList<>();
      for (TestingFiles kind : TestingFiles.values()) {
        for (CompressionCodecName codec :
            List.of(
                CompressionCodecName.UNCOMPRESSED,
                CompressionCodecName.SNAPPY,
                CompressionCodecName.LZ4_RAW,
                CompressionCodecName.ZSTD)) {
          files.add(kind.write(directory, WriterVersion.PARQUET_1_0, true, false, codec));
          files.add(kind.write(directory, WriterVersion.PARQUET_2_0, false, false, codec));
        }
      }
      return files;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @FuzzTest(maxDuration = "20s")
  void aFileIsConvertedOrRefused(FuzzedDataProvider data) {
    byte[] file = FILES.get(data.consumeInt(0, FILES.size() - 1)).clone();
    int tail = Math.min(file.length, 6_000);
    while (data.remainingBytes() > 0) {
      boolean inFooter = data.consumeBoolean();
      int at =
          inFooter
              ? file.length - 1 - data.consumeInt(0, tail - 1)
              : data.consumeInt(0, file.length - 1);
      file[at] = data.consumeByte();
    }
    check(file, LIMITS);
  }

  static void check(byte[] file, Limits limits) {
    Converting sink = new Converting();
    try {
      Converted converted = sink.run(file, JsonOptions.DEFAULT, OutputOptions.DEFAULT, 1, limits);
      assertThat(converted.parts()).hasSize(1);
      assertThat(lines(sink.parts.get(0).toByteArray())).isEqualTo(converted.rowsWritten());
    } catch (FileException e) {
      assertThat(e.category()).as("%s", e).isNotEqualTo(FileErrorCategory.OURS);
      assertThat(e.code()).isNotEqualTo("heap");
    }
  }

  /** How many objects of JSON there are, and nothing else. */
  private static long lines(byte[] json) {
    long lines = 0;
    try (JsonParser parser = JSON.createParser(json)) {
      while (parser.nextToken() != null) {
        assertThat(parser.currentToken()).isEqualTo(JsonToken.START_OBJECT);
        parser.skipChildren();
        lines++;
      }
    } catch (IOException e) {
      throw new AssertionError("what became of it is not JSON", e);
    }
    return lines;
  }
}
