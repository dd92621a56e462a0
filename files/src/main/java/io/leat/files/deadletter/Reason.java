package io.leat.files.deadletter;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.files.place.FileNames;
import java.nio.charset.StandardCharsets;

/** What stands beside a dead letter. */
final class Reason {
  /** How its name goes on behind the file's. */
  static final String SUFFIX = ".reason.json";

  /**
   * File systems take 255 bytes; the reason's suffix and that of a part that is written need 18.
   */
  private static final int MOST = 237;

  private static final int MOST_EXTENSION = 16;

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private Reason() {}

  static byte[] of(DeadLetters.Letter letter) {
    ObjectNode json = JSON.createObjectNode();
    json.put("file", letter.id());
    json.put("source", letter.seen().blueprint() + "." + letter.seen().source());
    json.put("name", letter.seen().name());
    json.put("location", letter.seen().location());
    json.put("version", letter.seen().version());
    json.put("size", letter.seen().size());
    json.put("category", letter.failure().category().text());
    json.put("code", letter.failure().code());
    json.put("reason", letter.failure().reason());
    json.put("attempts", letter.attempts());
    json.put("given_up_at", letter.at().toString());
    json.put("try_again", "leat files retry " + letter.id());
    try {
      return (JSON.writeValueAsString(json) + "\n").getBytes(StandardCharsets.UTF_8);
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * The file's name there: it tells files of the same name apart. One that would be too long for a
   * file system keeps its end, and all of the id.
   */
  static String name(DeadLetters.Letter letter) {
    String name = letter.seen().name().replace('/', '_');
    int dot = name.lastIndexOf('.');
    String stem = dot <= 0 ? name : name.substring(0, dot);
    String extension = dot <= 0 ? "" : name.substring(dot);
    String whole = stem + "-" + letter.id().substring(0, 8) + extension;
    if (FileNames.bytes(whole) <= MOST) {
      return whole;
    }
    String end = "-" + letter.id() + (FileNames.bytes(extension) > MOST_EXTENSION ? "" : extension);
    return FileNames.tail(stem, MOST - FileNames.bytes(end)) + end;
  }
}
