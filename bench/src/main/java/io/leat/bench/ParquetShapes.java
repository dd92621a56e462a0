package io.leat.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Random;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/**
 * The files of 10, with seeded values: written by parquet-java, snappy, dictionaries on, pages as
 * by default.
 */
enum ParquetShapes {
  /** NYC yellow taxi of January 2021: its columns, its number of rows, one row group. */
  TAXI(
      1_369_769,
      """
      message schema {
        optional int64 VendorID;
        optional int64 tpep_pickup_datetime (TIMESTAMP(MICROS,false));
        optional int64 tpep_dropoff_datetime (TIMESTAMP(MICROS,false));
        optional double passenger_count;
        optional double trip_distance;
        optional double RatecodeID;
        optional binary store_and_fwd_flag (STRING);
        optional int64 PULocationID;
        optional int64 DOLocationID;
        optional int64 payment_type;
        optional double fare_amount;
        optional double extra;
        optional double mta_tax;
        optional double tip_amount;
        optional double tolls_amount;
        optional double improvement_surcharge;
        optional double total_amount;
        optional double congestion_surcharge;
        optional double airport_fee;
      }\
      """),

  /** 200 columns of measurements with all digits. */
  WIDE(60_000, wideSchema()),

  /** Orders with lines, tags and attributes. */
  NESTED(
      200_000,
      """
      message schema {
        required int64 id;
        optional group customer { required binary name (STRING); optional binary city (STRING); }
        optional group tags (LIST) { repeated group list { optional binary element (STRING); } }
        optional group lines (LIST) { repeated group list { required group element {
          required binary sku (STRING); required int32 count; required double price; } } }
        optional group attributes (MAP) { repeated group key_value {
          required binary key (STRING); optional binary value (STRING); } }
      }\
      """),

  /** Texts, some with what must be escaped and some beyond ASCII. */
  STRINGS(
      200_000,
      """
      message schema {
        required binary id (STRING);
        optional binary url (STRING);
        optional binary agent (STRING);
        optional binary text (STRING);
      }\
      """),

  /** Texts of few kinds. */
  DICTIONARY(
      2_000_000,
      """
      message schema {
        required binary country (STRING);
        required binary device (STRING);
        required binary status (STRING);
        required int32 code;
        required int32 level;
      }\
      """);

  private static final String[] WORDS = {
    "sensor",
    "valve",
    "übung",
    "pump",
    "reading \"high\"",
    "ok",
    "пример",
    "line\nbreak",
    "gate",
    "temperature",
    "日本",
    "pressure",
    "motor",
    "shut",
    "open",
    "path\\to",
    "belt",
    "north",
    "hall"
  };

  private final int rows;
  private final String schema;

  ParquetShapes(int rows, String schema) {
    this.rows = rows;
    this.schema = schema;
  }

  int rows() {
    return rows;
  }

  private static String wideSchema() {
    StringBuilder schema = new StringBuilder("message schema {\n");
    for (int i = 0; i < 200; i++) {
      schema.append(i % 4 == 0 ? "optional int64 counter_" : "optional double value_");
      schema.append(i).append(";\n");
    }
    return schema.append("}").toString();
  }

