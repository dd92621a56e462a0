package io.leat.parquet;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.variant.Variant;
import org.apache.parquet.variant.VariantBuilder;
import org.apache.parquet.variant.VariantObjectBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A variant that is not shredded is its value as JSON. */
class VariantTest {
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
    bytes.get(copy);
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
