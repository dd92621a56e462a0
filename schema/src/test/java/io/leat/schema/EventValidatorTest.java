package io.leat.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventValidatorTest {
  private static final StrictJson JSON = new StrictJson(JsonLimits.DEFAULT);

  private static final String SCHEMA =
      """
      {"type":"object","required":["id","at"],"additionalProperties":false,"x-owner":"me",
       "properties":{
        "id":{"type":"string","minLength":1,"maxLength":3,"pattern":"^[a-cü😀]"},
        "at":{"type":"string","format":"date-time"},
        "n":{"type":"integer","minimum":-5,"exclusiveMaximum":7},
        "x":{"type":["number","null"],"maximum":1.5,"exclusiveMinimum":-1e3},
        "e":{"enum":["on","off"]},
        "c":{"const":"k","description":"d"},
        "b":{"type":"boolean"},
        "o":{"type":"object","properties":{"p":{"type":"array","items":{"type":"string"},
             "minItems":1,"maxItems":2}},"required":["p"]},
        "free":{}}}
      """;

  @Test
  void everyViolationIsNamedWithItsPlace() throws Exception {
    List<Violation> violations =
        validator(SCHEMA).validate(node("{\"id\":\"zzzz\",\"n\":7,\"o\":{\"p\":[1]},\"y\":1}"));
    assertThat(violations.stream().map(Violation::toString))
        .containsExactlyInAnyOrder(
            "record: required property 'at' is missing",
            "/id: must have 3 or fewer characters",
            "/id: must match the regular expression ^[a-cü😀]",
            "/n: must be less than 7",
            "/o/p/0: must be of type string, not integer",
            "record: property 'y' is not in the schema, which allows no others");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"id\":\"a\",\"at\":\"2026-01-02T03:04:05Z\"}",
        "{\"id\":\"😀aa\",\"at\":\"2026-01-02T03:04:05.123456789Z\",\"n\":-5,\"x\":null}",
        "{\"id\":\"ü\",\"at\":\"0001-12-28T23:59:59.1Z\",\"n\":6,\"x\":1.5,\"e\":\"on\",\"c\":\"k\"}",
        "{\"id\":\"b\",\"at\":\"2026-01-02T03:04:05Z\",\"b\":false,\"o\":{\"p\":[\"\"],\"q\":0}}",
        "{\"id\":\"b\",\"at\":\"2026-01-02T03:04:05Z\",\"free\":[1,{}]}"
      })
  void usualRecordsAreRecognisedQuickly(String record) throws Exception {
    QuickCheck quick = QuickCheck.compile(StreamSchema.parse(SCHEMA).document());
    assertThat(quick != null && quick.surelyValid(node(record))).isTrue();
    assertThat(validator(SCHEMA).thorough(node(record))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\",\"format\":\"uuid\"}}}",
        "{\"type\":\"object\",\"properties\":{\"a\":{\"multipleOf\":2}}}",
        "{\"type\":\"object\",\"properties\":{\"a\":{\"enum\":[\"x\",1]}}}",
        "{\"type\":\"object\",\"properties\":{\"a\":{\"enum\":[\"x\"],\"const\":\"y\"}}}",
        "{\"type\":\"object\",\"properties\":{\"a\":{\"pattern\":\"^a|b$\"}}}",
        "{\"type\":\"object\",\"properties\":{\"a\":{\"pattern\":\"^a\\\\$\"}}}",
        "{\"type\":\"object\",\"properties\":{\"a\":{}},\"not\":{}}"
      })
  void schemasWithOtherKeywordsAreLeftToTheLibrary(String schema) throws Exception {
    assertThat(validator(schema).quick()).isFalse();
  }

  /** The quick way may doubt, but never accepts what the library refuses. */
  @Test
  void theQuickWayNeverAcceptsWhatTheLibraryRefuses() throws Exception {
    EventValidator validator = validator(SCHEMA);
    QuickCheck quick = QuickCheck.compile(StreamSchema.parse(SCHEMA).document());
    long seed = System.nanoTime();
    Random random = new Random(seed);
    int recognised = 0;
    for (int i = 0; i < 20_000; i++) {
      String record = record(random);
      JsonNode node = node(record);
      if (quick != null && quick.surelyValid(node)) {
        recognised++;
        assertThat(validator.thorough(node)).as("seed %d: %s", seed, record).isEmpty();
      }
    }
    assertThat(recognised).isGreaterThan(100);
  }

  @Test
  void theEndOfAPatternIsTheEndOfTheText() throws Exception {
    String schema = "{\"type\":\"object\",\"properties\":{\"a\":{\"pattern\":\"^[a-z]+$\"}}}";
    EventValidator validator = validator(schema);

    assertThat(validator.quick()).isTrue();
    assertThat(validator.validate(node("{\"a\":\"kiosk\"}"))).isEmpty();
    assertThat(validator.validate(node("{\"a\":\"kiosk\\n\"}")).stream().map(Violation::toString))
        .containsExactly("/a: must match the regular expression ^[a-z]+$");
  }

  private static final String[] VALUES = {
    "\"a\"",
    "\"b12\"",
    "\"abcd\"",
    "\"\"",
    "\"😀😀😀\"",
    "\"on\"",
    "\"off\"",
    "\"k\"",
    "true",
    "null",
    "0",
    "-5",
    "-6",
    "6",
    "7",
    "6.0",
    "1.5",
    "1.50001",
    "-1000",
    "-999.9",
    "1e400",
    "1e-400",
    "{}",
    "{\"p\":[\"x\"]}",
    "{\"p\":[]}",
    "{\"p\":[\"x\",\"y\",\"z\"]}",
    "{\"p\":[1]}",
    "[]",
    "\"2026-01-02T03:04:05Z\"",
    "\"2026-02-28T23:59:59.999Z\"",
    "\"2026-13-01T00:00:00Z\"",
    "\"2026-11-31T00:00:00Z\"",
    "\"2026-12-31T00:00:00Z\"",
    "\"2026-01-02T24:00:00Z\"",
    "\"2026-01-02T03:04:05.Z\"",
    "\"2026-01-02T03:04:60Z\"",
    "\"0000-01-01T00:00:00Z\"",
    "\"9999-12-28T00:00:00.000000001Z\"",
    "\"+026-01-02T03:04:05Z\""
  };
  private static final String[] NAMES = {"n", "x", "e", "c", "b", "o", "free", "y"};

  private static String record(Random random) {
    StringBuilder record = new StringBuilder("{\"id\":");
    record.append(random.nextInt(3) > 0 ? "\"a\"" : VALUES[random.nextInt(VALUES.length)]);
    record.append(",\"at\":");
    record.append(VALUES[VALUES.length - 1 - random.nextInt(11)]);
    for (String name : NAMES) {
      if (random.nextInt(4) == 0) {
        record.append(",\"" + name + "\":" + VALUES[random.nextInt(VALUES.length)]);
      }
    }
    return record.append('}').toString();
  }

  private static EventValidator validator(String schema) throws InvalidSchemaException {
    return StreamSchema.parse(schema).validator();
  }

  private static JsonNode node(String text) {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    JsonNode node = JSON.readOne(body, 0, body.length).node();
    if (node == null) {
      throw new AssertionError(text);
    }
    return node;
  }
}
