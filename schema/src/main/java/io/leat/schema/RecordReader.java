package io.leat.schema;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.event.ErrorCode;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Builds the tree of one record, noting the first problem and reading on to the record's end. */
final class RecordReader {
  private static final JsonNodeFactory NODES = new JsonNodeFactory(true);

  /** Beyond this power of ten arithmetic on a number could be made to take for ever. */
  private static final int MAX_EXPONENT = 10_000;

  private static final int MAX_POINTER = 500;

  private final JsonParser parser;
  private final JsonLimits limits;
  private final byte[] body;
  private final int base;
  private final int end;
  private final @Nullable String member;
  private int fields;
  private StrictJson.@Nullable Problem problem;
  private StrictJson.@Nullable Span found;

  /** The way from the record to the present value: names and indices. */
  private String[] names = new String[8];

  private int[] indices = new int[8];
  private int level;

  /**
   * @param parser stands on the record's first token
   * @param body what the parser reads
   * @param base where in the body the parser began
   * @param end where in the body the parser will end
   * @param member the member whose place is wanted, or null
   */
  RecordReader(
      JsonParser parser,
      JsonLimits limits,
      byte[] body,
      int base,
      int end,
      @Nullable String member) {
    this.parser = parser;
    this.limits = limits;
    this.body = body;
    this.base = base;
    this.end = end;
    this.member = member;
  }

  StrictJson.Slice read() throws IOException {
    int from = tokenStart();
    JsonNode node = value(1);
    return new StrictJson.Slice(
        from, tokenEnd(from), problem == null ? node : null, problem, found);
  }

  private int tokenStart() {
    return base + (int) parser.currentTokenLocation().getByteOffset();
  }

  /**
   * A number's end is only known to the parser after the byte that follows it, which need not be
   * one that may.
   */
  private int tokenEnd(int from) {
    JsonToken token = parser.currentToken();
    if (token == null || !token.isNumeric()) {
      return base + (int) parser.currentLocation().getByteOffset();
    }
    int to = from < end && body[from] == '-' ? from + 1 : from;
    to = digits(to);
    if (to < end && body[to] == '.') {
      to = digits(to + 1);
    }
    if (to < end && (body[to] == 'e' || body[to] == 'E')) {
      to++;
      to = digits(to < end && (body[to] == '+' || body[to] == '-') ? to + 1 : to);
    }
    return to;
  }

  private int digits(int from) {
    int to = from;
    while (to < end && body[to] >= '0' && body[to] <= '9') {
      to++;
    }
    return to;
  }

  private JsonNode value(int depth) throws IOException {
    JsonToken token = parser.currentToken();
    return switch (token) {
      case START_OBJECT -> object(depth);
      case START_ARRAY -> array(depth);
      case VALUE_STRING -> NODES.textNode(checked(parser.getText()));
      case VALUE_NUMBER_INT -> integer();
      case VALUE_NUMBER_FLOAT -> NODES.numberNode(decimal());
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

  private BigDecimal decimal() throws IOException {
    BigDecimal value;
    try {
      value = parser.getDecimalValue();
    } catch (NumberFormatException e) {
      // Jackson has checked the syntax; what is left is an exponent past the range of int.
      return beyond();
    }
    return Math.abs((long) value.precision() - value.scale()) > MAX_EXPONENT ? beyond() : value;
  }

  private BigDecimal beyond() {
    note(ErrorCode.MALFORMED_JSON, "a number is beyond 10 to the power of " + MAX_EXPONENT);
    return BigDecimal.ZERO;
  }

  private JsonNode object(int depth) throws IOException {
    ObjectNode object = NODES.objectNode();
    if (tooDeep(depth)) {
      parser.skipChildren();
      return object;
    }
    for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
      parser.nextToken();
      count();
      push(name, -1);
      checked(name);
      JsonNode value = level == 1 && name.equals(member) ? memberValue() : value(depth + 1);
      if (object.replace(name, value) != null) {
        note(ErrorCode.DUPLICATE_JSON_KEY, "the property is named twice");
      }
      level--;
    }
    return object;
  }

  /** The member is a record in an envelope: its limits are its own. */
  private JsonNode memberValue() throws IOException {
    int outside = fields;
    fields = 0;
    int from = tokenStart();
    JsonNode value = value(1);
    found = new StrictJson.Span(from, tokenEnd(from));
    fields = outside;
    return value;
  }

  private JsonNode array(int depth) throws IOException {
    ArrayNode array = NODES.arrayNode();
    if (tooDeep(depth)) {
      parser.skipChildren();
      return array;
    }
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      count();
      push("", array.size());
      array.add(value(depth + 1));
      level--;
    }
    return array;
  }

  private boolean tooDeep(int depth) {
    if (depth > limits.depth()) {
      note(ErrorCode.TOO_DEEP, "more than " + limits.depth() + " levels of nesting");
      return true;
    }
    return false;
  }

  private void count() {
    if (++fields > limits.fields()) {
      note(ErrorCode.TOO_MANY_FIELDS, "more than " + limits.fields() + " fields");
    }
  }

  private String checked(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
        boolean pair = i + 1 < text.length() && Character.isSurrogatePair(c, text.charAt(i + 1));
        if (!pair) {
          note(ErrorCode.MALFORMED_JSON, "a string has an unpaired surrogate");
          return text;
        }
        i++;
      }
    }
    return text;
  }

  private void push(String name, int index) {
    if (level == names.length) {
      names = Arrays.copyOf(names, level * 2);
      indices = Arrays.copyOf(indices, level * 2);
    }
    names[level] = name;
    indices[level] = index;
    level++;
  }

  private void note(ErrorCode code, String message) {
    if (problem == null) {
      problem = new StrictJson.Problem(code, pointer(), message);
    }
  }

  /** RFC 6901, of bounded length and free of lone surrogates. */
  private String pointer() {
    StringBuilder pointer = new StringBuilder();
    for (int i = 0; i < level && pointer.length() < MAX_POINTER; i++) {
      pointer.append('/');
      if (indices[i] >= 0) {
        pointer.append(indices[i]);
      } else {
        pointer.append(names[i].replace("~", "~0").replace("/", "~1"));
      }
    }
    if (pointer.length() > MAX_POINTER) {
      pointer.setLength(MAX_POINTER);
      pointer.append("...");
    }
    return new String(pointer.toString().getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }
}
