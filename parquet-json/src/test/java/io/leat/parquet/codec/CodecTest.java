package io.leat.parquet.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.parquet.bounds.Refusal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The codecs that no writer of the other tests has. */
class CodecTest {
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

  private static String decompress(byte[] bytes, int size) {
    byte[] target = new byte[size + 64];
    try (Codec codec = Codec.of(LZ4)) {
      codec.decompress(Arrays.copyOf(bytes, bytes.length + 64), 0, bytes.length, target, 0, size);
    }
    return new String(target, 0, size, StandardCharsets.US_ASCII);
  }
}
