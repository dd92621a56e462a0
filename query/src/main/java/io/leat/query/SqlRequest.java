package io.leat.query;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a client asks for.
 *
 * @param limit rows of the answer; 0 means the default
 */
record SqlRequest(String sql, AnswerFormat.Kind format, long limit) {
  private static final Set<String> MEMBERS = Set.of("query", "format", "limit");

  /**
   * Reads a request.
   *
   * @param contentType {@code application/json}, or {@code text/plain} or {@code application/sql}
   *     for a body that is the statement
   * @param format and {@code limit}: of the query string; a JSON body's members go before them
   * @throws LeatException UNSUPPORTED_MEDIA_TYPE, MALFORMED_JSON, BAD_REQUEST
   */
  static SqlRequest of(
      @Nullable String contentType,
      @Nullable String accept,
      @Nullable String format,
      @Nullable String limit,
      byte[] body) {
    String text = contentType == null ? "" : contentType.toLowerCase(Locale.ROOT);
    String media = text.contains(";") ? text.substring(0, text.indexOf(';')).strip() : text;
    AnswerFormat.Kind kind = format == null ? accepted(accept) : AnswerFormat.Kind.of(format);
    long rows = limit == null ? 0 : limit(limit);
    return switch (media) {
      case "application/json" -> ofJson(body, kind, rows);
      case "text/plain", "application/sql" -> new SqlRequest(utf8(body), kind, rows);
      default ->
          throw new LeatException(
              ErrorCode.UNSUPPORTED_MEDIA_TYPE,
              "Send application/json with the member 'query', or the statement as application/sql or"
                  + " text/plain");
    };
  }

  private static SqlRequest ofJson(byte[] body, AnswerFormat.Kind kind, long rows) {
    JsonNode root = json(body);
    if (!root.isObject()) {
      throw bad("Send a JSON object with the member 'query'");
    }
    for (Map.Entry<String, JsonNode> member : root.properties()) {
      if (!MEMBERS.contains(member.getKey())) {
        throw bad(
            "The member '" + member.getKey() + "' is not known; there are query, format and limit");
      }
    }
    JsonNode query = root.path("query");
    JsonNode format = root.path("format");
    JsonNode limit = root.path("limit");
    if (!query.isTextual()) {
      throw bad("The member 'query' must be a string with the statement");
    }
    if (!format.isMissingNode() && !format.isTextual()) {
      throw bad("The member 'format' must be one of json, ndjson and csv");
    }
    if (!limit.isMissingNode() && !(limit.canConvertToLong() && limit.isIntegralNumber())) {
      throw bad("The member 'limit' must be a whole number");
    }
    return new SqlRequest(
        query.textValue(),
        format.isTextual() ? AnswerFormat.Kind.of(format.textValue()) : kind,
        limit.isMissingNode() ? rows : limit(limit.asText()));
  }

  private static JsonNode json(byte[] body) {
    ObjectMapper mapper =
        JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    try {
      return mapper.readTree(body);
    } catch (JsonProcessingException e) {
      throw new LeatException(
          ErrorCode.MALFORMED_JSON, "The body is not valid JSON: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long limit(String text) {
    try {
      long limit = Long.parseLong(text);
      if (limit >= 1) {
        return limit;
      }
    } catch (NumberFormatException e) {
      throw new LeatException(ErrorCode.BAD_REQUEST, "The limit must be a whole number", e);
    }
    throw bad("The limit must be at least 1");
  }

  private static AnswerFormat.Kind accepted(@Nullable String accept) {
    String wanted = accept == null ? "" : accept.toLowerCase(Locale.ROOT);
    if (wanted.startsWith("text/csv")) {
      return AnswerFormat.Kind.CSV;
    }
    if (wanted.startsWith("application/x-ndjson") || wanted.startsWith("application/ndjson")) {
      return AnswerFormat.Kind.NDJSON;
    }
    return AnswerFormat.Kind.JSON;
  }

  private static String utf8(byte[] body) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
    } catch (CharacterCodingException e) {
      throw new LeatException(ErrorCode.BAD_REQUEST, "The statement is not valid UTF-8", e);
    }
  }

  private static LeatException bad(String detail) {
    return new LeatException(ErrorCode.BAD_REQUEST, detail);
  }
}
