package io.leat.query;

import io.leat.event.LeatException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** {@code {"columns":[],"rows":[],"summary":{}}}, or {@code "error"} where the summary would be. */
final class JsonAnswer implements AnswerFormat {
  private boolean hasRows;

  @Override
  public byte[] head(List<ResultColumn> columns) {
    return bytes("{\"columns\":" + AnswerJson.columns(columns).encode() + ",\"rows\":[");
  }

  /** The rows are in the right form already: their brackets give way to commas. */
  @Override
  public byte[] rows(byte[] json) {
    byte[] inner = new byte[json.length - 1];
    System.arraycopy(json, 0, inner, 0, inner.length);
    inner[0] = (byte) (hasRows ? ',' : '\n');
    hasRows = true;
    return inner;
  }

  @Override
  public byte[] tail(QuerySummary summary) {
    return bytes("\n],\"summary\":" + AnswerJson.summary(summary).encode() + "}\n");
  }

  @Override
  public byte[] failure(LeatException failure) {
    return bytes("\n],\"error\":" + AnswerJson.error(failure).encode() + "}\n");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
