package io.leat.rules.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.event.LogPosition;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AlertJsonTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String WRITTEN =
      """
      {"id":"0f","state":"firing","blueprint":"devices","blueprint_version":"b7",
       "detector":"overheating","detector_version":"d1","kind":"threshold","stream":"telemetry",
       "key":"kiosk-1","severity":"critical","summary":"kiosk-1 is at 86.5 °C",
       "started_at":"2026-11-21T10:00:00Z","at":"2026-11-21T10:00:01.000002Z",
       "values":{"count":3,"temperature_c":86.5,"door_open":false,"site":"Köln"},
       "labels":{"team":"field"},
       "evidence":[{"epoch":1,"topic":"devices.telemetry","partition":3,"offset":41},
                   {"epoch":2,"topic":"devices.telemetry","partition":3,"offset":5000000000}],
       "runbook":"https://example.org/heat","generation":1795255200000,
       "detected_at":"2026-11-21T10:00:01.500Z"}
      """;

  @Test
  void anAlertComesBackAsItWas() {
    Alert alert = alert("https://example.org/heat");

    assertThat(AlertJson.decodeAlert(AlertJson.encode(alert))).isEqualTo(alert);
  }

  @Test
  void anAlertWithoutRunbookLabelsValuesAndEvidenceComesBackToo() {
    Alert full = alert(null);
    Alert alert =
        new Alert(
            full.id(),
            Alert.State.RESOLVED,
            full.blueprint(),
            full.blueprintVersion(),
            full.detector(),
            full.detectorVersion(),
            full.kind(),
            full.stream(),
            "",
            Severity.INFO,
            full.summary(),
            full.startedAt(),
            full.at(),
            Map.of(),
            Map.of(),
            List.of(),
            null,
            0,
            full.detectedAt());

    assertThat(AlertJson.decodeAlert(AlertJson.encode(alert))).isEqualTo(alert);
  }

  @Test
  void itIsWrittenAsDocumented() throws IOException {
    assertThat(JSON.readTree(AlertJson.encode(alert("https://example.org/heat"))))
        .isEqualTo(JSON.readTree(WRITTEN));

    String document = Files.readString(Path.of("../docs/reference/alerts.md"));
    String example = document.substring(document.indexOf("```json") + 7);
    assertThat(JSON.readTree(example.substring(0, example.indexOf("```"))))
        .isEqualTo(JSON.readTree(WRITTEN));
    assertThat(document).contains(AlertJson.FIRING, AlertJson.RESOLVED, AlertJson.FIRING_SET);
  }

  @Test
  void theMembersAreThoseThatAreWritten() {
    List<String> written = new ArrayList<>();
    AlertJson.tree(alert(null)).fieldNames().forEachRemaining(written::add);

    assertThat(AlertJson.MEMBERS).isEqualTo(written);
  }

  @Test
  void valuesKeepTheirOrder() {
    assertThat(AlertJson.decodeAlert(bytes(WRITTEN)).values().keySet())
        .containsExactly("count", "temperature_c", "door_open", "site");
  }

  @Test
  void unknownMembersAreLeftAlone() throws IOException {
    ObjectNode json = (ObjectNode) JSON.readTree(WRITTEN);
    json.putObject("new_in_a_later_version").put("a", 1);
    ((ObjectNode) json.path("evidence").path(0)).put("later", true);

    assertThat(AlertJson.decodeAlert(bytes(json.toString())))
        .isEqualTo(alert("https://example.org/heat"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "id",
        "state",
        "blueprint",
        "blueprint_version",
        "detector",
        "detector_version",
        "kind",
        "stream",
        "key",
        "severity",
        "summary",
        "started_at",
        "at",
        "values",
        "labels",
        "evidence",
        "generation",
        "detected_at"
      })
  void aMemberThatIsMissingIsNamed(String member) throws IOException {
    ObjectNode json = (ObjectNode) JSON.readTree(WRITTEN);
    json.remove(member);

    assertThatThrownBy(() -> AlertJson.decodeAlert(bytes(json.toString())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("'" + member + "' is not ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "=>",
      quoteCharacter = '~',
      value = {
        "state => \"open\" => 'state' is 'open', which is not known",
        "state => \"FIRING\" => 'state' is 'FIRING', which is not known",
        "severity => \"fatal\" => 'severity' is 'fatal', which is not known",
        "severity => 1 => 'severity' is not a text",
        "at => \"yesterday\" => 'at' is not a time",
        "values => [] => 'values' is not an object",
        "labels => {\"a\": 1} => 'a' is not a text",
        "evidence => {} => 'evidence' is not an array",
        "evidence => [{\"epoch\": 1}] => 'topic' is not a text",
        "evidence => [1] => 'epoch' is not a whole number",
        "evidence => [{\"epoch\": 9999999999}] => 'epoch' is too large",
        "evidence => [{\"epoch\": 1.5}] => 'epoch' is not a whole number",
        "generation => \"1\" => 'generation' is not a whole number",
        "generation => 1e30 => 'generation' is not a whole number",
        "runbook => 7 => 'runbook' is not a text",
      })
  void aMemberThatIsWrongIsNamed(String member, String value, String message) throws IOException {
    ObjectNode json = (ObjectNode) JSON.readTree(WRITTEN);
    json.set(member, JSON.readTree(value));

    assertThatThrownBy(() -> AlertJson.decodeAlert(bytes(json.toString())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "=>",
      quoteCharacter = '~',
      value = {
        "~~ => it is not a JSON object",
        "[] => it is not a JSON object",
        "null => it is not a JSON object",
        "{ => it is not JSON: Unexpected end-of-input: expected close marker for Object*",
      })
  void whatIsNoObjectIsRefused(String json, String message) {
    assertThatThrownBy(() -> AlertJson.decodeAlert(bytes(json)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching(Pattern.quote(message).replace("*", "\\E(?s:.*)\\Q"));
    assertThatThrownBy(() -> AlertJson.decodeFiringSet(bytes(json)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void tooMuchEvidenceIsRefused() throws IOException {
    ObjectNode json = (ObjectNode) JSON.readTree(WRITTEN);
    json.set(
        "evidence",
        JSON.valueToTree(
            Collections.nCopies(
                Alert.MOST_EVIDENCE + 1,
                Map.of("epoch", 1, "topic", "a.b", "partition", 0, "offset", 0))));

    assertThatThrownBy(() -> AlertJson.decodeAlert(bytes(json.toString())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("too much evidence: 21");
  }

  @Test
  void theTypesTellWhatItIs() {
    assertThat(AlertJson.type(Alert.State.FIRING)).isEqualTo("io.leat.alert.firing.v1");
    assertThat(AlertJson.type(Alert.State.RESOLVED)).isEqualTo("io.leat.alert.resolved.v1");
  }

  @Test
  void aFiringSetComesBackAsItWas() {
    FiringSet set =
        new FiringSet("devices", "offline", 1, 4, 1_795_255_200_000L, 0, 2, Set.of("b", "a"));

    byte[] written = AlertJson.encode(set);

    assertThat(new String(written, StandardCharsets.UTF_8))
        .isEqualTo(
            "{\"blueprint\":\"devices\",\"detector\":\"offline\",\"task\":1,\"tasks\":4,"
                + "\"generation\":1795255200000,\"part\":0,\"parts\":2,\"alerts\":[\"a\",\"b\"]}");
    assertThat(AlertJson.decodeFiringSet(written)).isEqualTo(set);
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "=>",
      quoteCharacter = '~',
      value = {
        "blueprint => 1 => 'blueprint' is not a text",
        "tasks => null => 'tasks' is not a whole number",
        "parts => 0.5 => 'parts' is not a whole number",
        "alerts => \"a\" => 'alerts' is not an array",
        "alerts => [1] => 'alerts' has what is not a text",
      })
  void aFiringSetThatIsWrongIsRefused(String member, String value, String message)
      throws IOException {
    FiringSet set = new FiringSet("devices", "offline", 1, 4, 7, 0, 2, Set.of("a"));
    ObjectNode json = (ObjectNode) JSON.readTree(AlertJson.encode(set));
    json.set(member, JSON.readTree(value));

    assertThatThrownBy(() -> AlertJson.decodeFiringSet(bytes(json.toString())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  private static Alert alert(@Nullable String runbook) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("count", 3L);
    values.put("temperature_c", 86.5);
    values.put("door_open", false);
    values.put("site", "Köln");
    return new Alert(
        "0f",
        Alert.State.FIRING,
        "devices",
        "b7",
        "overheating",
        "d1",
        "threshold",
        "telemetry",
        "kiosk-1",
        Severity.CRITICAL,
        "kiosk-1 is at 86.5 °C",
        Instant.parse("2026-11-21T10:00:00Z"),
        Instant.parse("2026-11-21T10:00:01.000002Z"),
        values,
        Map.of("team", "field"),
        List.of(
            new LogPosition(1, "devices.telemetry", 3, 41),
            new LogPosition(2, "devices.telemetry", 3, 5_000_000_000L)),
        runbook,
        1_795_255_200_000L,
        Instant.parse("2026-11-21T10:00:01.500Z"));
  }

  private static byte[] bytes(String json) {
    return json.getBytes(StandardCharsets.UTF_8);
  }
}
