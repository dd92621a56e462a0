package io.leat.schema;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.event.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON (RFC 8259) from outside: UTF-8 only, no extensions, no duplicate keys, no unpaired
 * surrogates, bounded depth and field count. A record that breaks a bound is told apart from a body
 * that is not JSON, so that the other records of an array can still be read. Thread-safe.
 */
public final class StrictJson {
  private static final JsonNodeFactory NODES = new JsonNodeFactory(true);

  private final JsonFactory factory;
  private final JsonLimits limits;

  public StrictJson(JsonLimits limits) {
    this.limits = limits;
    this.factory =
        new JsonFactoryBuilder()
            .disable(JsonFactory.Feature.CHARSET_DETECTION)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .streamReadConstraints(
                StreamReadConstraints.builder()
                    .maxNestingDepth(1_000)
                    .maxNumberLength(1_000)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNameLength(50_000)
                    .build())
            .build();
  }

  /**
   * A record within a body.
   *
   * @param start index of its first byte
   * @param end index after its last byte
   * @param node the record, null when it is refused
   * @param problem why it is refused, null when it is not
   */
  public record Slice(int start, int end, @Nullable JsonNode node, @Nullable Problem problem) {}

  /**
   * Why a record or a body is refused.
   *
   * @param code one of MALFORMED_JSON, DUPLICATE_JSON_KEY, TOO_DEEP, TOO_MANY_FIELDS
   * @param pointer RFC 6901 pointer, empty for the whole
   * @param message in words
   */
  public record Problem(ErrorCode code, String pointer, String message) {}

