package io.leat.schema;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import io.leat.event.ErrorCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON (RFC 8259) from outside: UTF-8 only, no extensions, no duplicate keys, no unpaired
 * surrogates, bounded depth and field count. A record that breaks a bound is told apart from a body
 * that is not JSON, so that the other records of an array can still be read. Thread-safe.
 */
public final class StrictJson {
  /** Far above {@link JsonLimits}: what lies between the two is one record's problem. */
  private static final int PARSER_DEPTH = 1_000;

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
                    .maxNestingDepth(PARSER_DEPTH)
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
   * @param member where the member that was asked for stands, null when it was not found
   */
  public record Slice(
      int start,
      int end,
      @Nullable JsonNode node,
      @Nullable Problem problem,
      @Nullable Span member) {}

  /**
   * A value's bytes within a body.
   *
   * @param start index of its first byte
   * @param end index after its last byte
   */
  public record Span(int start, int end) {}

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

    private final Problem problem;

    MalformedJsonException(ErrorCode code, String message) {
      super(message);
      this.problem = new Problem(code, "", message);
    }

    /** The refusal of the whole body. */
    public Problem problem() {
      return problem;
    }
  }

  /** Reads one value that fills {@code body} from {@code start} to {@code end}. */
  public Slice readOne(byte[] body, int start, int end) {
    return readOne(body, start, end, null);
  }

  /**
   * Reads one value that fills {@code body} from {@code start} to {@code end}.
   *
   * @param member the object's member whose place is wanted; its value has the limits of a record
   *     of its own. Null when none is
   */
  public Slice readOne(byte[] body, int start, int end, @Nullable String member) {
    try {
      requireUtf8(body, start, end);
      try (JsonParser parser = factory.createParser(body, start, end - start)) {
        if (parser.nextToken() == null) {
          throw new MalformedJsonException(ErrorCode.MALFORMED_JSON, "there is no value");
        }
        Slice slice = new RecordReader(parser, limits, body, start, end, member).read();
        requireEnd(parser);
        return slice;
      }
    } catch (MalformedJsonException e) {
      return new Slice(start, end, null, e.problem(), null);
    } catch (IOException e) {
      return new Slice(start, end, null, malformed(e).problem(), null);
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
    List<Slice> slices = new ArrayList<>();
    readArray(body, start, end, maxRecords, null, slices::add);
    return slices;
  }

  /**
   * Reads an array of records, handing each over before the next is read.
   *
   * @param maxRecords reading stops with one slice more than this
   * @param member as in {@link #readOne(byte[], int, int, String)}
   * @param records is given each record in turn; what it got counts only once this has returned
   * @throws MalformedJsonException if the body as a whole is not a JSON array; nothing of it can
   *     then be used
   */
  public void readArray(
      byte[] body,
      int start,
      int end,
      int maxRecords,
      @Nullable String member,
      Consumer<Slice> records)
      throws MalformedJsonException {
    requireUtf8(body, start, end);
    try (JsonParser parser = factory.createParser(body, start, end - start)) {
      if (parser.nextToken() != JsonToken.START_ARRAY) {
        throw new MalformedJsonException(ErrorCode.MALFORMED_JSON, "an array was expected");
      }
      int count = 0;
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        records.accept(new RecordReader(parser, limits, body, start, end, member).read());
        if (++count > maxRecords) {
          return;
        }
      }
      requireEnd(parser);
    } catch (IOException e) {
      throw malformed(e);
    }
  }

  private static void requireEnd(JsonParser parser) throws IOException, MalformedJsonException {
    if (parser.nextToken() != null) {
      throw new MalformedJsonException(
          ErrorCode.MALFORMED_JSON, "there is more after the end of the value");
    }
  }

  private static void requireUtf8(byte[] body, int start, int end) throws MalformedJsonException {
    if (end - start >= 3
        && body[start] == (byte) 0xEF
        && body[start + 1] == (byte) 0xBB
        && body[start + 2] == (byte) 0xBF) {
      throw new MalformedJsonException(
          ErrorCode.MALFORMED_JSON, "a byte order mark is not allowed (RFC 8259, section 8.1)");
    }
    int invalid = Utf8.firstInvalid(body, start, end);
    if (invalid >= 0) {
      throw new MalformedJsonException(
          ErrorCode.MALFORMED_JSON, "the bytes are not valid UTF-8 at byte " + (invalid - start));
    }
  }

  private static MalformedJsonException malformed(IOException e) {
    if (e instanceof StreamConstraintsException constraint) {
      return constraint.getOriginalMessage().contains("nesting depth")
          ? new MalformedJsonException(
              ErrorCode.TOO_DEEP, "more than " + PARSER_DEPTH + " levels of nesting")
          : new MalformedJsonException(
              ErrorCode.MALFORMED_JSON, "a number or a name is too long to be read");
    }
    if (e instanceof JsonParseException parse && parse.getLocation() != null) {
      return new MalformedJsonException(
          ErrorCode.MALFORMED_JSON,
          withoutPayload(parse.getOriginalMessage())
              + " at byte "
              + parse.getLocation().getByteOffset());
    }
    String message =
        e instanceof JsonProcessingException json
            ? withoutPayload(json.getOriginalMessage())
            : "it cannot be read";
    return new MalformedJsonException(ErrorCode.MALFORMED_JSON, message);
  }

  /** Jackson repeats what it could not read, and says where in its own words; neither is wanted. */
  private static String withoutPayload(String message) {
    if (message.startsWith("Unrecognized token")) {
      return "a word that is neither null, true nor false";
    }
    if (message.startsWith("Malformed numeric value")) {
      return "a malformed number";
    }
    int marker = message.indexOf(" (start marker at ");
    return marker < 0 ? message : message.substring(0, marker);
  }
}
