package io.leat.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.leat.app.terminal.Text;

/** Members of an answer as people read them. */
final class Member {
  private Member() {}

  /** Empty when it is missing or null; without control characters. */
  static String text(JsonNode object, String name) {
    JsonNode value = object.path(name);
    return value.isNull() ? "" : Text.printable(value.asText(""));
  }
}
