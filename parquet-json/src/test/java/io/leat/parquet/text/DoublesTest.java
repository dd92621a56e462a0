package io.leat.parquet.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Numbers are the shortest of at least two digits that read back as the same, as since Java 19. */
class DoublesTest {
  private static final long SEED = 42;
  private final byte[] out = new byte[64];

  @Test
  void eachDoubleReadsBackAsItselfAndNoShorterDecimalDoes() {
    Random random = new Random(SEED);
    for (int i = 0; i < 400_000; i++) {
      double value = sample(random, i);
      if (!Double.isFinite(value)) {
        continue;
      }
      String text = write(value);
      assertThat(Double.parseDouble(text)).as(text).isEqualTo(value);
      int digits = digits(text);
      if (digits > 2) {
        assertThat(shorterReadsBack(new BigDecimal(text), digits, value)).as(text).isFalse();
      }
    }
  }

  @Test
  void eachFloatReadsBackAsItselfAndNoShorterDecimalDoes() {
    Random random = new Random(SEED);
    for (int i = 0; i < 400_000; i++) {
      float value = Float.intBitsToFloat(random.nextInt());
      if (!Float.isFinite(value)) {
        continue;
      }
      String text = new String(out, 0, Doubles.write(value, out, 0), StandardCharsets.US_ASCII);
      assertThat(Float.parseFloat(text)).as(text).isEqualTo(value);
      int digits = digits(text);
      if (digits > 2) {
        BigDecimal decimal = new BigDecimal(text);
        BigDecimal down =
            decimal.round(new java.math.MathContext(digits - 1, java.math.RoundingMode.FLOOR));
        BigDecimal up =
            decimal.round(new java.math.MathContext(digits - 1, java.math.RoundingMode.CEILING));
        assertThat(down.floatValue() == value || up.floatValue() == value).as(text).isFalse();
      }
    }
  }

  @Test
  void formsAreThoseOfJson() {
    assertThat(write(0)).isEqualTo("0.0");
    assertThat(write(-0.0)).isEqualTo("-0.0");
    assertThat(write(1)).isEqualTo("1.0");
    assertThat(write(12.5)).isEqualTo("12.5");
    assertThat(write(0.07)).isEqualTo("0.07");
    assertThat(write(-123.456789)).isEqualTo("-123.456789");
    assertThat(write(1e15)).isEqualTo("1000000000000000.0");
    assertThat(write(1e22)).isEqualTo("1e22");
    assertThat(write(1.25e-7)).isEqualTo("1.25e-7");
    assertThat(write(0.00001)).isEqualTo("0.00001");
    assertThat(write(Double.MIN_VALUE)).isEqualTo("4.9e-324");
    assertThat(write(Double.MAX_VALUE)).isEqualTo("1.7976931348623157e308");
    assertThat(write(2e-323)).isEqualTo("2e-323");
  }

  private static double sample(Random random, int i) {
    return switch (i % 6) {
      case 0 -> random.nextInt(10_000_000) / 100.0;
      case 1 -> random.nextDouble() * 1e6;
      case 2 -> Math.round(random.nextDouble() * 1e9) / 1e6;
      case 3 -> random.nextInt(1_000_000) * Math.pow(10, random.nextInt(40) - 20);
      default -> Double.longBitsToDouble(random.nextLong());
    };
  }

  private String write(double value) {
    return new String(out, 0, Doubles.write(value, out, 0), StandardCharsets.US_ASCII);
  }

  private static int digits(String text) {
    return new BigDecimal(text).stripTrailingZeros().precision();
  }

  private static boolean shorterReadsBack(BigDecimal decimal, int digits, double value) {
    var down = new java.math.MathContext(digits - 1, java.math.RoundingMode.FLOOR);
    var up = new java.math.MathContext(digits - 1, java.math.RoundingMode.CEILING);
    return decimal.round(down).doubleValue() == value || decimal.round(up).doubleValue() == value;
  }
}
