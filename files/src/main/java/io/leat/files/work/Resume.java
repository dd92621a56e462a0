package io.leat.files.work;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an attempt has finished: whole parts, which hold all rows of the row groups before one.
 *
 * @param fence of the attempt
 * @param options how rows became JSON; with others the parts are of no use
 * @param next the row group to go on with
 */
record Resume(long fence, String options, int next, List<Part> parts) {
  private static final ObjectMapper JSON = new ObjectMapper();

  Resume {
    parts = List.copyOf(parts);
  }

  /** A part, as it was written. */
  record Part(String name, long bytes, String sha256) {}

  String json() {
    ObjectNode json = JSON.createObjectNode();
    json.put("fence", fence);
    json.put("options", options);
    json.put("next", next);
    ArrayNode all = json.putArray("parts");
    for (Part part : parts) {
      all.addObject()
          .put("name", part.name())
          .put("bytes", part.bytes())
          .put("sha256", part.sha256());
    }
    return json.toString();
  }

  static @Nullable Resume of(@Nullable String text) {
    if (text == null) {
      return null;
    }
    try {
      JsonNode json = JSON.readTree(text);
      List<Part> parts = new ArrayList<>();
      for (JsonNode part : json.path("parts")) {
        parts.add(
            new Part(
                part.path("name").asText(),
                part.path("bytes").asLong(),
                part.path("sha256").asText()));
      }
      return new Resume(
          json.path("fence").asLong(),
          json.path("options").asText(),
          json.path("next").asInt(),
          parts);
    } catch (JsonProcessingException e) {
      return null;
    }
  }
}
