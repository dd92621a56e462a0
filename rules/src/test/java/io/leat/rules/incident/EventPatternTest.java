package io.leat.rules.incident;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leat.rules.incident.EventPattern.Mismatch;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventPatternTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String EVENT =
      """
      {"source": "leat.devices", "detail-type": "incident",
       "detail": {
         "severity": "critical", "key": "kiosk-17-berlin", "generation": 3, "runbook": null,
         "values": {"temperature_c": 86.5, "door_open": true},
         "labels": {"team": "field"},
         "tags": ["north", "new", "kiosk-x"],
         "evidence": [{"topic": "devices.telemetry", "partition": 1},
                      {"topic": "devices.fault", "partition": 2}]}}
      """;

  @ParameterizedTest
  @CsvSource(
      delimiterString = "=>",
      quoteCharacter = '~',
      value = {
        "{\"detail\": {\"severity\": [\"critical\", \"major\"]}} => true",
        "{\"detail\": {\"severity\": [\"minor\"]}} => false",
        "{\"detail\": {\"severity\": [\"critical\"], \"labels\": {\"team\": [\"office\"]}}} => false",
        "{\"detail\": {\"key\": [{\"prefix\": \"kiosk-\"}]}} => true",
        "{\"detail\": {\"key\": [{\"suffix\": \"-berlin\"}]}} => true",
        "{\"detail\": {\"key\": [{\"wildcard\": \"kiosk-*-ber*\"}]}} => true",
        "{\"detail\": {\"key\": [{\"wildcard\": \"kiosk-*-ham*\"}]}} => false",
        "{\"detail\": {\"key\": [{\"equals-ignore-case\": \"KIOSK-17-BERLIN\"}]}} => true",
        "{\"detail\": {\"key\": [{\"anything-but\": [\"a\", \"b\"]}]}} => true",
        "{\"detail\": {\"key\": [{\"anything-but\": {\"prefix\": \"kiosk\"}}]}} => false",
        "{\"detail\": {\"values\": {\"temperature_c\": [{\"numeric\": [\">\", 86, \"<=\", 86.5]}]}}} => true",
        "{\"detail\": {\"values\": {\"temperature_c\": [{\"numeric\": [\">\", 86.5]}]}}} => false",
        "{\"detail\": {\"values\": {\"door_open\": [true]}}} => true",
        "{\"detail\": {\"runbook\": [null]}} => true",
        "{\"detail\": {\"generation\": [3]}} => true",
        "{\"detail\": {\"missing\": [{\"exists\": false}]}} => true",
        "{\"detail\": {\"key\": [{\"exists\": false}]}} => false",
        "{\"detail\": {\"tags\": [\"new\"]}} => true",
        "{\"detail\": {\"tags\": [\"old\"]}} => false",
        "{\"detail\": {\"$or\": [{\"severity\": [\"minor\"]}, {\"key\": [{\"prefix\": \"kiosk\"}]}]}} => true",
        "{\"detail\": {\"$or\": [{\"severity\": [\"minor\"]}, {\"key\": [\"x\"]}]}} => false",
        // Fields of the same element of an array.
        "{\"detail\": {\"evidence\": {\"topic\": [\"devices.fault\"], \"partition\": [2]}}} => true",
        "{\"detail\": {\"evidence\": {\"topic\": [\"devices.fault\"], \"partition\": [1]}}} => false",
        // One value that several matchers match.
        "{\"detail\": {\"key\": [{\"$and\": [{\"prefix\": \"kiosk-\"}, {\"suffix\": \"-berlin\"}]}]}} => true",
        "{\"detail\": {\"key\": [{\"$and\": [{\"prefix\": \"kiosk-\"}, {\"suffix\": \"-hamburg\"}]}]}} => false",
        "{\"detail\": {\"key\": [{\"$and\": [{\"prefix\": \"kiosk-\"}, {\"anything-but\": {\"suffix\": \"-berlin\"}}]}]}} => false",
        "{\"detail\": {\"tags\": [{\"$and\": [{\"prefix\": \"n\"}, {\"suffix\": \"h\"}]}]}} => true",
        // In an array: one of its values, not one for each.
        "{\"detail\": {\"tags\": [{\"$and\": [{\"prefix\": \"kiosk\"}, {\"suffix\": \"h\"}]}]}} => false",
        "{\"detail\": {\"missing\": [{\"$and\": [{\"prefix\": \"a\"}]}]}} => false",
        "{\"nowhere\": {\"at-all\": [{\"$and\": [{\"prefix\": \"a\"}]}]}} => false",
        // An array that has a value for each.
        "{\"detail\": {\"tags\": [{\"contains-all\": [\"new\", \"north\"]}]}} => true",
        "{\"detail\": {\"tags\": [{\"contains-all\": [\"new\", {\"prefix\": \"kiosk\"}]}]}} => true",
        "{\"detail\": {\"tags\": [{\"contains-all\": [\"new\", \"old\"]}]}} => false",
        "{\"detail\": {\"severity\": [{\"contains-all\": [\"critical\"]}]}} => true",
        "{\"detail\": {\"missing\": [{\"contains-all\": [\"a\"]}]}} => false",
        // With other fields, in $or and in arrays of objects.
        "{\"detail\": {\"severity\": [\"minor\"], \"tags\": [{\"contains-all\": [\"new\"]}]}} => false",
        "{\"detail\": {\"$or\": [{\"tags\": [{\"contains-all\": [\"old\"]}]}, {\"key\": [{\"$and\": [{\"prefix\": \"k\"}]}]}]}} => true",
        "{\"detail\": {\"evidence\": {\"topic\": [{\"$and\": [{\"prefix\": \"devices.\"}, {\"suffix\": \"fault\"}]}], \"partition\": [2]}}} => true",
        "{\"detail\": {\"evidence\": {\"topic\": [{\"$and\": [{\"prefix\": \"devices.\"}, {\"suffix\": \"fault\"}]}], \"partition\": [1]}}} => false",
        "{\"detail.tags\": [{\"contains-all\": [\"new\", \"north\"]}]} => true",
      })
  void anEventIsMatched(String pattern, boolean expected) throws Exception {
    JsonNode event = JSON.readTree(EVENT);

    assertThat(EventPattern.compile(pattern).matches(event)).isEqualTo(expected);
    assertThat(event).as("the event is left alone").isEqualTo(JSON.readTree(EVENT));
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "=>",
      quoteCharacter = '~',
      value = {
        "{ => is not JSON: Unexpected end-of-input: expected close marker for Object.",
        "[] => is not an object. Write {field: [value]}.",
        "{} => is empty. Name a field, or remove it.",
        "{\"a\": {}} => /a: is empty. Name a field, or remove it.",
        "{\"a\": 1} => /a: 1 is neither a list nor a map. Write [1].",
        "{\"a\": []} => /a: is empty, so that no value is allowed. Name the values, or remove it.",
        "{\"a\": [[1]]} => /a/0: is a list in a list. Write the values themselves.",
        "{\"a\": [{}]} => /a/0: has 0 matchers, not one. Write one map for each.",
        "{\"a\": [{\"prefix\": \"a\", \"suffix\": \"b\"}]} => /a/0: has 2 matchers, not one. Write one map for each.",
        "{\"a\": [{\"prefx\": \"a\"}]} => /a/0/prefx: 'prefx' is not a matcher. Known here: prefix, suffix, equals-ignore-case, anything-but, numeric, exists, wildcard, cidr, $and, contains-all.",
        "{\"a\": [{\"prefix\": 1}]} => /a/0: cannot be used: prefix match pattern must be a string.",
        "{\"a\": [{\"numeric\": [\">\", \"x\"]}]} => /a/0: cannot be used: Value of > must be numeric.",
        "{\"a\": [{\"numeric\": [\">\", 5, \"<\", 1]}]} => /a/0: cannot be used: *",
        "{\"a\": [{\"numeric\": [\">\"]}]} => /a/0: cannot be used: *",
        "{\"a\": [{\"cidr\": \"10.0.0.0/99\"}]} => /a/0: cannot be used: *",
        "{\"a\": [{\"anything-but\": []}]} => /a/0: cannot be used: *",
        "{\"a\": [{\"wildcard\": \"a**b\"}]} => /a/0: cannot be used: *",
        "{\"$and\": [{\"a\": [1]}]} => /$and: '$and' cannot name a field. It stands among a field's values: {field: [{$and: [...]}]}.",
        "{\"a\": {\"contains-all\": [1]}} => /a/contains-all: 'contains-all' cannot name a field. It stands among a field's values: {field: [{contains-all: [...]}]}.",
        "{\"$x\": [1]} => /$x: '$x' cannot name a field.",
        "{\"$or\": [{\"a\": [1]}]} => /$or: is not a list of two or more maps. Write [{a: [...]}, {b: [...]}].",
        "{\"$or\": [1, {\"a\": [1]}]} => /$or/0: 1 is not a map. Write {field: [value]}.",
        "{\"$or\": [{\"prefix\": [1]}, {\"a\": [1]}]} => /$or/0: cannot be used: prefix is Ruler reserved fieldName which cannot be used inside $or.",
        "{\"a\": [1], \"$or\": [{\"a\": [2]}, {\"b\": [1]}]} => /$or/0/a: 'a' has values already. One list holds for a field: say 'this and that' with {$and: [...]}.",
        "{\"a\": {\"b\": [1]}, \"a.b\": [2]} => /a.b: 'a.b' has values already. One list holds for a field: say 'this and that' with {$and: [...]}.",
        "{\"a\": [\"x\", {\"$and\": [\"x\"]}]} => /a/1: '$and' stands beside other values. Let it stand alone in its list; say 'or' with $or.",
        "{\"a\": [{\"$and\": []}]} => /a/0/$and: is not a list of values or matchers. Write [{prefix: a}, {suffix: b}].",
        "{\"a\": [{\"contains-all\": \"x\"}]} => /a/0/contains-all: is not a list of values or matchers. Write [{prefix: a}, {suffix: b}].",
        "{\"a\": [{\"$and\": [{\"contains-all\": [1]}]}]} => /a/0/$and/0/contains-all: is a part of another matcher. Write its parts there.",
        "{\"a\": [{\"$and\": [{\"exists\": true}]}]} => /a/0/$and/0/exists: 'exists' cannot be a part of another matcher. What has a value exists: remove it.",
        "{\"a\": [{\"$and\": [{\"prefix\": 7}]}]} => /a/0/$and/0: cannot be used: prefix match pattern must be a string.",
      })
  void whatIsWrongIsToldWithItsPlace(String pattern, String message) {
    InvalidPatternException refusal =
        catchThrowableOfType(InvalidPatternException.class, () -> EventPattern.compile(pattern));

    assertThat(refusal).isNotNull();
    if (message.endsWith("*")) {
      assertThat(refusal).hasMessageStartingWith(message.substring(0, message.length() - 1));
      assertThat(refusal.getMessage()).doesNotContain("Source", "\n");
    } else {
      assertThat(refusal).hasMessage(message);
    }
  }

  @Test
  void everythingThatIsWrongIsToldAtOnce() {
    assertThatThrownBy(
            () ->
                EventPattern.compile(
                    "{\"a\": 1, \"b\": {\"c\": [{\"prefix\": 1}]}, \"d\": [{\"no\": 1}]}"))
        .isInstanceOfSatisfying(
            InvalidPatternException.class,
            e ->
                assertThat(e.faults())
                    .extracting(fault -> fault.at().toString())
                    .containsExactly("/a", "/b/c/0", "/d/0/no"));
  }

  @Test
  void tooLargeAPatternIsRefused() {
    String values =
        IntStream.range(0, 1_000).mapToObj(i -> "\"v" + i + "\"").collect(Collectors.joining(","));
    String fields =
        IntStream.range(0, 101)
            .mapToObj(i -> "\"f" + i + "\":[1]")
            .collect(Collectors.joining(","));
    String ten = "[0,1,2,3,4,5,6,7,8,9]";
    String combinations =
        IntStream.range(0, 5)
            .mapToObj(i -> "\"f" + i + "\":" + ten)
            .collect(Collectors.joining(","));

    refused(
        "{\"a\":[" + values + "]}", "has more than 4096 characters. Split it into several routes.");
    refused(
        "{" + fields + "}",
        "has 101 fields. At most 100 are allowed: split it into several routes.");
    refused(
        "{" + combinations + "}",
        "has more than 10000 combinations of values. At most 10000 are allowed: split it into"
            + " several routes.");
    refused(
        "{\"a\":[{\"wildcard\":\"" + "x*".repeat(31) + "\"}]}",
        "has 31 wildcards. At most 30 are allowed: split it into several routes.");
    refused(
        "{\"a\":[{\"$and\":[{\"anything-but\":{\"wildcard\":[\""
            + "x*".repeat(20)
            + "\",\""
            + "y*".repeat(20)
            + "\"]}}]}]}",
        "has 40 wildcards. At most 30 are allowed: split it into several routes.");
  }

  @Test
  void nestedChoicesDoNotExplode() {
    // 2 to the power of 40 branches, in less than 4096 characters.
    String choices =
        IntStream.range(0, 40)
            .mapToObj(i -> "\"o" + i + "\":{\"$or\":[{\"a\":[1]},{\"b\":[1]}]}")
            .collect(Collectors.joining(","));
    String message =
        "has more than 10000 combinations of values. At most 10000 are allowed: split it into"
            + " several routes.";

    refused("{" + choices + "}", message);
    refused("{\"$or\":[{" + choices + "},{\"b\":[1]}]}", message);
    refused("{\"c\":[],\"$or\":[{" + choices + "},{\"b\":[1]}]}", message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "=>",
      quoteCharacter = '~',
      value = {
        "{\"a\": [1]} => 1",
        "{\"a\": [1, 2, 3], \"b\": {\"c\": [1, 2]}} => 6",
        "{\"a\": [1, 2], \"$or\": [{\"b\": [1]}, {\"c\": [1, 2, 3]}]} => 8",
      })
  void complexityCountsCombinations(String pattern, int expected) throws Exception {
    assertThat(EventPattern.compile(pattern).complexity()).isEqualTo(expected);
  }

  @Test
  void theMostComplexPatternIsCompiledInBoundedMemory() throws Exception {
    String hundred =
        IntStream.range(0, 100)
            .mapToObj(String::valueOf)
            .collect(Collectors.joining(",", "[", "]"));

    EventPattern pattern = EventPattern.compile("{\"a\":" + hundred + ",\"b\":" + hundred + "}");

    assertThat(pattern.complexity()).isEqualTo(EventPattern.MOST_COMBINATIONS);
    assertThat(pattern.matches(JSON.readTree("{\"a\": 99, \"b\": 0}"))).isTrue();
    assertThat(pattern.matches(JSON.readTree("{\"a\": 100, \"b\": 0}"))).isFalse();
  }

  @Test
  void itSaysWhichFieldsDoNotMatchAndWhy() throws Exception {
    EventPattern pattern =
        EventPattern.compile(
            """
            {"source": ["leat.devices"],
             "detail": {"severity": ["minor", "info"],
                        "tags": [{"contains-all": ["new", "old"]}],
                        "labels": {"shift": ["night"]},
                        "$or": [{"key": [{"prefix": "door"}]}, {"generation": [4]}]}}
            """);

    assertThat(pattern.explain(JSON.readTree(EVENT)))
        .containsExactly(
            new Mismatch("detail.severity", "[\"minor\",\"info\"]", "\"critical\""),
            new Mismatch(
                "detail.tags",
                "[{\"contains-all\":[\"new\",\"old\"]}]",
                "[\"north\",\"new\",\"kiosk-x\"]"),
            new Mismatch("detail.labels.shift", "[\"night\"]", "nothing"),
            new Mismatch("detail.$or[0].key", "[{\"prefix\":\"door\"}]", "\"kiosk-17-berlin\""),
            new Mismatch("detail.$or[1].generation", "[4]", "3"));
  }

  @Test
  void aMatchIsExplainedByNothing() throws Exception {
    assertThat(
            EventPattern.compile(
                    "{\"detail\": {\"$or\": [{\"key\": [\"x\"]}, {\"severity\": [\"critical\"]}]}}")
                .explain(JSON.readTree(EVENT)))
        .isEmpty();
  }

  @Test
  void fieldsOfDifferentElementsAreTold() throws Exception {
    assertThat(
            EventPattern.compile(
                    "{\"detail\": {\"evidence\": {\"topic\": [\"devices.fault\"], \"partition\": [1]}}}")
                .explain(JSON.readTree(EVENT)))
        .containsExactly(
            new Mismatch("", "all fields in one element of an array", "in several elements"));
  }

  @Test
  void whatIsFoundIsCut() throws Exception {
    JsonNode event = JSON.createObjectNode().put("a", "x".repeat(1_000));

    assertThat(EventPattern.compile("{\"a\": [1]}").explain(event))
        .singleElement()
        .satisfies(mismatch -> assertThat(mismatch.found()).hasSize(200).endsWith("x…"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "1", "\"a\"", "null"})
  void anEventThatIsNoObjectIsRefused(String event) throws Exception {
    EventPattern plain = EventPattern.compile("{\"a\": [1]}");
    EventPattern extended = EventPattern.compile("{\"a\": [{\"$and\": [1]}]}");
    JsonNode json = JSON.readTree(event);

    assertThatThrownBy(() -> plain.matches(json)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> extended.matches(json)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aPatternThatIsChangedLaterStaysWhatItWas() throws Exception {
    var json = JSON.createObjectNode();
    json.putArray("a").add(1);
    EventPattern pattern = EventPattern.compile(json);

    json.putArray("a").add(2);

    assertThat(pattern.json()).isEqualTo("{\"a\":[1]}");
  }

  private static void refused(String pattern, String message) {
    assertThatThrownBy(() -> EventPattern.compile(pattern))
        .isInstanceOf(InvalidPatternException.class)
        .hasMessage(message);
  }
}
