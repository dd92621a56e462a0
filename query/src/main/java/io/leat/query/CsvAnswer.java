package io.leat.query;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.leat.event.LeatException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** RFC 4180 with a header. NULL is nothing, an empty text is "", what is nested is JSON. */
final class CsvAnswer implements AnswerFormat {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  @Override
  public byte[] head(List<ResultColumn> columns) {
    StringBuilder line = new StringBuilder();
    for (ResultColumn column : columns) {
      text(line, column.name());
      line.append(',');
    }
    return ended(line).toString().getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public byte[] rows(byte[] json) {
    StringBuilder lines = new StringBuilder(json.length);
    try {
      for (JsonNode row : MAPPER.readTree(json)) {
        for (JsonNode value : row) {
          value(lines, value);
          lines.append(',');
        }
        ended(lines);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return lines.toString().getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public byte[] tail(QuerySummary summary) {
    return new byte[0];
  }

  @Override
  public byte[] failure(LeatException failure) {
    return new byte[0];
  }

  /** The last comma gives way to the end of the line. */
  private static StringBuilder ended(StringBuilder line) {
    if (line.length() > 0 && line.charAt(line.length() - 1) == ',') {
      line.setLength(line.length() - 1);
    }
    return line.append("\r\n");
  }

  private static void value(StringBuilder line, JsonNode value) throws IOException {
    if (value.isTextual()) {
      text(line, value.textValue());
    } else if (value.isContainerNode()) {
      text(line, MAPPER.writeValueAsString(value));
    } else if (value.isBigDecimal()) {
      BigDecimal number = value.decimalValue();
      line.append(number.scale() >= 0 ? number.toPlainString() : number.toString());
    } else if (!value.isNull()) {
      line.append(value.asText());
    }
  }

  private static void text(StringBuilder line, String text) {
    boolean isPlain = !text.isEmpty();
    for (int i = 0; i < text.length() && isPlain; i++) {
      char c = text.charAt(i);
      isPlain = c != ',' && c != '"' && c != '\n' && c != '\r';
    }
    if (isPlain && text.strip().equals(text)) {
      line.append(text);
    } else {
      line.append('"').append(text.replace("\"", "\"\"")).append('"');
    }
  }
}
