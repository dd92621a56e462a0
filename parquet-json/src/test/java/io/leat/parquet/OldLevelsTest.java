package io.leat.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.column.values.ValuesWriter;
import org.apache.parquet.column.values.bitpacking.ByteBitPackingValuesWriter;
import org.apache.parquet.column.values.bitpacking.Packer;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.format.DataPageHeader;
import org.apache.parquet.format.Encoding;
import org.apache.parquet.format.FieldRepetitionType;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.Type;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Levels that are bit-packed without runs, as writers had them before 2014. */
class OldLevelsTest {
  private static final List<SchemaElement> SCHEMA =
      List.of(
          HandmadeFile.root(1),
          HandmadeFile.group("a", FieldRepetitionType.OPTIONAL, 1),
          HandmadeFile.leaf("b", FieldRepetitionType.REPEATED, Type.INT32));

  private final List<Integer> repetitions = new ArrayList<>();
  private final List<Integer> definitions = new ArrayList<>();
  private final List<Integer> values = new ArrayList<>();
  private final StringBuilder expected = new StringBuilder();

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 5_000})
  void areReadAsParquetJavaReadsThem(int rows, @TempDir Path directory) throws Exception {
    fill(rows);
    byte[] file = file(rows, Encoding.BIT_PACKED, body());

    for (int threads = 1; threads <= 2; threads++) {
      assertThat(Converting.json(file, JsonOptions.DEFAULT, threads))
          .isEqualTo(expected.toString());
    }
    Path path = directory.resolve("old.parquet");
    Files.write(path, file);
    assertThat(byParquetJava(path)).isEqualTo(expected.toString());
  }

  @Test
  void areRefusedWhenTheyAreCutShort() throws Exception {
    fill(1_000);
    byte[] file = file(1_000, Encoding.BIT_PACKED, Arrays.copyOf(body(), 100));

    assertThatThrownBy(() -> Converting.json(file, JsonOptions.DEFAULT, 1))
        .isInstanceOf(FileException.class)
        .hasMessage("a page is too short for its levels");
  }

  @Test
  void inAnotherEncodingAreRefused() throws Exception {
    fill(3);
    byte[] file = file(3, Encoding.PLAIN, body());

    assertThatThrownBy(() -> Converting.json(file, JsonOptions.DEFAULT, 1))
        .isInstanceOfSatisfying(
            FileException.class,
            e -> assertThat(e.category()).isEqualTo(FileErrorCategory.UNSUPPORTED))
        .hasMessage("levels in the encoding number 0 are not read");
  }

  private void fill(int rows) {
    Random random = new Random(5);
    for (int row = 0; row < rows; row++) {
      int count = random.nextInt(6) - 2;
      if (count < 0) {
        entry(0, 0);
        expected.append("{\"a\":null}\n");
        continue;
      }
      if (count == 0) {
        entry(0, 1);
      }
      List<Integer> list = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        entry(i == 0 ? 0 : 1, 2);
        list.add(random.nextInt(100));
      }
      values.addAll(list);
      expected.append(line(list));
    }
  }

  private void entry(int repetition, int definition) {
    repetitions.add(repetition);
    definitions.add(definition);
  }

  private static String line(List<Integer> list) {
    return "{\"a\":{\"b\":" + list.toString().replace(" ", "") + "}}\n";
  }

  private byte[] body() throws Exception {
    byte[] first = packed(repetitions, 1);
    byte[] second = packed(definitions, 2);
    ByteBuffer body =
        ByteBuffer.allocate(first.length + second.length + 4 * values.size())
            .order(ByteOrder.LITTLE_ENDIAN);
    body.put(first).put(second);
    values.forEach(body::putInt);
    return body.array();
  }

  private static byte[] packed(List<Integer> levels, int most) throws Exception {
    try (ValuesWriter writer = new ByteBitPackingValuesWriter(most, Packer.BIG_ENDIAN)) {
      levels.forEach(writer::writeInteger);
      return HandmadeFile.bytes(writer.getBytes());
    }
  }

  private byte[] file(int rows, Encoding levels, byte[] body) throws Exception {
    DataPageHeader header = new DataPageHeader(definitions.size(), Encoding.PLAIN, levels, levels);
    return HandmadeFile.of(SCHEMA, rows, header, body, meta -> {});
  }

  private static String byParquetJava(Path path) throws Exception {
    StringBuilder lines = new StringBuilder();
    ParquetReadOptions options =
        ParquetReadOptions.builder(new PlainParquetConfiguration()).build();
    try (ParquetFileReader reader = ParquetFileReader.open(new LocalInputFile(path), options)) {
      MessageType schema = reader.getFooter().getFileMetaData().getSchema();
      PageReadStore pages = reader.readNextRowGroup();
      RecordReader<Group> records =
          new ColumnIOFactory()
              .getColumnIO(schema)
              .getRecordReader(pages, new GroupRecordConverter(schema));
      for (long row = 0; row < pages.getRowCount(); row++) {
        Group group = records.read();
        if (group.getFieldRepetitionCount("a") == 0) {
          lines.append("{\"a\":null}\n");
          continue;
        }
        Group inner = group.getGroup("a", 0);
        List<Integer> list = new ArrayList<>();
        for (int i = 0; i < inner.getFieldRepetitionCount("b"); i++) {
          list.add(inner.getInteger("b", i));
        }
        lines.append(line(list));
      }
    }
    return lines.toString();
  }
}
