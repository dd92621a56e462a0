package io.leat.parquet;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.apache.parquet.column.ParquetProperties;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/** Files that parquet-java writes, with all types and all legacy forms of lists. */
enum TestingFiles {
  TYPES(
      """
      message types {
        required boolean flag;
        optional int32 plain_int;
        optional int32 small (INTEGER(8,true));
        optional int32 unsigned (INTEGER(32,false));
        optional int64 unsigned_long (INTEGER(64,false));
        optional int32 day (DATE);
        optional int32 time_ms (TIME(MILLIS,true));
        optional int64 time_us (TIME(MICROS,false));
        optional int64 time_ns (TIME(NANOS,true));
        optional int64 ts_ms (TIMESTAMP(MILLIS,true));
        optional int64 ts_us (TIMESTAMP(MICROS,false));
        optional int64 ts_ns (TIMESTAMP(NANOS,true));
        optional int96 old;
        optional float single;
        optional double real;
        optional int32 d9 (DECIMAL(9,2));
        optional int64 d18 (DECIMAL(18,4));
        optional binary d30 (DECIMAL(30,10));
        optional fixed_len_byte_array(16) d38 (DECIMAL(38,0));
        optional binary text (STRING);
        optional binary kind (ENUM);
        optional binary doc (JSON);
        optional binary bson (BSON);
        optional binary blob;
        optional fixed_len_byte_array(5) five;
        optional fixed_len_byte_array(16) uuid (UUID);
        optional fixed_len_byte_array(2) half (FLOAT16);
      }\
      """),
  LISTS(
      """
      message lists {
        repeated int32 bare;
        repeated group bare_group { optional binary x (STRING); }
        optional group three (LIST) { repeated group list { optional int64 element; } }
        optional group two (LIST) { repeated int32 array; }
        optional group avro (LIST) { repeated group array { optional int32 x; } }
        optional group thrift (LIST) { repeated group thrift_tuple { required int32 x; } }
        optional group pair (LIST) { repeated group element { required int32 x; optional int32 y; } }
        optional group nested (LIST) { repeated group list { optional group element (LIST) { repeated group list { optional binary element (STRING); } } } }
        optional group names (MAP) { repeated group key_value { required binary key (STRING); optional int32 value; } }
        optional group numbers (MAP) { repeated group map { required int32 key; optional group value { optional double d; } } }
        optional group days (MAP) { repeated group key_value { required int32 key (DATE); required binary value (STRING); } }
        optional group keys (MAP) { repeated group key_value { required group key { required int32 a; optional binary b (STRING); } optional int32 value; } }
        required group deep { optional group a { optional group b { repeated group c { repeated binary d (STRING); } } } }
      }\
      """);

  private static final int ROWS = 3_000;

  @SuppressWarnings("ImmutableEnumChecker") // nobody changes it
  final MessageType schema;

  TestingFiles(String schema) {
    this.schema = MessageTypeParser.parseMessageType(schema);
  }

  byte[] write(Path directory, boolean hasDictionaries) throws IOException {
    return write(
        directory,
        ParquetProperties.WriterVersion.PARQUET_1_0,
        hasDictionaries,
        false,
        CompressionCodecName.SNAPPY);
  }

