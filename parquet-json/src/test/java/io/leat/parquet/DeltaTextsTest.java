package io.leat.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.parquet.bytes.HeapByteBufferAllocator;
import org.apache.parquet.column.values.ValuesWriter;
import org.apache.parquet.column.values.deltalengthbytearray.DeltaLengthByteArrayValuesWriter;
import org.apache.parquet.column.values.deltastrings.DeltaByteArrayWriter;
import org.apache.parquet.format.ConvertedType;
import org.apache.parquet.format.Encoding;
import org.apache.parquet.format.FieldRepetitionType;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.Type;
import org.apache.parquet.io.api.Binary;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Texts whose lengths stand in front of them: read, skipped, and cut short. */
class DeltaTextsTest {
  private static final int SIZE = 1 << 20;

  @ParameterizedTest
  @CsvSource({
    "DELTA_LENGTH_BYTE_ARRAY, 1", "DELTA_LENGTH_BYTE_ARRAY, 2",
    "DELTA_LENGTH_BYTE_ARRAY, 33", "DELTA_LENGTH_BYTE_ARRAY, 5000",
    "DELTA_BYTE_ARRAY, 1", "DELTA_BYTE_ARRAY, 2",
    "DELTA_BYTE_ARRAY, 33", "DELTA_BYTE_ARRAY, 5000"
  })
  void whatIsSkippedIsSkippedAndTheRestIsThere(Encoding encoding, int rows) throws Exception {
    List<String> texts = texts(rows);
    byte[] file = file(encoding, texts, bodyOf(encoding, texts));
    JsonOptions some = JsonOptions.DEFAULT.withFilter(Filter.parse("a > 'p5' OR a = 'p1'"));

    assertThat(Converting.json(file, JsonOptions.DEFAULT, 1)).isEqualTo(json(texts));
    assertThat(Converting.json(file, some, 1))
        .isEqualTo(
            json(
                texts.stream()
                    .filter(text -> text.compareTo("p5") > 0 || text.equals("p1"))
                    .toList()));
  }

  @ParameterizedTest
  @CsvSource({"DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY"})
  void whatIsCutShortIsCorrupt(Encoding encoding) throws Exception {
    List<String> texts = texts(300);
    byte[] whole = bodyOf(encoding, texts);

    for (int length = 0; length < whole.length; length += 1 + length / 9) {
      byte[] file = file(encoding, texts, Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> Converting.json(file, JsonOptions.DEFAULT, 1))
          .isInstanceOfSatisfying(
              FileException.class,
              e -> assertThat(e.category()).isEqualTo(FileErrorCategory.CORRUPT));
    }
  }

  private static List<String> texts(int rows) {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      texts.add("p" + i * 7_919L % 1_000 + "x".repeat(i / 700 % 2 == 0 ? i % 40 : 0));
    }
    return texts;
  }

  private static String json(List<String> texts) {
    StringBuilder lines = new StringBuilder();
    texts.forEach(text -> lines.append("{\"a\":\"").append(text).append("\"}\n"));
    return lines.toString();
  }

  private static byte[] bodyOf(Encoding encoding, List<String> texts) throws Exception {
    HeapByteBufferAllocator heap = HeapByteBufferAllocator.getInstance();
    try (ValuesWriter writer =
        encoding == Encoding.DELTA_BYTE_ARRAY
            ? new DeltaByteArrayWriter(SIZE, SIZE, heap)
            : new DeltaLengthByteArrayValuesWriter(SIZE, SIZE, heap)) {
      texts.forEach(text -> writer.writeBytes(Binary.fromString(text)));
      return HandmadeFile.bytes(writer.getBytes());
    }
  }

  private static byte[] file(Encoding encoding, List<String> texts, byte[] body) throws Exception {
    SchemaElement column =
        HandmadeFile.leaf("a", FieldRepetitionType.REQUIRED, Type.BYTE_ARRAY)
            .setConverted_type(ConvertedType.UTF8);
    return HandmadeFile.of(
        HandmadeFile.only(column),
        texts.size(),
        HandmadeFile.header(texts.size(), encoding),
        body,
        meta -> {});
  }
}
