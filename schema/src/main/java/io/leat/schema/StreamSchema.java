package io.leat.schema;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The JSON Schema (2020-12) of a stream's events, and the columns that follow from it. Immutable,
 * thread-safe.
 */
public final class StreamSchema {
  private static final ObjectMapper CANONICAL =
      JsonMapper.builder().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS).build();

  private final JsonNode document;
  private final List<Column> columns;
  private final String fingerprint;
  private final EventValidator validator;

  private StreamSchema(JsonNode document, List<Column> columns, EventValidator validator) {
    this.document = document;
    this.columns = columns;
    this.validator = validator;
    this.fingerprint = fingerprint(document);
  }

  /**
   * Reads a schema.
   *
   * @param json the schema document
   * @throws InvalidSchemaException if it is not JSON, not a valid 2020-12 schema, or not one of an
   *     object
   */
  public static StreamSchema parse(String json) throws InvalidSchemaException {
    JsonNode document;
    try {
      document = CANONICAL.readTree(json);
    } catch (JsonProcessingException e) {
      throw new InvalidSchemaException(
          List.of(new Violation("", "json", "is not valid JSON: " + e.getOriginalMessage())));
    }
    EventValidator validator = EventValidator.compile(document);
    return new StreamSchema(document, Columns.of(document), validator);
  }

  /** The document as it was read. */
  public JsonNode document() {
    return document;
  }

  /** The top-level columns, in the order of the schema's {@code properties}. */
  public List<Column> columns() {
    return columns;
  }

  /** The column called {@code name}, or null. */
  public @Nullable Column column(String name) {
    return columns.stream().filter(c -> c.name().equals(name)).findFirst().orElse(null);
  }

  /**
   * SHA-256 of the document in a canonical form, hexadecimal: the same schema has the same
   * fingerprint.
   */
  public String fingerprint() {
    return fingerprint;
  }

  /** Judges records. */
  public EventValidator validator() {
    return validator;
  }

  private static String fingerprint(JsonNode document) {
    try {
      // A tree keeps insertion order; a Map does not, so that key order does not make a new
      // version.
      String canonical =
          CANONICAL.writeValueAsString(CANONICAL.treeToValue(document, Object.class));
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(canonical.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash);
    } catch (JsonProcessingException | NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
