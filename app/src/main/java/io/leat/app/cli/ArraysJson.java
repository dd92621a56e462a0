package io.leat.app.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** Lists of words as JSON arrays. */
final class ArraysJson {
  private ArraysJson() {}

  static void put(ObjectNode object, String name, List<String> words) {
    if (!words.isEmpty()) {
      ArrayNode array = object.putArray(name);
      words.forEach(array::add);
    }
  }
}
