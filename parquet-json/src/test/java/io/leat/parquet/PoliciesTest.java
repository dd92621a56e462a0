package io.leat.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What JSON has no form for, at the top, in groups, in lists and in maps. */
class PoliciesTest {
  private static final MessageType TYPE =
      MessageTypeParser.parseMessageType(
          """
          message m {
            required int32 id;
            optional group texts (LIST) { repeated group list { optional binary element (STRING); } }
            optional group reals (LIST) { repeated group list { optional double element; } }
            optional group inner { optional binary t (STRING); optional float f; }
            optional group map (MAP) { repeated group key_value { required binary key (STRING); optional double value; } }
            optional int64 big;
            optional group bigs (LIST) { repeated group list { required int64 element; } }
            optional int32 d9 (DECIMAL(9,2));
            optional int64 d18 (DECIMAL(18,4));
            optional fixed_len_byte_array(16) d38 (DECIMAL(38,10));
          }\
          """);

  private static final String PLAIN =
      "{\"id\":1,\"texts\":[\"a\"],\"reals\":[0.5],\"inner\":{\"t\":\"b\",\"f\":1.5},"
          + "\"map\":{\"k\":2.0},\"big\":1,\"bigs\":[2],\"d9\":0.03,\"d18\":\"0.0004\","
          + "\"d38\":\"0.0000000005\"}\n";

  private final Path file;

  PoliciesTest(@TempDir Path directory) {
    this.file = directory.resolve("policies.parquet");
  }

