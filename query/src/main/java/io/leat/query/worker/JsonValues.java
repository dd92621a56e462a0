package io.leat.query.worker;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Array;
import java.sql.Blob;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import org.duckdb.DuckDBStruct;
import org.jspecify.annotations.Nullable;

/**
 * DuckDB's values in JSON: integers and decimals as numbers with all their digits, NaN and
 * infinities as strings, times with zone in UTC by RFC 3339, bytes in Base64, structs and maps as
 * objects, lists as arrays. Everything else as DuckDB's text.
 */
final class JsonValues {
  private static final LocalDate LAST_DATE = LocalDate.of(5881580, 7, 10);
  private static final LocalDate FIRST_DATE = LocalDate.of(-5877641, 6, 25);
  private static final int LAST_TIMESTAMP_YEAR = 294247;
  private static final int FIRST_TIMESTAMP_YEAR = -290308;

  private final JsonGenerator json;
  private final ObjectMapper mapper;

  JsonValues(JsonGenerator json, ObjectMapper mapper) {
    this.json = json;
    this.mapper = mapper;
  }

  void write(@Nullable Object value) throws SQLException, IOException {
    if (value == null) {
      json.writeNull();
    } else if (value instanceof String text) {
      json.writeString(text);
    } else if (value instanceof Number number) {
      number(number);
    } else if (value instanceof Boolean flag) {
      json.writeBoolean(flag);
    } else if (value instanceof DuckDBStruct struct) {
      object(struct.getMap());
    } else if (value instanceof Map<?, ?> map) {
      object(map);
    } else if (value instanceof Array array) {
      array((Object[]) array.getArray());
    } else if (value instanceof Blob blob) {
      json.writeBinary(blob.getBytes(1, (int) blob.length()));
    } else if (value instanceof byte[] bytes) {
      json.writeBinary(bytes);
    } else if (value instanceof org.duckdb.JsonNode document) {
      document(document.toString());
    } else {
      json.writeString(text(value));
    }
  }

  private void number(Number number) throws IOException {
    if (number instanceof Double || number instanceof Float) {
      double value = number.doubleValue();
      if (Double.isNaN(value) || Double.isInfinite(value)) {
        json.writeString(String.valueOf(value));
      } else if (number instanceof Float single) {
        json.writeNumber(single);
      } else {
        json.writeNumber(value);
      }
    } else if (number instanceof BigDecimal decimal) {
      json.writeNumber(decimal.toPlainString());
    } else if (number instanceof BigInteger integer) {
      json.writeNumber(integer);
    } else {
      json.writeNumber(number.longValue());
    }
  }

  private void object(Map<?, ?> map) throws SQLException, IOException {
    json.writeStartObject();
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      json.writeFieldName(text(entry.getKey()));
      write(entry.getValue());
    }
    json.writeEndObject();
  }

  private void array(@Nullable Object[] elements) throws SQLException, IOException {
    json.writeStartArray();
    for (Object element : elements) {
      write(element);
    }
    json.writeEndArray();
  }

  private void document(String text) throws IOException {
    try {
      json.writeTree(mapper.readTree(text));
    } catch (JsonProcessingException e) {
      json.writeString(text); // what DuckDB takes for JSON and Jackson does not
    }
  }

  private static String text(Object value) {
    if (value instanceof OffsetDateTime time) {
      if (time.getYear() >= LAST_TIMESTAMP_YEAR || time.getYear() <= FIRST_TIMESTAMP_YEAR) {
        return time.getYear() > 0 ? "Infinity" : "-Infinity";
      }
      return DateTimeFormatter.ISO_INSTANT.format(time);
    }
    if (value instanceof Timestamp time) {
      return local(time.toLocalDateTime());
    }
    if (value instanceof LocalDateTime time) {
      return local(time);
    }
    if (value instanceof LocalDate date) {
      if (date.isAfter(LAST_DATE) || date.isBefore(FIRST_DATE)) {
        return date.getYear() > 0 ? "Infinity" : "-Infinity";
      }
      return date.toString();
    }
    // Their own texts leave out seconds that are zero.
    if (value instanceof LocalTime time) {
      return DateTimeFormatter.ISO_LOCAL_TIME.format(time);
    }
    if (value instanceof OffsetTime time) {
      return DateTimeFormatter.ISO_OFFSET_TIME.format(time);
    }
    return String.valueOf(value);
  }

  private static String local(LocalDateTime time) {
    if (time.getYear() >= LAST_TIMESTAMP_YEAR || time.getYear() <= FIRST_TIMESTAMP_YEAR) {
      return time.getYear() > 0 ? "Infinity" : "-Infinity";
    }
    return DateTimeFormatter.ISO_LOCAL_DATE_TIME.format(time);
  }
}
