package io.leat.app.client;

import java.io.ByteArrayOutputStream;
import java.util.List;

/** How the records of a batch are written in one body. */
public enum BatchFormat {
  /** One record a line. */
  NDJSON("application/x-ndjson", "", "\n", "\n"),
  /** A JSON array. */
  ARRAY("application/json", "[", ",\n", "]");

  private final String contentType;
  private final String head;
  private final String between;
  private final String tail;

  BatchFormat(String contentType, String head, String between, String tail) {
    this.contentType = contentType;
    this.head = head;
    this.between = between;
    this.tail = tail;
  }

  /** The media type. */
  public String contentType() {
    return contentType;
  }

  byte[] body(List<byte[]> records) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes(ascii(head));
    for (int i = 0; i < records.size(); i++) {
      body.writeBytes(i == 0 ? new byte[0] : ascii(between));
      body.writeBytes(records.get(i));
    }
    body.writeBytes(ascii(tail));
    return body.toByteArray();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
  }
}