  /** Writes so many rows; a row group has at most {@link #rows}. */
  void write(Path file, long count) throws IOException {
    MessageType type = MessageTypeParser.parseMessageType(schema);
    SimpleGroupFactory groups = new SimpleGroupFactory(type);
    Random random = new Random(2021);
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new LocalOutputFile(file))
            .withConf(new PlainParquetConfiguration())
            .withType(type)
            .withCompressionCodec(CompressionCodecName.SNAPPY)
            .withDictionaryEncoding(true)
            .withRowGroupSize(this == TAXI ? 1L << 40 : 128L << 20)
            .withRowGroupRowCountLimit(rows)
            .build()) {
      for (long row = 0; row < count; row++) {
        Group group = groups.newGroup();
        fill(group, random, row);
        writer.write(group);
      }
    }
  }

  private void fill(Group group, Random random, long row) {
    switch (this) {
      case TAXI -> taxi(group, random, row);
      case WIDE -> {
        for (int i = 0; i < 200; i++) {
          if (random.nextInt(20) > 0) {
            if (i % 4 == 0) {
              group.add(i, row * 1_000 + random.nextInt(1_000_000));
            } else {
              group.add(i, random.nextGaussian() * 1_000);
            }
          }
        }
      }
      case NESTED -> nested(group, random, row);
      case STRINGS -> {
        group.add(0, new java.util.UUID(random.nextLong(), random.nextLong()).toString());
        group.add(1, "https://example.org/" + text(random, 3).hashCode() + "/" + random.nextInt());
        group.add(2, "Mozilla/5.0 (X11; Linux x86_64; rv:" + random.nextInt(120) + ".0) Gecko");
        group.add(3, text(random, 10 + random.nextInt(60)));
      }
      case DICTIONARY -> {
        group.add(0, "country-" + random.nextInt(200));
        group.add(1, "device-model-" + random.nextInt(5_000));
        group.add(2, random.nextInt(10) > 0 ? "delivered" : "returned to sender");
        group.add(3, random.nextInt(500));
        group.add(4, random.nextInt(8));
      }
    }
  }

  private static String text(Random random, int words) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < words; i++) {
      text.append(i == 0 ? "" : " ").append(WORDS[random.nextInt(WORDS.length)]);
    }
    return text.toString();
  }

  private static double cents(double value) {
    return Math.round(value * 100) / 100.0;
  }

  private static void taxi(Group group, Random random, long row) {
    long begin = Instant.parse("2021-01-01T00:00:00Z").getEpochSecond();
    long pickup = begin + (long) (row % 1_369_769 * 1.955) + random.nextInt(3_600);
    int seconds = 120 + (int) Math.abs(random.nextGaussian() * 900);
    double miles = cents(Math.abs(random.nextGaussian() * 2.5) + 0.3);
    double fare = Math.round((2.5 + miles * 2.5 + seconds / 120.0) * 2) / 2.0;
    boolean isCard = random.nextInt(100) < 73;
    double extra = random.nextInt(3) == 0 ? 0 : random.nextInt(2) == 0 ? 0.5 : 2.5;
    double tip = isCard ? cents(fare * (0.1 + random.nextInt(20) / 100.0)) : 0;
    double tolls = random.nextInt(25) == 0 ? 6.12 : 0;
    double congestion = random.nextInt(10) == 0 ? 0 : 2.5;
    boolean isComplete = random.nextInt(100) >= 7;
    group.add(0, 1L + random.nextInt(2));
    group.add(1, pickup * 1_000_000);
    group.add(2, (pickup + seconds) * 1_000_000);
    group.add(4, miles);
    if (isComplete) {
      group.add(3, 1.0 + (random.nextInt(4) == 0 ? random.nextInt(5) : 0));
      group.add(5, random.nextInt(50) == 0 ? 2.0 + random.nextInt(4) : 1.0);
      group.add(6, random.nextInt(100) == 0 ? "Y" : "N");
      group.add(17, congestion);
    }
    group.add(7, 1L + random.nextInt(265));
    group.add(8, 1L + random.nextInt(265));
    group.add(9, isComplete ? isCard ? 1L : 2L : 0L);
    group.add(10, fare);
    group.add(11, extra);
    group.add(12, 0.5);
    group.add(13, tip);
    group.add(14, tolls);
    group.add(15, 0.3);
    group.add(16, cents(fare + extra + 0.8 + tip + tolls + congestion));
  }

  private static void nested(Group group, Random random, long row) {
    group.add(0, row);
    Group customer = group.addGroup(1);
    customer.add(0, "customer " + random.nextInt(50_000));
    if (random.nextBoolean()) {
      customer.add(1, WORDS[random.nextInt(WORDS.length)]);
    }
    Group tags = group.addGroup(2);
    for (int i = random.nextInt(4); i > 0; i--) {
      tags.addGroup(0).add(0, WORDS[random.nextInt(WORDS.length)]);
    }
    Group lines = group.addGroup(3);
    for (int i = 1 + random.nextInt(6); i > 0; i--) {
      Group line = lines.addGroup(0).addGroup(0);
      line.add(0, "SKU-" + random.nextInt(100_000));
      line.add(1, 1 + random.nextInt(9));
      line.add(2, cents(random.nextDouble() * 500));
    }
    if (random.nextInt(3) > 0) {
      Group attributes = group.addGroup(4);
      for (int i = random.nextInt(4); i > 0; i--) {
        Group entry = attributes.addGroup(0);
        entry.add(0, "attribute" + i);
        entry.add(1, Integer.toString(random.nextInt(1_000)));
      }
    }
  }
}
