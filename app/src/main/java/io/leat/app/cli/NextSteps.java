package io.leat.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.blueprint.Blueprint;
import io.leat.blueprint.StreamSpec;
import io.leat.event.Names;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Commands that work on a platform that has just started, to be pasted into a terminal. */
final class NextSteps {
  private final String leat;
  private final URI base;
  private final Path data;
  private final boolean usual;
  private final @Nullable Path certificate;

  /**
   * @param leat how the launcher was called
   * @param usual whether {@code data} is where commands look without being told
   */
  NextSteps(String leat, URI base, Path data, boolean usual, @Nullable Path certificate) {
    this.leat = leat;
    this.base = base;
    this.data = data;
    this.usual = usual;
    this.certificate = certificate;
  }

  /** One event in, one question, and the state of things. */
  List<String> commands(List<Blueprint> blueprints, Path adminKey, Instant now) {
    List<String> commands = new ArrayList<>();
    Blueprint blueprint = blueprints.get(0);
    Example example = example(blueprint, now);
    StreamSpec stream = example == null ? null : example.stream;
    if (stream != null && example != null) {
      commands.add(
          "curl "
              + (certificate == null ? "" : "--cacert " + quoted(certificate.toString()) + " ")
              + "-H \"Authorization: Bearer $(cat "
              + quoted(adminKey.toString())
              + ")\" -d '"
              + example.record.toString().replace("'", "'\\''")
              + "' -H 'Content-Type: application/json' "
              + base.resolve("/v1/events/" + blueprint.topic(stream)));
    } else {
      stream = blueprint.streams().values().stream().findFirst().orElse(null);
    }
    if (!blueprint.files().isEmpty()) {
      commands.add(leat + " files sources" + where());
    }
    if (stream != null) {
      String table = Names.processedNamespace(blueprint.name()) + "." + stream.name();
      commands.add(leat + " sql 'SELECT * FROM " + table + " LIMIT 5'" + where());
    }
    commands.add(leat + " status" + where());
    return commands;
  }

  private String where() {
    return usual ? "" : " --data " + quoted(data.toString());
  }

  private record Example(StreamSpec stream, ObjectNode record) {}

  /** The shortest valid record of a stream that can be made from its schema. */
  private static @Nullable Example example(Blueprint blueprint, Instant now) {
    return blueprint.streams().values().stream()
        .map(stream -> new Example(stream, record(stream.schema().document(), now)))
        .filter(e -> e.stream.schema().validator().validate(e.record).isEmpty())
        .min(Comparator.comparingInt(e -> e.record.toString().length()))
        .orElse(null);
  }

  private static ObjectNode record(JsonNode schema, Instant now) {
    ObjectNode record = JsonNodeFactory.instance.objectNode();
    for (JsonNode name : schema.path("required")) {
      record.set(
          name.asText(), value(name.asText(), schema.at("/properties/" + name.asText()), now));
    }
    return record;
  }

  private static JsonNode value(String name, JsonNode schema, Instant now) {
    JsonNodeFactory json = JsonNodeFactory.instance;
    for (JsonNode example : schema.path("examples")) {
      return example;
    }
    for (JsonNode allowed : schema.path("enum")) {
      return allowed;
    }
    if ("date-time".equals(schema.path("format").asText())) {
      return json.textNode(now.truncatedTo(ChronoUnit.SECONDS).toString());
    }
    return switch (schema.path("type").asText()) {
      case "integer", "number" -> json.numberNode(Math.max(0, schema.path("minimum").asLong()));
      case "boolean" -> json.booleanNode(true);
      case "object" -> record(schema, now);
      case "array" -> json.arrayNode();
      default -> json.textNode(name.replaceAll("_?id$", "") + "-1");
    };
  }

  private static String quoted(String text) {
    return text.matches("[A-Za-z0-9_./:@%+,=-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
  }
}