  /** A row of what is odd, and a plain one. */
  @BeforeEach
  void write() throws Exception {
    SimpleGroupFactory groups = new SimpleGroupFactory(TYPE);
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new LocalOutputFile(file))
            .withConf(new PlainParquetConfiguration())
            .withType(TYPE)
            .build()) {
      Group odd = groups.newGroup();
      odd.add("id", 0);
      Group texts = odd.addGroup("texts");
      texts.addGroup(0).add(0, "a");
      texts.addGroup(0).add(0, Binary.fromConstantByteArray(new byte[] {(byte) 0xff, (byte) 0xfe}));
      texts.addGroup(0);
      Group reals = odd.addGroup("reals");
      reals.addGroup(0).add(0, Double.NaN);
      reals.addGroup(0).add(0, Double.NEGATIVE_INFINITY);
      reals.addGroup(0);
      Group inner = odd.addGroup("inner");
      inner.add(0, Binary.fromConstantByteArray(new byte[] {(byte) 0xc3, '('}));
      inner.add(1, Float.POSITIVE_INFINITY);
      Group entry = odd.addGroup("map").addGroup(0);
      entry.add(0, "k");
      entry.add(1, Double.NaN);
      odd.add("big", (1L << 53) + 1);
      Group bigs = odd.addGroup("bigs");
      bigs.addGroup(0).add(0, -(1L << 53));
      bigs.addGroup(0).add(0, Long.MIN_VALUE);
      odd.add("d9", -105);
      odd.add("d18", 123456789012345678L);
      odd.add("d38", fixed(new BigInteger("-99999999999999999999999999999999999999")));
      writer.write(odd);

      Group plain = groups.newGroup();
      plain.add("id", 1);
      plain.addGroup("texts").addGroup(0).add(0, "a");
      plain.addGroup("reals").addGroup(0).add(0, 0.5);
      Group plainInner = plain.addGroup("inner");
      plainInner.add(0, "b");
      plainInner.add(1, 1.5f);
      Group plainEntry = plain.addGroup("map").addGroup(0);
      plainEntry.add(0, "k");
      plainEntry.add(1, 2.0);
      plain.add("big", 1L);
      plain.addGroup("bigs").addGroup(0).add(0, 2L);
      plain.add("d9", 3);
      plain.add("d18", 4L);
      plain.add("d38", fixed(BigInteger.valueOf(5)));
      writer.write(plain);
    }
  }

  private static Binary fixed(BigInteger value) {
    byte[] bytes = new byte[16];
    Arrays.fill(bytes, (byte) (value.signum() < 0 ? -1 : 0));
    byte[] own = value.toByteArray();
    System.arraycopy(own, 0, bytes, 16 - own.length, own.length);
    return Binary.fromConstantByteArray(bytes);
  }

  private String json(JsonOptions options) throws Exception {
    return Converting.json(file, options, 1);
  }

  @Test
  void whatIsOddIsReplaced() throws Exception {
    assertThat(json(JsonOptions.DEFAULT))
        .isEqualTo(
            "{\"id\":0,\"texts\":[\"a\",\"\uFFFD\uFFFD\",null],"
                + "\"reals\":[\"NaN\",\"-Infinity\",null],"
                + "\"inner\":{\"t\":\"\uFFFD(\",\"f\":\"Infinity\"},\"map\":{\"k\":\"NaN\"},"
                + "\"big\":9007199254740993,\"bigs\":[-9007199254740992,-9223372036854775808],"
                + "\"d9\":-1.05,\"d18\":\"12345678901234.5678\","
                + "\"d38\":\"-9999999999999999999999999999.9999999999\"}\n"
                + PLAIN);
  }

  @Test
  void bytesOfATextAreKept() throws Exception {
    assertThat(json(JsonOptions.DEFAULT.withInvalidText(InvalidText.BASE64)))
        .contains("\"texts\":[\"a\",{\"base64\":\"//4=\"},null]")
        .contains("\"inner\":{\"t\":{\"base64\":\"wyg=\"},");
  }

  @Test
  void whatIsNoNumberIsNull() throws Exception {
    assertThat(json(JsonOptions.DEFAULT.withNonFinite(NonFinite.NULL)))
        .contains("\"reals\":[null,null,null]")
        .contains("\"f\":null}")
        .contains("\"map\":{\"k\":null}");
  }

  @Test
  void onlyNullsOfTheFileAreLeftOutAndNoneInLists() throws Exception {
    assertThat(
            json(JsonOptions.DEFAULT.withNulls(Nulls.OMIT).withNonFinite(NonFinite.NULL))
                .lines()
                .findFirst()
                .orElseThrow())
        .contains("\"texts\":[\"a\",\"\uFFFD\uFFFD\",null],\"reals\":[null,null,null]")
        .contains("\"inner\":{\"t\":\"\uFFFD(\",\"f\":null},\"map\":{\"k\":null}");
  }

  @Test
  void rowsAreRejectedForEachReasonAlone() throws Exception {
    for (JsonOptions options :
        new JsonOptions[] {
          JsonOptions.DEFAULT.withNonFinite(NonFinite.REJECT),
          JsonOptions.DEFAULT.withInvalidText(InvalidText.REJECT)
        }) {
      Converting sink = new Converting();
      Converted converted =
          sink.run(Files.readAllBytes(file), options, OutputOptions.DEFAULT, 1, Limits.DEFAULT);

      assertThat(sink.text(0)).isEqualTo(PLAIN);
      String reason =
          options.nonFinite() == NonFinite.REJECT ? Rejections.NON_FINITE : Rejections.INVALID_TEXT;
      assertThat(converted.rejected().keySet()).isEqualTo(Map.of(reason, 1).keySet());
      assertThat(converted.rejected().values())
          .singleElement()
          .satisfies(
              one -> {
                assertThat(one.count()).isEqualTo(1);
                assertThat(one.firstRows()).containsExactly(0L);
              });
    }
  }

  @Test
  void decimalsAreNumbersOrTexts() throws Exception {
    assertThat(json(JsonOptions.DEFAULT.withDecimals(Decimals.NUMBER)))
        .contains(
            "\"d9\":-1.05,\"d18\":12345678901234.5678,"
                + "\"d38\":-9999999999999999999999999999.9999999999}")
        .contains("\"d9\":0.03,\"d18\":0.0004,\"d38\":0.0000000005}");
    assertThat(json(JsonOptions.DEFAULT.withDecimals(Decimals.STRING)))
        .contains("\"d9\":\"-1.05\",\"d18\":\"12345678901234.5678\"")
        .contains("\"d9\":\"0.03\",");
  }

  @Test
  void largeIntegersAreTextsOnRequest() throws Exception {
    assertThat(json(JsonOptions.DEFAULT.withIntegers(Integers.STRING_WHEN_LARGE)))
        .contains("\"big\":\"9007199254740993\"", "\"-9223372036854775808\"]")
        .contains("\"id\":1,", "\"big\":1,\"bigs\":[2]");
    assertThat(json(JsonOptions.DEFAULT.withIntegers(Integers.STRING)))
        .contains("\"bigs\":[\"-9007199254740992\",\"-9223372036854775808\"]")
        .contains("\"id\":1,", "\"big\":\"1\",\"bigs\":[\"2\"]");
  }

  @Test
  void littleMemoryIsEnoughOrTold(@TempDir Path directory) throws Exception {
    byte[] large = TestingFiles.TYPES.write(directory, true);
    String expected = Converting.json(large, JsonOptions.DEFAULT, 1);
    Converting small = new Converting();
    small.run(
        large,
        JsonOptions.DEFAULT,
        OutputOptions.DEFAULT,
        2,
        Limits.DEFAULT.withMemoryBytes(4 << 20));
    assertThat(small.text(0)).isEqualTo(expected);

    byte[] wide = new byte[2 << 20];
    Path one = directory.resolve("one.parquet");
    MessageType type =
        MessageTypeParser.parseMessageType("message m { required binary b (STRING); }");
    Arrays.fill(wide, (byte) 'x');
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new LocalOutputFile(one))
            .withConf(new PlainParquetConfiguration())
            .withType(type)
            .build()) {
      Group row = new SimpleGroupFactory(type).newGroup();
      row.add(0, Binary.fromConstantByteArray(wide));
      writer.write(row);
    }
    Converting sink = new Converting();
    FileException refused =
        catchThrowableOfType(
            FileException.class,
            () ->
                sink.run(
                    Files.readAllBytes(one),
                    JsonOptions.DEFAULT,
                    OutputOptions.DEFAULT,
                    1,
                    Limits.DEFAULT.withMemoryBytes(1 << 20)));
    assertThat(refused.category()).isEqualTo(FileErrorCategory.RESOURCE);
    assertThat(refused).hasMessageContaining("memoryBytes");
  }

  @Test
  void anInterruptCancels() throws Exception {
    byte[] bytes = Files.readAllBytes(file);
    Converting sink = new Converting();
    Thread.currentThread().interrupt();

    FileException cancelled =
        catchThrowableOfType(
            FileException.class,
            () -> sink.run(bytes, JsonOptions.DEFAULT, OutputOptions.DEFAULT, 1, Limits.DEFAULT));

    assertThat(Thread.interrupted()).isTrue();
    assertThat(cancelled.code()).isEqualTo("cancelled");
    assertThat(cancelled.category()).isEqualTo(FileErrorCategory.TRANSIENT);
    assertThat(sink.aborted).isEqualTo(sink.parts.size());
  }
}
