package io.leat.parquet;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A value of a JSON line that keeps its own text, so that neither digits nor the form of an
 * embedded document are lost.
 *
 * @param value a String (of a number its digits), a Boolean, a Map or a List of parts; null for
 *     null
 * @param line all bytes of the line
 * @param start of its text
 * @param end behind its text
 */
record JsonPart(@Nullable Object value, byte[] line, int start, int end) {
  /** How long a text or a name may be is bounded by the line. */
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNameLength(Integer.MAX_VALUE)
                  .maxNumberLength(Integer.MAX_VALUE)
                  .build())
          .build();

  /**
   * Reads a line.
   *
   * @throws IOException if it is not JSON, or more than one value
   */
  static JsonPart parse(byte[] line) throws IOException {
    try (JsonParser parser = JSON.createParser(line)) {
      parser.nextToken();
      JsonPart part = read(parser, line);
      if (parser.nextToken() != null) {
        throw new JsonParseException(parser, "there is more than one value");
      }
      return part;
    }
  }

  /** A key of a map, as a value. */
  static JsonPart text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return new JsonPart(text, bytes, 0, bytes.length);
  }

  private static JsonPart read(JsonParser parser, byte[] line) throws IOException {
    int start = (int) parser.currentTokenLocation().getByteOffset();
    JsonToken token = parser.currentToken();
    Object value = null;
    if (token == JsonToken.START_OBJECT) {
      Map<String, JsonPart> members = new LinkedHashMap<>();
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String key = parser.currentName();
        parser.nextToken();
        members.put(key, read(parser, line));
      }
      value = members;
    } else if (token == JsonToken.START_ARRAY) {
      List<JsonPart> elements = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        elements.add(read(parser, line));
      }
      value = elements;
    } else if (token == JsonToken.VALUE_TRUE || token == JsonToken.VALUE_FALSE) {
      value = token == JsonToken.VALUE_TRUE;
    } else if (token != null && token.isScalarValue() && token != JsonToken.VALUE_NULL) {
      value = parser.getText();
    }
    return new JsonPart(value, line, start, (int) parser.currentLocation().getByteOffset());
  }

  /** Its own text. */
  byte[] source() {
    byte[] source = new byte[end - start];
    System.arraycopy(line, start, source, 0, source.length);
    return source;
  }

  @SuppressWarnings("unchecked") // only read() makes maps
  @Nullable Map<String, JsonPart> members() {
    return value instanceof Map ? (Map<String, JsonPart>) value : null;
  }

  @SuppressWarnings("unchecked") // only read() makes lists
  @Nullable List<JsonPart> elements() {
    return value instanceof List ? (List<JsonPart>) value : null;
  }
}
