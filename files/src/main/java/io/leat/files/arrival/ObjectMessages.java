package io.leat.files.arrival;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads messages about objects: S3's event notifications, as they are, in SQS's messages, in SNS's
 * envelopes, and EventBridge's events. https://docs.aws.amazon.com/AmazonS3/latest/userguide/
 * notification-content-structure.html
 */
public final class ObjectMessages {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MOST_DEPTH = 6;

  private ObjectMessages() {}

  /** An object that a message names. */
  public record Named(String bucket, String key) {}

  /**
   * The objects that were created, each once.
   *
   * @throws IllegalArgumentException if the text is not JSON, or no such message
   */
  public static List<Named> created(String text) {
    Set<Named> all = new LinkedHashSet<>();
    if (!read(parse(text), all, 0)) {
      throw new IllegalArgumentException(
          "It is neither an S3 event nor a message or notification that holds one");
    }
    return new ArrayList<>(all);
  }

  private static JsonNode parse(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("It is not JSON", e);
    }
  }

  /** Whether it was understood. */
  private static boolean read(JsonNode node, Set<Named> all, int depth) {
    if (depth > MOST_DEPTH) {
      return false;
    }
    if (node.isArray()) {
      boolean isKnown = false;
      for (JsonNode one : node) {
        isKnown |= read(one, all, depth + 1);
      }
      return isKnown;
    }
    if (node.path("Event").asText().equals("s3:TestEvent")) {
      return true; // S3 sends it when the notification is set up
    }
    for (String list : List.of("Records", "Messages")) {
      if (node.path(list).isArray()) {
        boolean isKnown = node.path(list).isEmpty();
        for (JsonNode one : node.path(list)) {
          isKnown |= read(one, all, depth + 1);
        }
        return isKnown;
      }
    }
    for (String body : List.of("Body", "body", "Message")) {
      if (node.path(body).isTextual()) {
        return read(parse(node.path(body).asText()), all, depth + 1);
      }
    }
    return event(node, all);
  }

  private static boolean event(JsonNode event, Set<Named> all) {
    JsonNode s3 = event.path("s3");
    if (s3.path("bucket").path("name").isTextual() && s3.path("object").path("key").isTextual()) {
      if (event.path("eventName").asText().replaceFirst("^s3:", "").startsWith("ObjectCreated")) {
        // Keys are encoded as in a form's fields.
        String key =
            URLDecoder.decode(s3.path("object").path("key").asText(), StandardCharsets.UTF_8);
        all.add(new Named(s3.path("bucket").path("name").asText(), key));
      }
      return true;
    }
    JsonNode detail = event.path("detail");
    if (event.path("source").asText().equals("aws.s3")
        && detail.path("bucket").path("name").isTextual()
        && detail.path("object").path("key").isTextual()) {
      if (event.path("detail-type").asText().equals("Object Created")) {
        all.add(
            new Named(
                detail.path("bucket").path("name").asText(),
                detail.path("object").path("key").asText()));
      }
      return true;
    }
    return false;
  }
}
