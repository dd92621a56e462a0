package io.leat.query;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;

/** How an answer looks on the wire. Of one answer, used by one thread at a time. */
interface AnswerFormat {
  /** The formats by name. */
  enum Kind {
    JSON("json", "application/json"),
    NDJSON("ndjson", "application/x-ndjson"),
    CSV("csv", "text/csv; charset=utf-8; header=present");

    private final String text;
    private final String contentType;

    Kind(String text, String contentType) {
      this.text = text;
      this.contentType = contentType;
    }

    String contentType() {
      return contentType;
    }

    AnswerFormat format() {
      return switch (this) {
        case JSON -> new JsonAnswer();
        case NDJSON -> new NdjsonAnswer();
        case CSV -> new CsvAnswer();
      };
    }

    /**
     * The format of that name.
     *
     * @throws LeatException BAD_REQUEST
     */
    static Kind of(String text) {
      return Arrays.stream(values())
          .filter(kind -> kind.text.equals(text))
          .findFirst()
          .orElseThrow(
              () ->
                  new LeatException(
                      ErrorCode.BAD_REQUEST,
                      "'" + text + "' is not a format. Formats are json, ndjson and csv"));
    }
  }

  /** Everything before the first row. */
  byte[] head(List<ResultColumn> columns);

  /**
   * Some rows.
   *
   * @param json as {@link ResultSink#rows} gets them
   */
  byte[] rows(byte[] json);

  /** Everything after the last row. */
  byte[] tail(QuerySummary summary);

  /**
   * What says that the answer ends here by an error; empty when the format has no place for it and
   * the connection is to be broken off.
   */
  byte[] failure(LeatException failure);

  /** Two byte arrays in one. */
  static byte[] joined(byte[] first, byte[] second) {
    ByteArrayOutputStream all = new ByteArrayOutputStream(first.length + second.length);
    all.writeBytes(first);
    all.writeBytes(second);
    return all.toByteArray();
  }
}
