package io.leat.parquet;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.parquet.format.Encoding;
import org.apache.parquet.format.FieldRepetitionType;
import org.apache.parquet.format.Statistics;
import org.apache.parquet.format.Type;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bounds of doubles that writers of some years have left, and that bound nothing. */
class StatisticBoundsTest {
  @ParameterizedTest
  @CsvSource({
    "FLOAT, a = 1, '1.0'",
    "FLOAT, a < 2, '1.0'",
    "DOUBLE, a = 1, '1.0'",
    "DOUBLE, a <= 1, '1.0'",
    "DOUBLE, a < 1.5, '1.0'",
    "DOUBLE, 'a IN (1, 7)', '1.0'",
    "DOUBLE, a >= 3, '3.0 \"NaN\"'",
    "DOUBLE, a > 3, '\"NaN\"'"
  })
  void nanBoundsNoRows(Type type, String filter, String expected) throws Exception {
    double[] values = {1, 3, Double.NaN};
    for (double[] bounds :
        new double[][] {{Double.NaN, Double.NaN}, {Double.NaN, 3}, {1, Double.NaN}}) {
      assertThat(kept(type, values, bounds[0], bounds[1], filter)).isEqualTo(lines(expected));
    }
  }

  @ParameterizedTest
  @CsvSource({"a = 0", "a >= 0", "a <= 0", "a >= -0.0", "NOT a <> 0"})
  void bothZerosAreWithinEachOfThem(String filter) throws Exception {
    double[] values = {-0.0, 0.0};

    assertThat(kept(Type.DOUBLE, values, 0.0, -0.0, filter)).isEqualTo(lines("-0.0 0.0"));
    assertThat(kept(Type.FLOAT, values, 0.0, -0.0, filter)).isEqualTo(lines("-0.0 0.0"));
  }

  @Test
  void nanIsNotToldAsTheSmallestValue() throws Exception {
    byte[] file = file(Type.DOUBLE, new double[] {1, Double.NaN}, Double.NaN, 1);

    try (ParquetFile opened = ParquetFile.open(ByteSource.of(file), Limits.DEFAULT)) {
      assertThat(opened.columns().get(0).min()).isEmpty();
      assertThat(opened.columns().get(0).max()).isEqualTo("1.0");
    }
  }

  private static String kept(Type type, double[] values, double min, double max, String filter)
      throws Exception {
    JsonOptions options = JsonOptions.DEFAULT.withFilter(Filter.parse(filter));
    return Converting.json(file(type, values, min, max), options, 1);
  }

  private static String lines(String values) {
    StringBuilder lines = new StringBuilder();
    for (String value : values.split(" ", -1)) {
      lines.append("{\"a\":").append(value).append("}\n");
    }
    return lines.toString();
  }

  private static byte[] file(Type type, double[] values, double min, double max) throws Exception {
    Statistics statistics = new Statistics().setNull_count(0);
    statistics.setMin_value(plain(type, min));
    statistics.setMax_value(plain(type, max));
    return HandmadeFile.of(
        HandmadeFile.only(HandmadeFile.leaf("a", FieldRepetitionType.REQUIRED, type)),
        values.length,
        HandmadeFile.header(values.length, Encoding.PLAIN),
        plain(type, values),
        meta -> meta.setStatistics(statistics));
  }

  private static byte[] plain(Type type, double... values) {
    int width = type == Type.FLOAT ? 4 : 8;
    ByteBuffer bytes = ByteBuffer.allocate(width * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (double value : values) {
      if (type == Type.FLOAT) {
        bytes.putFloat((float) value);
      } else {
        bytes.putDouble(value);
      }
    }
    return bytes.array();
  }
}