  /** The body is not JSON at all, so that nothing in it can be told apart. */
  public static final class MalformedJsonException extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedJsonException(String message) {
      super(message);
    }
  }

  /** Reads one value that fills {@code body} from {@code start} to {@code end}. */
  public Slice readOne(byte[] body, int start, int end) {
    try {
      requireUtf8(body, start, end);
      try (JsonParser parser = factory.createParser(body, start, end - start)) {
        if (parser.nextToken() == null) {
          throw new MalformedJsonException("there is no value");
        }
        Slice slice = slice(parser, body, start);
        requireEnd(parser);
        return slice;
      }
    } catch (MalformedJsonException e) {
      return new Slice(
          start,
          end,
          null,
          new Problem(ErrorCode.MALFORMED_JSON, "", e.getMessage() == null ? "" : e.getMessage()));
    } catch (IOException e) {
      return new Slice(start, end, null, new Problem(ErrorCode.MALFORMED_JSON, "", describe(e)));
    }
  }

  /**
   * Reads an array of records.
   *
   * @param maxRecords reading stops with one slice more than this
   * @throws MalformedJsonException if the body as a whole is not a JSON array; nothing of it can
   *     then be used
   */
  public List<Slice> readArray(byte[] body, int start, int end, int maxRecords)
      throws MalformedJsonException {
    requireUtf8(body, start, end);
    try (JsonParser parser = factory.createParser(body, start, end - start)) {
      if (parser.nextToken() != JsonToken.START_ARRAY) {
        throw new MalformedJsonException("an array was expected");
      }
      List<Slice> slices = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        slices.add(slice(parser, body, start));
        if (slices.size() > maxRecords) {
          return slices;
        }
      }
      requireEnd(parser);
      return slices;
    } catch (IOException e) {
      throw new MalformedJsonException(describe(e));
    }
  }

  private Slice slice(JsonParser parser, byte[] body, int base) throws IOException {
    int from = base + (int) parser.currentTokenLocation().getByteOffset();
    Reader reader = new Reader(parser, limits);
    JsonNode node = reader.value("", 1);
    int to = endOf(parser, body, base, from);
    Problem problem = reader.problem;
    return new Slice(from, to, problem == null ? node : null, problem);
  }

  /** A number's end is only known to the parser after the byte that follows it. */
  private static int endOf(JsonParser parser, byte[] body, int base, int from) {
    JsonToken token = parser.currentToken();
    int to = base + (int) parser.currentLocation().getByteOffset();
    if (token != null && token.isNumeric()) {
      to = from;
      while (to < body.length && "+-.0123456789eE".indexOf(body[to]) >= 0) {
        to++;
      }
    }
    return to;
  }

  private static void requireEnd(JsonParser parser) throws IOException, MalformedJsonException {
    if (parser.nextToken() != null) {
      throw new MalformedJsonException("there is more after the end of the value");
    }
  }

  private static void requireUtf8(byte[] body, int start, int end) throws MalformedJsonException {
    int i = start;
    while (i < end && body[i] >= 0) {
      i++;
    }
    if (i == end) {
      return;
    }
    if (start == i
        && end - i >= 3
        && body[i] == (byte) 0xEF
        && body[i + 1] == (byte) 0xBB
        && body[i + 2] == (byte) 0xBF) {
      throw new MalformedJsonException("a byte order mark is not allowed (RFC 8259, section 8.1)");
    }
    try {
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(body, i, end - i));
    } catch (CharacterCodingException e) {
      throw new MalformedJsonException("the bytes are not valid UTF-8");
    }
  }

  private static String describe(IOException e) {
    if (e instanceof JsonParseException parse && parse.getLocation() != null) {
      return parse.getOriginalMessage() + " at byte " + parse.getLocation().getByteOffset();
    }
    return e instanceof JsonProcessingException json
        ? json.getOriginalMessage()
        : String.valueOf(e.getMessage());
  }

  /** Builds the tree of one record, noting the first problem and reading on to the record's end. */
  private static final class Reader {
    private final JsonParser parser;
    private final JsonLimits limits;
    private int fields;
    private @Nullable Problem problem;

    Reader(JsonParser parser, JsonLimits limits) {
      this.parser = parser;
      this.limits = limits;
    }

    JsonNode value(String pointer, int depth) throws IOException {
      JsonToken token = parser.currentToken();
      return switch (token) {
        case START_OBJECT -> object(pointer, depth);
        case START_ARRAY -> array(pointer, depth);
        case VALUE_STRING -> NODES.textNode(checked(parser.getText(), pointer));
        case VALUE_NUMBER_INT -> integer();
        case VALUE_NUMBER_FLOAT -> NODES.numberNode(parser.getDecimalValue());
        case VALUE_TRUE -> NODES.booleanNode(true);
        case VALUE_FALSE -> NODES.booleanNode(false);
        case VALUE_NULL -> NODES.nullNode();
        default -> throw new JsonParseException(parser, "Unexpected " + token);
      };
    }

    private JsonNode integer() throws IOException {
      return switch (parser.getNumberType()) {
        case INT -> NODES.numberNode(parser.getIntValue());
        case LONG -> NODES.numberNode(parser.getLongValue());
        default -> NODES.numberNode(parser.getBigIntegerValue());
      };
    }

    private JsonNode object(String pointer, int depth) throws IOException {
      ObjectNode object = NODES.objectNode();
      if (tooDeep(pointer, depth)) {
        parser.skipChildren();
        return object;
      }
      for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
        parser.nextToken();
        String at = problem == null ? pointer + "/" + escape(name) : "";
        checked(name, at);
        count(pointer);
        JsonNode value = value(at, depth + 1);
        if (object.replace(name, value) != null) {
          note(ErrorCode.DUPLICATE_JSON_KEY, at, "the property is named twice");
        }
      }
      return object;
    }

    private JsonNode array(String pointer, int depth) throws IOException {
      ArrayNode array = NODES.arrayNode();
      if (tooDeep(pointer, depth)) {
        parser.skipChildren();
        return array;
      }
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        count(pointer);
        array.add(value(problem == null ? pointer + "/" + array.size() : "", depth + 1));
      }
      return array;
    }

    private boolean tooDeep(String pointer, int depth) {
      if (depth > limits.depth()) {
        note(ErrorCode.TOO_DEEP, pointer, "more than " + limits.depth() + " levels of nesting");
        return true;
      }
      return false;
    }

    private void count(String pointer) {
      if (++fields > limits.fields()) {
        note(ErrorCode.TOO_MANY_FIELDS, pointer, "more than " + limits.fields() + " fields");
      }
    }

    private String checked(String text, String pointer) {
      for (int i = 0; i < text.length(); i++) {
        char c = text.charAt(i);
        if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
          boolean pair = i + 1 < text.length() && Character.isSurrogatePair(c, text.charAt(i + 1));
          if (!pair) {
            note(ErrorCode.MALFORMED_JSON, pointer, "a string has an unpaired surrogate");
            return text;
          }
          i++;
        }
      }
      return text;
    }

    private void note(ErrorCode code, String pointer, String message) {
      if (problem == null) {
        problem = new Problem(code, pointer, message);
      }
    }

    private static String escape(String name) {
      return name.indexOf('~') < 0 && name.indexOf('/') < 0
          ? name
          : name.replace("~", "~0").replace("/", "~1");
    }
  }
}
