package io.leat.query;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamWriteFeature;
import io.leat.event.LeatException;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** An object a line; a last line with the only member {@code error} when the query failed. */
final class NdjsonAnswer implements AnswerFormat {
  private final JsonFactory factory =
      JsonFactory.builder().disable(StreamWriteFeature.AUTO_CLOSE_TARGET).build();
  private final List<String> names = new ArrayList<>();

  @Override
  public byte[] head(List<ResultColumn> columns) {
    Set<String> taken = new HashSet<>();
    for (ResultColumn column : columns) {
      String name = column.name();
      for (int n = 2; !taken.add(name); n++) {
        name = column.name() + "_" + n;
      }
      names.add(name);
    }
    return new byte[0];
  }

  @Override
  public byte[] rows(byte[] json) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(json.length * 2);
    try (JsonParser parser = factory.createParser(json)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.START_ARRAY) {
        try (JsonGenerator line = factory.createGenerator(out)) {
          line.writeStartObject();
          for (String name : names) {
            parser.nextToken();
            line.writeFieldName(name);
            line.copyCurrentStructureExact(parser);
          }
          line.writeEndObject();
        }
        parser.nextToken();
        out.write('\n');
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  @Override
  public byte[] tail(QuerySummary summary) {
    return new byte[0];
  }

  @Override
  public byte[] failure(LeatException failure) {
    String line = new JsonObject().put("error", AnswerJson.error(failure)).encode() + "\n";
    return line.getBytes(StandardCharsets.UTF_8);
  }
}
