package io.leat.parquet.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.parquet.bounds.Refusal;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

/** The codecs that no writer of the other tests has. */
class CodecTest {
  private static final int GZIP = 2;
  private static final int LZ4 = 5;

  /** Five literals, then eight bytes again from five before, then five literals. */
  private static final byte[] BLOCK = {
    0x54, 'h', 'e', 'l', 'l', 'o', 5, 0, 0x50, 'w', 'o', 'r', 'l', 'd'
  };

  private static final String TEXT = "hellohellohelworld";

  @Test
  void lz4FramedAsHadoopDoesIt() {
    ByteBuffer framed = ByteBuffer.allocate(2 * (8 + BLOCK.length));
    for (int i = 0; i < 2; i++) {
      framed.putInt(TEXT.length()).putInt(BLOCK.length).put(BLOCK);
    }

    assertThat(decompress(framed.array(), 2 * TEXT.length())).isEqualTo(TEXT + TEXT);
  }

  @Test
  void lz4WithoutAFrameUnderTheSameName() {
    assertThat(decompress(BLOCK, TEXT.length())).isEqualTo(TEXT);
  }

  @Test
  void whatIsNeitherIsCorrupt() {
    assertThatThrownBy(() -> decompress(BLOCK, 3))
        .isInstanceOf(Refusal.class)
        .hasMessage("a page's lz4 bytes are not valid");
  }

  @Test
  void lzoIsNamedAsUnsupported() {
    assertThatThrownBy(() -> Codec.of(3))
        .hasMessage(
            "the compression codec LZO is not read; snappy, gzip, zstd, lz4, brotli and"
                + " uncompressed are");
  }

  @Test
  void gzipMembersAreHeldAgainstTheirChecksums() throws Exception {
    ByteArrayOutputStream twice = new ByteArrayOutputStream();
    for (int i = 0; i < 2; i++) {
      try (GZIPOutputStream gzip = new GZIPOutputStream(twice)) {
        gzip.write(TEXT.getBytes(StandardCharsets.US_ASCII));
      }
    }
    byte[] good = twice.toByteArray();
    assertThat(decompress(GZIP, good, 2 * TEXT.length())).isEqualTo(TEXT + TEXT);

    for (int fromEnd : new int[] {1, 5, 8, good.length / 2 + 1}) {
      byte[] bad = good.clone();
      bad[bad.length - fromEnd] ^= 1;
      assertThatThrownBy(() -> decompress(GZIP, bad, 2 * TEXT.length()))
          .isInstanceOf(Refusal.class)
          .hasMessage("a page's gzip bytes are not valid");
    }
    assertThatThrownBy(
            () -> decompress(GZIP, Arrays.copyOf(good, good.length - 3), 2 * TEXT.length()))
        .isInstanceOf(Refusal.class);
  }

  private static String decompress(byte[] bytes, int size) {
    return decompress(LZ4, bytes, size);
  }

  private static String decompress(int number, byte[] bytes, int size) {
    byte[] target = new byte[size + 64];
    try (Codec codec = Codec.of(number)) {
      codec.decompress(Arrays.copyOf(bytes, bytes.length + 64), 0, bytes.length, target, 0, size);
    }
    return new String(target, 0, size, StandardCharsets.US_ASCII);
  }

  @Test
  void columnsOfAThreadShareOneOfEachKindUntilItIsClosed() {
    Codecs codecs = new Codecs();
    Codec first = codecs.of(6);

    assertThat(codecs.of(6)).isSameAs(first);
    assertThat(codecs.of(1)).isNotSameAs(first);
    codecs.close();

    byte[] page = new byte[64];
    assertThatThrownBy(() -> first.decompress(page, 0, 8, page, 16, 8))
        .isInstanceOf(IllegalStateException.class);
    try (Codecs others = codecs) {
      assertThat(others.of(6)).isNotSameAs(first);
    }
  }

  @Test
  void whatIsNotReadIsNotKept() {
    try (Codecs codecs = new Codecs()) {
      assertThatThrownBy(() -> codecs.of(3)).hasMessageContaining("LZO");
      assertThatThrownBy(() -> codecs.of(99)).hasMessageContaining("number 99");
      assertThatThrownBy(() -> codecs.of(-1)).hasMessageContaining("number -1");
    }
  }
}
