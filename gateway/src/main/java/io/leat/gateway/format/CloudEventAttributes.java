package io.leat.gateway.format;

import com.fasterxml.jackson.databind.JsonNode;
import io.leat.gateway.format.CloudEvent.InvalidException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads CloudEvents attributes from HTTP headers and from JSON members. */
final class CloudEventAttributes {
  /** The specification's own and extensions together. */
  static final int MAX_ATTRIBUTES = 64;

  /** Characters of a name; the specification asks for no more than 20. */
  private static final int MAX_NAME = 64;

  /** Characters of a value. */
  private static final int MAX_VALUE = 2_048;

  private static final String HEADER_PREFIX = "ce-";

  private CloudEventAttributes() {}

  static void check(String name, String value) throws InvalidException {
    if (!isName(name)) {
      throw new InvalidException(
          "an attribute's name must be lower-case letters and digits, at most " + MAX_NAME);
    }
    if (name.startsWith("leat")) {
      throw new InvalidException("the attribute '" + name + "' has a name of Leat's own");
    }
    if (value.isEmpty()) {
      throw new InvalidException("the attribute '" + name + "' is empty");
    }
    if (value.length() > MAX_VALUE) {
      throw new InvalidException(
          "the attribute '" + name + "' is longer than " + MAX_VALUE + " characters");
    }
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0xFFFE || c == 0xFFFF) {
        throw new InvalidException(
            "the attribute '" + name + "' has a character that is not allowed");
      }
    }
  }

  private static boolean isName(String name) {
    if (name.isEmpty() || name.length() > MAX_NAME) {
      return false;
    }
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9')) {
        return false;
      }
    }
    return true;
  }

  /** Whether the headers are those of a CloudEvent in binary mode, complete or not. */
  static boolean anyIn(Iterable<Map.Entry<String, String>> headers) {
    for (Map.Entry<String, String> header : headers) {
      switch (header.getKey().toLowerCase(Locale.ROOT)) {
        case "ce-specversion", "ce-id", "ce-source", "ce-type" -> {
          return true;
        }
        default -> {}
      }
    }
    return false;
  }

  /** Binary mode: {@code ce-<name>} headers, percent-encoded. */
  static CloudEvent ofHeaders(Iterable<Map.Entry<String, String>> headers) throws InvalidException {
    Map<String, String> attributes = new HashMap<>();
    for (Map.Entry<String, String> header : headers) {
      String name = header.getKey().toLowerCase(Locale.ROOT);
      if (!name.startsWith(HEADER_PREFIX)) {
        continue;
      }
      name = name.substring(HEADER_PREFIX.length());
      if (name.equals("datacontenttype")) {
        throw new InvalidException(
            "the content type is said by Content-Type, never by ce-datacontenttype");
      }
      if (!isName(name)) {
        throw new InvalidException(
            "an attribute's name must be lower-case letters and digits, at most " + MAX_NAME);
      }
      if (attributes.put(name, decode(name, header.getValue())) != null) {
        throw new InvalidException("the attribute '" + name + "' is there twice");
      }
    }
    return CloudEvent.of(attributes);
  }

  /**
   * Properties whose values are the attributes' as they are; null when they are no CloudEvent's.
   */
  static @Nullable CloudEvent ofProperties(Iterable<Map.Entry<String, String>> properties)
      throws InvalidException {
    Map<String, String> attributes = new HashMap<>();
    boolean event = false;
    String twice = null;
    for (Map.Entry<String, String> property : properties) {
      String name = property.getKey();
      event |= name.equals("specversion");
      if (isName(name) && attributes.put(name, property.getValue()) != null) {
        twice = name;
      }
    }
    if (!event) {
      return null;
    }
    if (twice != null) {
      throw new InvalidException("the attribute '" + twice + "' is there twice");
    }
    return CloudEvent.of(attributes);
  }

  /** Structured mode: the envelope's members but the data. Null means not there. */
  static CloudEvent ofEnvelope(JsonNode envelope) throws InvalidException {
    Map<String, String> attributes = new HashMap<>();
    for (Map.Entry<String, JsonNode> member : envelope.properties()) {
      String name = member.getKey();
      JsonNode value = member.getValue();
      if (name.equals("data") || name.equals("data_base64") || value.isNull()) {
        continue;
      }
      if (value.isTextual() || value.isBoolean() || (value.isInt() && !isText(name))) {
        attributes.put(name, value.asText());
      } else {
        throw new InvalidException(
            (isName(name) ? "the attribute '" + name + "'" : "an attribute")
                + (isText(name)
                    ? " must be a string"
                    : " must be a string, a boolean or a 32-bit integer"));
      }
    }
    return CloudEvent.of(attributes);
  }

  private static boolean isText(String name) {
    return switch (name) {
      case "specversion",
          "id",
          "source",
          "type",
          "time",
          "subject",
          "datacontenttype",
          "dataschema" ->
          true;
      default -> false;
    };
  }

  /** HTTP protocol binding 1.0.2, section 3.1.3.2: undo quotes, then percent-encoding, once. */
  private static String decode(String name, String raw) throws InvalidException {
    String value = unquote(raw.strip());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(value.length());
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '%') {
        int high = i + 2 < value.length() ? Character.digit(value.charAt(i + 1), 16) : -1;
        int low = i + 2 < value.length() ? Character.digit(value.charAt(i + 2), 16) : -1;
        if (high < 0 || low < 0) {
          throw new InvalidException(
              "the attribute '" + name + "' has a '%' without two hexadecimal digits");
        }
        bytes.write(high * 16 + low);
        i += 2;
      } else if (c < 0x20 || c > 0x7E) {
        throw new InvalidException(
            "the attribute '" + name + "' has a character that must be percent-encoded");
      } else {
        bytes.write(c);
      }
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes.toByteArray()))
          .toString();
    } catch (CharacterCodingException e) {
      throw new InvalidException("the attribute '" + name + "' is not percent-encoded UTF-8");
    }
  }

  private static String unquote(String value) {
    if (value.length() < 2 || value.charAt(0) != '"' || value.charAt(value.length() - 1) != '"') {
      return value;
    }
    StringBuilder text = new StringBuilder(value.length());
    for (int i = 1; i < value.length() - 1; i++) {
      if (value.charAt(i) == '\\' && i + 1 < value.length() - 1) {
        i++;
      }
      text.append(value.charAt(i));
    }
    return text.toString();
  }
}
