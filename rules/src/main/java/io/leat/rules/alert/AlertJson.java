package io.leat.rules.alert;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeType;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.event.LogPosition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The data of the CloudEvents on {@code <blueprint>.alerts}, as JSON in UTF-8. Thread-safe. */
public final class AlertJson {
  /** {@code ce_type} of an alert whose episode began. */
  public static final String FIRING = "io.leat.alert.firing.v1";

  /** {@code ce_type} of an alert whose episode ended. */
  public static final String RESOLVED = "io.leat.alert.resolved.v1";

  /** {@code ce_type} of a {@link FiringSet}. */
  public static final String FIRING_SET = "io.leat.detector.firing-set.v1";

  /** What an alert has, in this order; routing patterns name it. */
  public static final List<String> MEMBERS =
      List.of(
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
          "runbook",
          "generation",
          "detected_at");

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.USE_LONG_FOR_INTS);
  private static final TypeReference<Map<String, Object>> VALUES = new TypeReference<>() {};

  private AlertJson() {}

  /** The {@code ce_type} of an alert in this state. */
  public static String type(Alert.State state) {
    return state == Alert.State.FIRING ? FIRING : RESOLVED;
  }

  /** An alert as an object, as routing patterns see it too. */
  public static ObjectNode tree(Alert alert) {
    ObjectNode json = JSON.createObjectNode();
    json.put("id", alert.id());
    json.put("state", lower(alert.state()));
    json.put("blueprint", alert.blueprint());
    json.put("blueprint_version", alert.blueprintVersion());
    json.put("detector", alert.detector());
    json.put("detector_version", alert.detectorVersion());
    json.put("kind", alert.kind());
    json.put("stream", alert.stream());
    json.put("key", alert.key());
    json.put("severity", lower(alert.severity()));
    json.put("summary", alert.summary());
    json.put("started_at", alert.startedAt().toString());
    json.put("at", alert.at().toString());
    json.set("values", JSON.valueToTree(alert.values()));
    json.set("labels", JSON.valueToTree(alert.labels()));
    ArrayNode evidence = json.putArray("evidence");
    for (LogPosition position : alert.evidence()) {
      evidence
          .addObject()
          .put("epoch", position.epoch())
          .put("topic", position.topic())
          .put("partition", position.partition())
          .put("offset", position.offset());
    }
    json.put("runbook", alert.runbook());
    json.put("generation", alert.generation());
    json.put("detected_at", alert.detectedAt().toString());
    return json;
  }

  public static byte[] encode(Alert alert) {
    return bytes(tree(alert));
  }

  /**
   * Reads what {@link #encode(Alert)} wrote; unknown members are left alone. Among the values whole
   * numbers are {@code Long}, others {@code Double}.
   *
   * @throws IllegalArgumentException if it is not an alert, saying why
   */
  public static Alert decodeAlert(byte[] bytes) {
    JsonNode json = object(bytes);
    JsonNode runbook = json.path("runbook");
    return new Alert(
        text(json, "id"),
        constant(Alert.State.class, json, "state"),
        text(json, "blueprint"),
        text(json, "blueprint_version"),
        text(json, "detector"),
        text(json, "detector_version"),
        text(json, "kind"),
        text(json, "stream"),
        text(json, "key"),
        constant(Severity.class, json, "severity"),
        text(json, "summary"),
        time(json, "started_at"),
        time(json, "at"),
        JSON.convertValue(member(json, "values", JsonNodeType.OBJECT), VALUES),
        labels(member(json, "labels", JsonNodeType.OBJECT)),
        evidence(member(json, "evidence", JsonNodeType.ARRAY)),
        runbook.isMissingNode() || runbook.isNull() ? null : text(json, "runbook"),
        whole(json, "generation"),
        time(json, "detected_at"));
  }

  private static Map<String, String> labels(JsonNode json) {
    Map<String, String> labels = new LinkedHashMap<>();
    json.fieldNames().forEachRemaining(name -> labels.put(name, text(json, name)));
    return labels;
  }

  private static List<LogPosition> evidence(JsonNode json) {
    List<LogPosition> positions = new ArrayList<>();
    for (JsonNode one : json) {
      positions.add(
          new LogPosition(
              small(one, "epoch"),
              text(one, "topic"),
              small(one, "partition"),
              whole(one, "offset")));
    }
    return positions;
  }

  public static byte[] encode(FiringSet set) {
    ObjectNode json = JSON.createObjectNode();
    json.put("blueprint", set.blueprint());
    json.put("detector", set.detector());
    json.put("task", set.task());
    json.put("tasks", set.tasks());
    json.put("generation", set.generation());
    json.put("part", set.part());
    json.put("parts", set.parts());
    ArrayNode alerts = json.putArray("alerts");
    set.alerts().stream().sorted().forEach(alerts::add);
    return bytes(json);
  }

  /**
   * Reads what {@link #encode(FiringSet)} wrote.
   *
   * @throws IllegalArgumentException if it is not a firing set, saying why
   */
  public static FiringSet decodeFiringSet(byte[] bytes) {
    JsonNode json = object(bytes);
    Set<String> alerts = new HashSet<>();
    for (JsonNode id : member(json, "alerts", JsonNodeType.ARRAY)) {
      if (!id.isTextual()) {
        throw new IllegalArgumentException("'alerts' has what is not a text");
      }
      alerts.add(id.asText());
    }
    return new FiringSet(
        text(json, "blueprint"),
        text(json, "detector"),
        small(json, "task"),
        small(json, "tasks"),
        whole(json, "generation"),
        small(json, "part"),
        small(json, "parts"),
        alerts);
  }

  private static byte[] bytes(ObjectNode json) {
    return json.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static JsonNode object(byte[] bytes) {
    try {
      JsonNode json = JSON.readTree(bytes);
      if (json == null || !json.isObject()) {
        throw new IllegalArgumentException("it is not a JSON object");
      }
      return json;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("it is not JSON: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonNode member(JsonNode json, String member, JsonNodeType type) {
    JsonNode value = json.path(member);
    if (value.getNodeType() != type) {
      throw new IllegalArgumentException(
          "'" + member + "' is not " + (type == JsonNodeType.ARRAY ? "an array" : "an object"));
    }
    return value;
  }

  private static String text(JsonNode json, String member) {
    JsonNode value = json.path(member);
    if (!value.isTextual()) {
      throw new IllegalArgumentException("'" + member + "' is not a text");
    }
    return value.asText();
  }

  private static long whole(JsonNode json, String member) {
    JsonNode value = json.path(member);
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw new IllegalArgumentException("'" + member + "' is not a whole number");
    }
    return value.asLong();
  }

  private static int small(JsonNode json, String member) {
    long value = whole(json, member);
    if (value != (int) value) {
      throw new IllegalArgumentException("'" + member + "' is too large");
    }
    return (int) value;
  }

  private static Instant time(JsonNode json, String member) {
    try {
      return Instant.parse(text(json, member));
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("'" + member + "' is not a time", e);
    }
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private static <E extends Enum<E>> E constant(Class<E> type, JsonNode json, String member) {
    String name = text(json, member);
    for (E constant : type.getEnumConstants()) {
      if (lower(constant).equals(name)) {
        return constant;
      }
    }
    throw new IllegalArgumentException("'" + member + "' is '" + name + "', which is not known");
  }
}
