package io.leat.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.apache.parquet.variant.Variant;
import org.apache.parquet.variant.VariantBuilder;
import org.apache.parquet.variant.VariantObjectBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A variant is its value as JSON, whether it is in one piece or shredded into columns. */
class VariantTest {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

  private static final String SHREDDED =
      """
      message s {
        optional group v (VARIANT(1)) {
          required binary metadata;
          optional binary value;
          optional group typed_value {
            required group id { optional binary value; optional int64 typed_value; }
            required group at { optional binary value; optional int32 typed_value (DATE); }
            required group tags {
              optional binary value;
              optional group typed_value (LIST) {
                repeated group list {
                  required group element { optional binary value; optional binary typed_value (UTF8); }
                }
              }
            }
          }
        }
      }
      """;

  @Test
  void aVariantIsItsValue(@TempDir Path directory) throws Exception {
    Field metadata = bytes("metadata");
    Field value = bytes("value");
    Field variant =
        new Field(
            "v",
            Field.Repetition.OPTIONAL,
            null,
            0,
            new LogicalType.Variant(),
            null,
            List.of(metadata, value));
    MessageType type = MessageTypes.of(new Schema("s", List.of(variant)));
    Path file = directory.resolve("variant.parquet");
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new LocalOutputFile(file))
            .withConf(new PlainParquetConfiguration())
            .withType(type)
            .build()) {
      SimpleGroupFactory groups = new SimpleGroupFactory(type);
      Group row = groups.newGroup();
      Group group = row.addGroup("v");
      Variant object = object();
      group.add("metadata", binary(object.getMetadataBuffer()));
      group.add("value", binary(object.getValueBuffer()));
      writer.write(row);
      writer.write(groups.newGroup());
    }

    assertThat(Converting.json(Files.readAllBytes(file), JsonOptions.DEFAULT, 1))
        .isEqualTo(
            "{\"v\":{\"a\":12,\"b\":\"x\\\"y\",\"c\":0.5,\"d\":\"2021-01-01\"}}\n{\"v\":null}\n");
  }

  @Test
  void whatDuckDbShreddedIsReadAsDuckDbDoes(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("duck.parquet");
    try (DuckDb duck = new DuckDb()) {
      duck.run(
          """
          COPY (
            SELECT CASE i %% 6
              WHEN 0 THEN {'a': i, 'b': 'x"' || i, 'c': [1, NULL, i]}::VARIANT
              WHEN 1 THEN {'a': 't', 'd': (i + 0.25)::DECIMAL(9, 2), 'e': {'f': i / 7, 'g': DATE '2021-01-01'}}::VARIANT
              WHEN 2 THEN i::VARIANT
              WHEN 3 THEN {'c': []::INTEGER[], 'z': NULL, 'u': md5(i::VARCHAR)::UUID}::VARIANT
              WHEN 4 THEN [{'k': i}::VARIANT, {'k': 'text', 'm': [[i]]}::VARIANT]::VARIANT
              ELSE NULL END AS v,
              {'only': i, 'list': [{'n': i %% 3}, {'n': NULL}]}::VARIANT AS w
            FROM range(20000) t(i)
          ) TO '%s' (FORMAT parquet, ROW_GROUP_SIZE 4096)
          """
              .formatted(file));
      List<String> expected =
          duck
              .rows("SELECT {'v': v::JSON, 'w': w::JSON}::JSON::VARCHAR FROM '" + file + "'")
              .stream()
              .map(row -> row.get(0))
              .toList();
      for (int threads : new int[] {1, 3}) {
        List<String> rows = Converting.json(file, JsonOptions.DEFAULT, threads).lines().toList();
        assertThat(rows).hasSameSizeAs(expected);
        for (int i = 0; i < rows.size(); i++) {
          assertThat(JSON.readTree(rows.get(i))).isEqualTo(JSON.readTree(expected.get(i)));
        }
      }
    }
  }

  @Test
  void membersOfAnObjectInColumnsAndOutsideAreInTheOrderOfTheirNames(@TempDir Path directory)
      throws Exception {
    Variant rest = variant(Map.of("b", 1L, "j", 2L, "z", 3L));
    assertThat(
            shredded(
                directory,
                rest,
                v -> {
                  v.add("value", binary(rest.getValueBuffer()));
                  Group typed = v.addGroup("typed_value");
                  typed.addGroup("id").add("typed_value", 7L);
                  typed.addGroup("at").add("typed_value", 18_628);
                  typed.addGroup("tags");
                }))
        .isEqualTo("{\"v\":{\"at\":\"2021-01-01\",\"b\":1,\"id\":7,\"j\":2,\"z\":3}}\n");
  }

  @Test
  void aMemberInAColumnCountsMoreThanTheSameOutside(@TempDir Path directory) throws Exception {
    Variant rest = variant(Map.of("id", 1L));
    assertThat(
            shredded(
                directory,
                rest,
                v -> {
                  v.add("value", binary(rest.getValueBuffer()));
                  Group typed = v.addGroup("typed_value");
                  typed.addGroup("id").add("typed_value", 7L);
                  typed.addGroup("at");
                  typed.addGroup("tags");
                }))
        .isEqualTo("{\"v\":{\"id\":7}}\n");
  }

  @Test
  void aMemberOfAnotherTypeAndAnElementWithoutValue(@TempDir Path directory) throws Exception {
    Variant text = text("soon");
    assertThat(
            shredded(
                directory,
                text,
                v -> {
                  Group typed = v.addGroup("typed_value");
                  typed.addGroup("id");
                  typed.addGroup("at").add("value", binary(text.getValueBuffer()));
                  Group tags = typed.addGroup("tags").addGroup("typed_value");
                  tags.addGroup("list").addGroup("element").add("typed_value", "a");
                  tags.addGroup("list").addGroup("element");
                  Group other = tags.addGroup("list").addGroup("element");
                  other.add("value", binary(text.getValueBuffer()));
                }))
        .isEqualTo("{\"v\":{\"at\":\"soon\",\"tags\":[\"a\",null,\"soon\"]}}\n");
  }

  @Test
  void aValueInOnePieceAndNoneAtAll(@TempDir Path directory) throws Exception {
    Variant text = text("whole");
    assertThat(shredded(directory, text, v -> v.add("value", binary(text.getValueBuffer()))))
        .isEqualTo("{\"v\":\"whole\"}\n");
    assertThat(shredded(directory, text, v -> {})).isEqualTo("{\"v\":null}\n");
  }

  @Test
  void twoValuesAtOnceAreRefused(@TempDir Path directory) {
    Variant text = text("x");
    assertThatThrownBy(
            () ->
                shredded(
                    directory,
                    text,
                    v -> {
                      v.add("value", binary(text.getValueBuffer()));
                      Group typed = v.addGroup("typed_value");
                      typed.addGroup("id");
                      typed.addGroup("at");
                      typed.addGroup("tags");
                    }))
        .isInstanceOfSatisfying(
            FileException.class, e -> assertThat(e.code()).isEqualTo("bad-variant"));
  }

  @Test
  void columnsThatNoVariantHasAreRefused(@TempDir Path directory) {
    for (String column :
        List.of(
            "optional int32 typed_value (INTEGER(32,false));",
            "optional int64 typed_value (TIMESTAMP(MILLIS,true));",
            "optional int96 typed_value;",
            "repeated int32 typed_value;",
            "optional binary other;",
            "optional group typed_value { required int32 id; }",
            "optional group typed_value (LIST) { repeated int32 array; }")) {
      assertThatThrownBy(
              () ->
                  written(
                      directory,
                      "message s { optional group v (VARIANT(1)) { required binary metadata;"
                          + " optional binary value; "
                          + column
                          + " } }",
                      row -> {}))
          .as(column)
          .isInstanceOfSatisfying(
              FileException.class, e -> assertThat(e.code()).isEqualTo("bad-schema"));
    }
  }

  private static String shredded(Path directory, Variant names, Consumer<Group> fill)
      throws Exception {
    return written(
        directory,
        SHREDDED,
        row -> {
          Group v = row.addGroup("v");
          v.add("metadata", binary(names.getMetadataBuffer()));
          fill.accept(v);
        });
  }

  private static String written(Path directory, String schema, Consumer<Group> fill)
      throws Exception {
    MessageType type = MessageTypeParser.parseMessageType(schema);
    Path file = Files.createTempFile(directory, "variant", ".parquet");
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new LocalOutputFile(file))
            .withConf(new PlainParquetConfiguration())
            .withWriteMode(ParquetFileWriter.Mode.OVERWRITE)
            .withType(type)
            .build()) {
      Group row = new SimpleGroupFactory(type).newGroup();
      fill.accept(row);
      writer.write(row);
    }
    return Converting.json(Files.readAllBytes(file), JsonOptions.DEFAULT, 1);
  }

  private static Variant text(String text) {
    VariantBuilder builder = new VariantBuilder();
    builder.appendString(text);
    return builder.build();
  }

  private static Variant variant(Map<String, Long> members) {
    VariantBuilder builder = new VariantBuilder();
    VariantObjectBuilder object = builder.startObject();
    members.forEach(
        (name, value) -> {
          object.appendKey(name);
          object.appendLong(value);
        });
    builder.endObject();
    return builder.build();
  }

  private static Variant object() {
    VariantBuilder builder = new VariantBuilder();
    VariantObjectBuilder object = builder.startObject();
    object.appendKey("a");
    object.appendLong(12);
    object.appendKey("b");
    object.appendString("x\"y");
    object.appendKey("c");
    object.appendDouble(0.5);
    object.appendKey("d");
    object.appendDate(18_628);
    builder.endObject();
    return builder.build();
  }

  private static Binary binary(ByteBuffer bytes) {
    byte[] copy = new byte[bytes.remaining()];
    bytes.duplicate().get(copy);
    return Binary.fromConstantByteArray(copy);
  }

  private static Field bytes(String name) {
    return new Field(
        name,
        Field.Repetition.REQUIRED,
        Field.Physical.BYTE_ARRAY,
        0,
        new LogicalType.None(),
        null,
        List.of());
  }
}
