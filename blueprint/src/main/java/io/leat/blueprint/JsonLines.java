package io.leat.blueprint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** Where each part of a JSON document stands. Immutable. */
final class JsonLines {
  private static final int MAX_DEPTH = 100;
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
          .build();

  private final Map<String, Integer> lines;

  private JsonLines(Map<String, Integer> lines) {
    this.lines = lines;
  }

  /** A document that is not JSON, or names a key twice. */
  static final class NotJsonException extends Exception {
    private static final long serialVersionUID = 1L;
    private final int line;

    NotJsonException(String message, int line) {
      super(message);
      this.line = line;
    }

    int line() {
      return line;
    }
  }

  static JsonLines of(String text) throws NotJsonException {
    Map<String, Integer> lines = new HashMap<>();
    try (JsonParser parser = JSON.createParser(text)) {
      if (parser.nextToken() == null) {
        throw new NotJsonException("is empty", 0);
      }
      collect(parser, lines);
      if (parser.nextToken() != null) {
        throw new NotJsonException(
            "goes on after the end of the document", parser.currentTokenLocation().getLineNr());
      }
      return new JsonLines(lines);
    } catch (JsonProcessingException e) {
      JsonLocation location = e.getLocation();
      String first = e.getOriginalMessage().lines().findFirst().orElse("");
      throw new NotJsonException(
          "is not valid JSON: " + first, location == null ? 0 : location.getLineNr());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The line of the deepest part that {@code pointer} (RFC 6901) leads to. */
  int line(String pointer) {
    String at = pointer;
    while (!lines.containsKey(at) && !at.isEmpty()) {
      at = at.substring(0, Math.max(0, at.lastIndexOf('/')));
    }
    return lines.getOrDefault(at, 1);
  }

  private static void collect(JsonParser parser, Map<String, Integer> lines) throws IOException {
    do {
      if (!parser.currentToken().isStructEnd()) {
        lines.putIfAbsent(
            parser.getParsingContext().pathAsPointer().toString(),
            parser.currentTokenLocation().getLineNr());
      }
    } while (!parser.getParsingContext().inRoot() && parser.nextToken() != null);
  }
}
