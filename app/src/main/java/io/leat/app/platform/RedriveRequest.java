package io.leat.app.platform;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What {@code POST /v1/quarantine/redrive} asks for: records by their names, or those that fit.
 *
 * @param ids empty when a filter chooses
 * @param limit of what a filter chooses
 * @param isDry whether it is only told what would happen
 * @param reason why, in the words of who asks
 */
record RedriveRequest(
    List<KeptId> ids, KeptFilter filter, int limit, boolean isDry, @Nullable String reason) {
  private static final Set<String> FILTER =
      Set.of("stream", "code", "stage", "client", "from", "to", "rejected", "limit");
  private static final Set<String> OTHERS = Set.of("ids", "dry_run", "reason");
  private static final int MOST_TEXT = 500;
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /**
   * Reads a body.
   *
   * @throws LeatException MALFORMED_JSON, BAD_REQUEST
   */
  static RedriveRequest read(byte[] body) {
    JsonNode root;
    try {
      root = JSON.readTree(body);
    } catch (IOException e) {
      throw new LeatException(ErrorCode.MALFORMED_JSON, "The body is not JSON", e);
    }
    if (root == null || !root.isObject()) {
      throw bad("the body must be an object with 'ids', or with 'stream', 'code' and the like");
    }
    boolean isFiltered = false;
    for (Map.Entry<String, JsonNode> member : root.properties()) {
      if (!FILTER.contains(member.getKey()) && !OTHERS.contains(member.getKey())) {
        throw bad("there is no member '" + cut(member.getKey()) + "'");
      }
      isFiltered |= FILTER.contains(member.getKey());
    }
    List<KeptId> ids = ids(root.path("ids"));
    if (isFiltered != ids.isEmpty()) {
      throw bad("say either which 'ids', or what they have in common: 'stream', 'code' and so on");
    }
    KeptFilter filter =
        new KeptFilter(
            flag(root, "rejected"),
            text(root, "stream"),
            text(root, "code"),
            text(root, "stage"),
            text(root, "client"),
            time(text(root, "from"), "from"),
            time(text(root, "to"), "to"));
    return new RedriveRequest(
        ids, filter, limit(root.path("limit")), flag(root, "dry_run"), text(root, "reason"));
  }

  private static List<KeptId> ids(JsonNode array) {
    if (array.isMissingNode()) {
      return List.of();
    }
    if (!array.isArray() || array.isEmpty() || array.size() > Redriving.MOST) {
      throw bad("'ids' must be an array of 1 to " + Redriving.MOST + " record ids");
    }
    Set<KeptId> ids = new LinkedHashSet<>();
    array.forEach(id -> ids.add(KeptId.parse(id.asText())));
    return List.copyOf(ids);
  }

  private static int limit(JsonNode limit) {
    if (limit.isMissingNode()) {
      return Redriving.MOST;
    }
    if (!limit.isIntegralNumber() || limit.asLong() < 1 || limit.asLong() > Redriving.MOST) {
      throw bad("'limit' must be a number from 1 to " + Redriving.MOST);
    }
    return limit.asInt();
  }

  private static boolean flag(JsonNode root, String name) {
    JsonNode value = root.path(name);
    if (!value.isMissingNode() && !value.isBoolean()) {
      throw bad("'" + name + "' must be true or false");
    }
    return value.asBoolean(false);
  }

  private static @Nullable String text(JsonNode root, String name) {
    JsonNode value = root.path(name);
    if (value.isMissingNode() || value.isNull()) {
      return null;
    }
    if (!value.isTextual() || value.asText().isEmpty() || value.asText().length() > MOST_TEXT) {
      throw bad("'" + name + "' must be a text of 1 to " + MOST_TEXT + " characters");
    }
    return value.asText();
  }

  /** An RFC 3339 time, or null without one. */
  static @Nullable Instant time(@Nullable String text, String name) {
    if (text == null) {
      return null;
    }
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      throw new LeatException(
          ErrorCode.BAD_REQUEST,
          "'" + name + "' is '" + cut(text) + "', not a time such as 2026-01-31T12:00:00Z",
          e);
    }
  }

  private static String cut(String text) {
    return text.length() > 50 ? text.substring(0, 50) + "..." : text;
  }

  private static LeatException bad(String why) {
    return new LeatException(ErrorCode.BAD_REQUEST, why);
  }
}
