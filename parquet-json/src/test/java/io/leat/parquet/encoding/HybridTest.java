package io.leat.parquet.encoding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.parquet.bounds.Refusal;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Random;
import org.apache.parquet.column.values.ValuesWriter;
import org.apache.parquet.column.values.bitpacking.ByteBitPackingValuesWriter;
import org.apache.parquet.column.values.bitpacking.Packer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Numbers that are packed from the highest bit down. */
class HybridTest {
  private static final int COUNT = 1_003;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 7, 8, 12, 31})
  void packedFromTheHighestBitAreReadAndSkipped(int width) throws Exception {
    Random random = new Random(width);
    int[] numbers = random.ints(COUNT).map(number -> number >>> (32 - width)).toArray();
    byte[] packed = packed(numbers, width);
    Hybrid hybrid = new Hybrid();
    hybrid.resetPacked(Arrays.copyOf(packed, packed.length + 8), 0, COUNT, width);

    int at = 0;
    while (at < COUNT) {
      int n = Math.min(COUNT - at, 1 + random.nextInt(50));
      assertThat(hybrid.sameAs(numbers[at], n)).isZero();
      if (random.nextBoolean()) {
        hybrid.skip(n);
      } else {
        int[] read = new int[n + 2];
        hybrid.read(read, 1, n);
        assertThat(Arrays.copyOfRange(read, 1, n + 1))
            .isEqualTo(Arrays.copyOfRange(numbers, at, at + n));
      }
      at += n;
    }
    assertThatThrownBy(() -> hybrid.read(new int[1], 0, 1)).isInstanceOf(Refusal.class);
  }

  private static byte[] packed(int[] numbers, int width) throws Exception {
    int most = (int) ((1L << width) - 1);
    try (ValuesWriter writer = new ByteBitPackingValuesWriter(most, Packer.BIG_ENDIAN)) {
      for (int number : numbers) {
        writer.writeInteger(number);
      }
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      writer.getBytes().writeAllTo(bytes);
      return bytes.toByteArray();
    }
  }
}
