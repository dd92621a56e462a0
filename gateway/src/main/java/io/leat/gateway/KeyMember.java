package io.leat.gateway;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.leat.blueprint.StreamSpec;
import io.leat.gateway.format.IncomingRecord.Bytes;
import io.leat.schema.Column;
import io.leat.schema.ColumnType;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** Writes the entity's key into data that lack it, and leaves every other byte as it is. */
final class KeyMember {
  private static final Pattern INTEGER = Pattern.compile("0|-?[1-9][0-9]{0,17}");

  private KeyMember() {}

  /**
   * The data with the key as their first member.
   *
   * @param data a JSON object without it
   * @param entity a number if the stream's schema wants one and it is one, else text
   */
  static byte[] inFront(Bytes data, StreamSpec spec, String entity) {
    int open = data.start();
    while (data.array()[open] != '{') {
      open++;
    }
    int next = open + 1;
    while (isSpace(data.array()[next])) {
      next++;
    }
    String member =
        quoted(spec.key())
            + ":"
            + (isNumber(spec, entity) ? entity : quoted(entity))
            + (data.array()[next] == '}' ? "" : ",");
    byte[] inserted = member.getBytes(StandardCharsets.UTF_8);
    byte[] all = new byte[data.end() - open + inserted.length];
    all[0] = '{';
    System.arraycopy(inserted, 0, all, 1, inserted.length);
    System.arraycopy(data.array(), open + 1, all, 1 + inserted.length, data.end() - open - 1);
    return all;
  }

  private static boolean isNumber(StreamSpec spec, String entity) {
    Column column = spec.schema().column(spec.key());
    return column != null
        && column.type() == ColumnType.Primitive.LONG
        && INTEGER.matcher(entity).matches();
  }

  private static String quoted(String text) {
    return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
  }

  private static boolean isSpace(byte b) {
    return b == ' ' || b == '\t' || b == '\n' || b == '\r';
  }
}
