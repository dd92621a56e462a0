package io.leat.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.luben.zstd.ZstdInputStream;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Layouts, compression, parts, columns and policies. */
class OutputTest {
  private static final int ROWS = 3_000;

  private final Path directory;
  private byte[] file = new byte[0];
  private String expected = "";

  OutputTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @BeforeEach
  void write() throws Exception {
    file = TestingFiles.TYPES.write(directory, true);
    expected = Converting.json(file, JsonOptions.DEFAULT, 1);
    assertThat(expected.lines()).hasSize(ROWS);
  }

  @ParameterizedTest
  @EnumSource
  void partsTogetherAreTheWholeHoweverTheyAreCompressed(Compression compression) throws Exception {
    OutputOptions options = OutputOptions.DEFAULT.withCompression(compression).withSplit(700, 0);
    Converting sink = new Converting();
    Converted converted = sink.run(file, JsonOptions.DEFAULT, options, 2, Limits.DEFAULT);

    StringBuilder all = new StringBuilder();
    for (int i = 0; i < sink.parts.size(); i++) {
      all.append(open(sink.parts.get(i).toByteArray(), compression));
    }
    assertThat(all.toString()).isEqualTo(expected);
    assertThat(converted.parts())
        .extracting(PartSummary::rows)
        .containsExactly(700L, 700L, 700L, 700L, 200L);
    for (PartSummary part : converted.parts()) {
      byte[] bytes = sink.parts.get(part.index()).toByteArray();
      assertThat(part.bytes()).isEqualTo(bytes.length);
      assertThat(part.sha256())
          .isEqualTo(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)));
    }
  }

  @Test
  void theOutputHasNoMoreBytesThanItMay() throws Exception {
    long all = expected.getBytes(StandardCharsets.UTF_8).length;
    OutputOptions zstd = OutputOptions.DEFAULT.withCompression(Compression.ZSTD).withSplit(700, 0);
    Converting sink = new Converting();
    Converted converted =
        sink.run(file, JsonOptions.DEFAULT, zstd.withMaxJsonBytes(all), 2, Limits.DEFAULT);
    assertThat(converted.rowsWritten()).isEqualTo(ROWS);

    Converting refused = new Converting();
    assertThatThrownBy(
            () ->
                refused.run(
                    file, JsonOptions.DEFAULT, zstd.withMaxJsonBytes(all - 1), 2, Limits.DEFAULT))
        .isInstanceOf(FileException.class)
        .hasMessage("the output has more bytes of JSON than maxJsonBytes allows")
        .extracting(e -> ((FileException) e).code())
        .isEqualTo("output-size");
    assertThat(refused.parts).hasSize(4);
  }

  @Test
  void anErrorOfTheSinkIsAFailureAndTheOpenPartIsThrownAway() {
    AtomicInteger aborted = new AtomicInteger();
    PartSink sink =
        index ->
            new PartSink.Part() {
              @Override
              public void write(ByteBuffer bytes) {
                throw new UnsatisfiedLinkError("no library");
              }

              @Override
              public void close() {}

              @Override
              public void abort() {
                aborted.incrementAndGet();
              }
            };

    assertThatThrownBy(
            () -> {
              try (ParquetFile opened = ParquetFile.open(ByteSource.of(file), Limits.DEFAULT)) {
                Conversion.run(
                    opened, JsonOptions.DEFAULT, OutputOptions.DEFAULT, 2, 0, sink, Progress.NONE);
              }
            })
        .isInstanceOf(FileException.class)
        .hasMessage("a defect of Leat's: UnsatisfiedLinkError")
        .extracting(e -> ((FileException) e).category())
        .isEqualTo(FileErrorCategory.OURS);
    assertThat(aborted).hasValue(1);
  }

  @Test
  void aPartHasNoMoreBytesThanItMay() throws Exception {
    Converting sink = new Converting();
    Converted converted =
        sink.run(
            file,
            JsonOptions.DEFAULT,
            OutputOptions.DEFAULT.withSplit(0, 50_000),
            2,
            Limits.DEFAULT);

    assertThat(converted.parts())
        .allSatisfy(part -> assertThat(part.jsonBytes()).isLessThanOrEqualTo(50_000));
    assertThat(converted.parts()).hasSizeGreaterThan(10);
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < sink.parts.size(); i++) {
      all.append(sink.text(i));
    }
    assertThat(all.toString()).isEqualTo(expected);
  }

  @ParameterizedTest
  @EnumSource
  void anArrayIsOneDocumentAPart(Compression compression) throws Exception {
    OutputOptions options =
        OutputOptions.DEFAULT
            .withLayout(Layout.ARRAY)
            .withCompression(compression)
            .withSplit(2_000, 0);
    Converting sink = new Converting();
    sink.run(file, JsonOptions.DEFAULT, options, 2, Limits.DEFAULT);

    ObjectMapper mapper = new ObjectMapper();
    List<JsonNode> rows = new ArrayList<>();
    for (int i = 0; i < sink.parts.size(); i++) {
      mapper.readTree(open(sink.parts.get(i).toByteArray(), compression)).forEach(rows::add);
    }
    List<JsonNode> lines = new ArrayList<>();
    for (String line : expected.lines().toList()) {
      lines.add(mapper.readTree(line));
    }
    assertThat(rows).isEqualTo(lines);
  }

  @Test
  void partsEndWhereRowGroupsEndSoThatAResumeCanBeginThere() throws Exception {
    Converting whole = new Converting();
    List<Integer> done = new ArrayList<>();
    Progress progress =
        new Progress() {
          @Override
          public void at(long rows, long bytesRead, long bytesWritten) {}

          @Override
          public void rowGroupDone(int next, int partsClosed) {
            assertThat(partsClosed).isEqualTo(next);
            done.add(next);
          }
        };
    try (ParquetFile opened = ParquetFile.open(ByteSource.of(file), Limits.DEFAULT)) {
      OutputOptions aligned = OutputOptions.DEFAULT.alignedToRowGroups();
      Conversion.run(opened, JsonOptions.DEFAULT, aligned, 2, 0, whole, progress);
      Converting rest = new Converting();
      Converted converted =
          Conversion.run(opened, JsonOptions.DEFAULT, aligned, 2, 2, rest, Progress.NONE);

      assertThat(done).containsExactly(1, 2, 3, 3);
      assertThat(rest.text(0)).isEqualTo(whole.text(2));
      assertThat(converted.rowsRead()).isEqualTo(ROWS - 2_200);
    }
  }

  @Test
  void columnsAreChosenAndRenamed() throws Exception {
    JsonOptions options =
        JsonOptions.DEFAULT
            .withColumns(List.of("text", "flag"))
            .withRenames(Map.of("flag", "is \"it\""));

    assertThat(Converting.json(file, options, 1).lines().findFirst().orElseThrow())
        .matches("\\{\"text\":(null|\".*\"),\"is \\\\\"it\\\\\"\":(true|false)}");
  }

  @Test
  void aColumnThatIsNotThereIsNamed() {
    org.assertj.core.api.Assertions.assertThatThrownBy(
            () -> Converting.json(file, JsonOptions.DEFAULT.withColumns(List.of("nope")), 1))
        .hasMessage("the file has no column 'nope'");
  }

  @Test
  void nullsAreLeftOutOnRequest() throws Exception {
    String json = Converting.json(file, JsonOptions.DEFAULT.withNulls(Nulls.OMIT), 2);

    assertThat(json).doesNotContain("\":null");
    assertThat(json.lines()).hasSize(ROWS);
  }

  @Test
  void rowsWithNumbersThatJsonHasNotAreRejectedOnRequest() throws Exception {
    Converting sink = new Converting();
    Converted converted =
        sink.run(
            file,
            JsonOptions.DEFAULT.withNonFinite(NonFinite.REJECT),
            OutputOptions.DEFAULT,
            2,
            Limits.DEFAULT);

    Rejections rejections =
        java.util.Objects.requireNonNull(converted.rejected().get(Rejections.NON_FINITE));
    assertThat(rejections.count())
        .isEqualTo(expected.lines().filter(OutputTest::isNotFinite).count());
    assertThat(rejections.firstRows()).isSorted().hasSize(10);
    assertThat(converted.rowsWritten() + rejections.count()).isEqualTo(ROWS);
    assertThat(sink.text(0).lines()).hasSize((int) converted.rowsWritten());
  }

  private static boolean isNotFinite(String line) {
    try {
      JsonNode row = new ObjectMapper().readTree(line);
      return row.get("single").isTextual() || row.get("real").isTextual();
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static String open(byte[] bytes, Compression compression) throws Exception {
    InputStream in = new ByteArrayInputStream(bytes);
    InputStream plain =
        switch (compression) {
          case NONE -> in;
          case GZIP -> new GZIPInputStream(in);
          case ZSTD -> new ZstdInputStream(in);
        };
    return new String(plain.readAllBytes(), StandardCharsets.UTF_8);
  }
}
