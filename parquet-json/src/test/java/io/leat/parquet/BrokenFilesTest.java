package io.leat.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is broken is refused with a category, in bounded memory, without a part being closed. */
class BrokenFilesTest {
  private static final Limits SMALL =
      new Limits(64L << 20, 8L << 20, 8L << 20, 1L << 20, 1_000, 32, 1_000, 1_000_000, 1L << 20);

  private final Path directory;

  BrokenFilesTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @ParameterizedTest
  @EnumSource
  void anyByteMayBeAnother(TestingFiles kind) throws Exception {
    for (WriterVersion version : WriterVersion.values()) {
      for (CompressionCodecName codec :
          new CompressionCodecName[] {
            CompressionCodecName.UNCOMPRESSED,
            CompressionCodecName.SNAPPY,
            CompressionCodecName.LZ4_RAW
          }) {
        byte[] good =
            kind.write(directory, version, version == WriterVersion.PARQUET_1_0, false, codec);
        Random random = new Random(11);
        for (int i = 0; i < 400; i++) {
          byte[] bad = good.clone();
          for (int j = 1 + random.nextInt(3); j > 0; j--) {
            int at =
                i % 2 == 0
                    ? random.nextInt(bad.length)
                    : bad.length - 1 - random.nextInt(Math.min(bad.length, 8_000));
            bad[at] = (byte) random.nextInt(256);
          }
          MutatedFilesFuzzTest.check(bad, SMALL);
        }
      }
    }
  }

  @Test
  void aFileThatWasCutIsRefused() throws Exception {
    byte[] good = TestingFiles.TYPES.write(directory, true);

    assertRefused(Arrays.copyOf(good, good.length / 2), FileErrorCategory.CORRUPT, "not-parquet");
    assertRefused(new byte[0], FileErrorCategory.CORRUPT, "not-parquet");
    assertThatThrownBy(
            () ->
                ParquetFile.open(
                    ByteSource.of(Arrays.copyOf(good, good.length - 1)), Limits.DEFAULT))
        .hasMessage("the file does not end with PAR1: it is not Parquet, or not complete");
  }

  @Test
  void anEncryptedFileIsSaidToBe() throws Exception {
    byte[] file = TestingFiles.TYPES.write(directory, true);
    file[file.length - 1] = 'E';

    assertRefused(file, FileErrorCategory.UNSUPPORTED, "encrypted");
  }

  @Test
  void aChecksumThatDoesNotFitIsCorrupt() throws Exception {
    byte[] file =
        TestingFiles.TYPES.write(
            directory, WriterVersion.PARQUET_1_0, true, false, CompressionCodecName.UNCOMPRESSED);
    file[200] ^= 1;

    assertRefused(file, FileErrorCategory.CORRUPT, "bad-checksum");
  }

  @Test
  void aLimitThatIsReachedIsNamed() throws Exception {
    byte[] file = TestingFiles.TYPES.write(directory, true);
    Limits few = new Limits(64L << 20, 8 << 20, 8 << 20, 1 << 20, 5, 32, 1_000, 1_000_000, 1 << 20);
    Limits short_ = new Limits(64L << 20, 8 << 20, 8 << 20, 1 << 20, 99, 32, 1_000, 10, 1 << 20);
    Limits narrow = new Limits(64L << 20, 8 << 20, 8 << 20, 1 << 20, 99, 32, 1_000, 9_999, 100);
    Limits pages = new Limits(64L << 20, 100, 8 << 20, 1 << 20, 99, 32, 1_000, 9_999, 1 << 20);

    assertThatThrownBy(
            () -> new Converting().run(file, JsonOptions.DEFAULT, OutputOptions.DEFAULT, 1, few))
        .hasMessage("the file has 27 columns, more than maxColumns = 5");
    assertThatThrownBy(
            () -> new Converting().run(file, JsonOptions.DEFAULT, OutputOptions.DEFAULT, 1, short_))
        .hasMessage("the file has more rows than maxRows = 10");
    assertThatThrownBy(
            () -> new Converting().run(file, JsonOptions.DEFAULT, OutputOptions.DEFAULT, 2, narrow))
        .hasMessage("a row has more bytes of JSON than maxRowBytes = 100");
    assertThatThrownBy(
            () -> new Converting().run(file, JsonOptions.DEFAULT, OutputOptions.DEFAULT, 2, pages))
        .isInstanceOfSatisfying(
            FileException.class,
            e -> assertThat(e.category()).isEqualTo(FileErrorCategory.RESOURCE));
  }

  @Test
  void aFailureIsNoInterruptionOfWhoAsked() throws Exception {
    byte[] file = TestingFiles.TYPES.write(directory, true);
    Limits narrow = new Limits(64L << 20, 8 << 20, 8 << 20, 1 << 20, 99, 32, 1_000, 9_999, 100);

    for (int i = 0; i < 300; i++) {
      assertThatThrownBy(
              () ->
                  new Converting().run(file, JsonOptions.DEFAULT, OutputOptions.DEFAULT, 2, narrow))
          .hasMessage("a row has more bytes of JSON than maxRowBytes = 100");
      assertThat(Thread.interrupted()).isFalse();
    }
  }

  private static void assertRefused(byte[] file, FileErrorCategory category, String code) {
    Converting sink = new Converting();
    assertThatThrownBy(
            () -> sink.run(file, JsonOptions.DEFAULT, OutputOptions.DEFAULT, 2, Limits.DEFAULT))
        .isInstanceOfSatisfying(
            FileException.class,
            e -> {
              assertThat(e.category()).as("%s", e).isEqualTo(category);
              assertThat(e.code()).isEqualTo(code);
            });
  }
}