  byte[] write(
      Path directory,
      ParquetProperties.WriterVersion version,
      boolean hasDictionaries,
      boolean isSplit,
      CompressionCodecName codec)
      throws IOException {
    Path file = Files.createTempDirectory(directory, "parquet").resolve("file.parquet");
    SimpleGroupFactory groups = new SimpleGroupFactory(schema);
    Random random = new Random(7);
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new LocalOutputFile(file))
            .withConf(new PlainParquetConfiguration())
            .withType(schema)
            .withWriterVersion(version)
            .withDictionaryEncoding(hasDictionaries)
            .withByteStreamSplitEncoding(isSplit)
            .withCompressionCodec(codec)
            .withPageSize(4096)
            .withRowGroupRowCountLimit(1_100)
            .withPageWriteChecksumEnabled(true)
            .build()) {
      for (int row = 0; row < ROWS; row++) {
        Group group = groups.newGroup();
        if (this == TYPES) {
          types(group, random, row);
        } else {
          lists(group, random);
        }
        writer.write(group);
      }
    }
    return Files.readAllBytes(file);
  }

  private void types(Group group, Random random, int row) {
    group.add(0, random.nextBoolean());
    for (int i = 1; i < schema.getFieldCount(); i++) {
      if (random.nextInt(5) > 0) {
        type(group, i, random, row);
      }
    }
  }

  private void type(Group group, int i, Random random, int row) {
    switch (schema.getFieldName(i)) {
      case "plain_int", "unsigned" -> group.add(i, random.nextInt());
      case "small" -> group.add(i, random.nextInt(256) - 128);
      case "day" -> group.add(i, random.nextInt(40_000) - 20_000);
      case "time_ms" -> group.add(i, random.nextInt(86_400_000));
      case "time_us" -> group.add(i, (long) (random.nextDouble() * 86_400_000_000L));
      case "time_ns" -> group.add(i, (long) (random.nextDouble() * 86_400_000_000_000L));
      case "unsigned_long", "ts_ms" ->
          group.add(i, row % 100 == 0 && i == 4 ? -1L : row * 987_654_321_012L);
      case "ts_us" -> group.add(i, random.nextLong() / 1_000);
      case "ts_ns" -> group.add(i, random.nextLong());
      case "old" -> group.add(i, int96(random));
      case "single" ->
          group.add(i, row % 50 == 0 ? Float.NaN : Float.intBitsToFloat(random.nextInt()));
      case "real" -> group.add(i, row % 2 == 0 ? -0.0 : Double.longBitsToDouble(random.nextLong()));
      case "d9" -> group.add(i, random.nextInt(2_000_000) - 1_000_000);
      case "d18" -> group.add(i, random.nextLong() / 10);
      case "d30" ->
          group.add(i, Binary.fromConstantByteArray(bytes(random, 1 + random.nextInt(12))));
      case "d38" -> {
        byte[] wide = bytes(random, 16);
        java.util.Arrays.fill(wide, 0, 2, wide[2] < 0 ? (byte) -1 : 0);
        group.add(i, Binary.fromConstantByteArray(wide));
      }
      case "text" -> group.add(i, "text \"" + (row % 100) + "\" ü\n");
      case "kind" -> group.add(i, "KIND_" + row % 3);
      case "doc" ->
          group.add(
              i,
              row % 3 == 0
                  ? "{\"a\": [1, 2.50, null], \"b\":\"x\"}"
                  : row % 3 == 1 ? "12" : "\"s\"");
      case "half" -> group.add(i, Binary.fromConstantByteArray(half(random)));
      case "uuid" -> group.add(i, Binary.fromConstantByteArray(bytes(random, 16)));
      case "five" -> group.add(i, Binary.fromConstantByteArray(bytes(random, 5)));
      default -> group.add(i, Binary.fromConstantByteArray(bytes(random, random.nextInt(20))));
    }
  }

  private static byte[] half(Random random) {
    byte[] half = bytes(random, 2);
    if ((half[1] & 0x7c) == 0x7c) {
      half[1] = 0x3c;
    }
    return half;
  }

  private static byte[] bytes(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private static Binary int96(Random random) {
    ByteBuffer bytes = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(random.nextLong(86_400_000_000L) * 1_000);
    bytes.putInt(2_440_588 + random.nextInt(20_000) - 5_000);
    return Binary.fromConstantByteArray(bytes.array());
  }

  private static void lists(Group group, Random random) {
    for (int i = random.nextInt(3); i > 0; i--) {
      group.add("bare", random.nextInt(100));
    }
    for (int i = random.nextInt(3); i > 0; i--) {
      Group inner = group.addGroup("bare_group");
      if (random.nextBoolean()) {
        inner.add("x", "v" + random.nextInt(9));
      }
    }
    if (random.nextInt(4) > 0) {
      Group list = group.addGroup("three");
      for (int i = random.nextInt(4); i > 0; i--) {
        Group element = list.addGroup(0);
        if (random.nextInt(3) > 0) {
          element.add(0, random.nextLong());
        }
      }
    }
    if (random.nextInt(4) > 0) {
      Group list = group.addGroup("two");
      for (int i = random.nextInt(4); i > 0; i--) {
        list.add(0, random.nextInt(50));
      }
    }
    structs(group, "avro", random);
    structs(group, "thrift", random);
    structs(group, "pair", random);
    if (random.nextInt(4) > 0) {
      Group list = group.addGroup("nested");
      for (int i = random.nextInt(4); i > 0; i--) {
        Group element = list.addGroup(0);
        if (random.nextInt(3) > 0) {
          Group inner = element.addGroup(0);
          for (int j = random.nextInt(3); j > 0; j--) {
            Group last = inner.addGroup(0);
            if (random.nextBoolean()) {
              last.add(0, "x" + random.nextInt(5));
            }
          }
        }
      }
    }
    maps(group, random);
    Group deep = group.addGroup("deep");
    if (random.nextBoolean()) {
      Group a = deep.addGroup(0);
      if (random.nextBoolean()) {
        Group b = a.addGroup(0);
        for (int i = random.nextInt(3); i > 0; i--) {
          Group c = b.addGroup(0);
          for (int j = random.nextInt(3); j > 0; j--) {
            c.add(0, "d" + j);
          }
        }
      }
    }
  }

  private static void structs(Group group, String name, Random random) {
    if (random.nextInt(4) > 0) {
      Group list = group.addGroup(name);
      for (int i = random.nextInt(3); i > 0; i--) {
        list.addGroup(0).add(0, random.nextInt(50));
      }
    }
  }

  private static void maps(Group group, Random random) {
    if (random.nextInt(4) > 0) {
      Group map = group.addGroup("names");
      for (int i = random.nextInt(3); i > 0; i--) {
        Group entry = map.addGroup(0);
        entry.add(0, "key \"" + i);
        if (random.nextBoolean()) {
          entry.add(1, i);
        }
      }
    }
    if (random.nextInt(4) > 0) {
      Group map = group.addGroup("numbers");
      for (int i = random.nextInt(3); i > 0; i--) {
        Group entry = map.addGroup(0);
        entry.add(0, i * 7 - 10);
        if (random.nextBoolean()) {
          entry.addGroup(1).add(0, i / 3.0);
        }
      }
    }
    if (random.nextInt(4) > 0) {
      Group map = group.addGroup("days");
      for (int i = random.nextInt(3); i > 0; i--) {
        Group entry = map.addGroup(0);
        entry.add(0, i);
        entry.add(1, "day");
      }
    }
    if (random.nextInt(4) > 0) {
      Group map = group.addGroup("keys");
      for (int i = random.nextInt(3); i > 0; i--) {
        Group entry = map.addGroup(0);
        Group key = entry.addGroup(0);
        key.add(0, i);
        key.add(1, "b\"");
        entry.add(1, 5);
      }
    }
  }
}
