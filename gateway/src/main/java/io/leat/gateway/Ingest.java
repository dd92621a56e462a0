package io.leat.gateway;

import io.leat.event.LogFacts;
import io.leat.event.LogHeaders;
import io.leat.http.Principal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

/**
 * What the records of one request have in common. Headers that are the same for all are made once.
 */
final class Ingest {
  private static final Header JSON = header(LogHeaders.CONTENT_TYPE, "application/json");
  private static final Header VERSION = header(LogHeaders.SPEC_VERSION, "1.0");

  private final ServedStream stream;
  private final Principal principal;
  private final String requestId;
  private final long receivedMicros;
  private final @Nullable String idempotencyKey;
  private final @Nullable String contentType;

  private final Header source;
  private final Header type;

  /**
   * @param idempotencyKey the header's value, null when there is none
   * @param contentType of the body, when that is the record's own; null for JSON
   */
  Ingest(
      ServedStream stream,
      Principal principal,
      String requestId,
      long receivedMicros,
      @Nullable String idempotencyKey,
      @Nullable String contentType) {
    this.stream = stream;
    this.principal = principal;
    this.requestId = requestId;
    this.receivedMicros = receivedMicros;
    this.idempotencyKey = idempotencyKey;
    this.contentType = contentType;
    this.source = header(LogHeaders.SOURCE, "urn:leat:client:" + principal.clientId());
    this.type = header(LogHeaders.TYPE, stream.name());
  }

  ServedStream stream() {
    return stream;
  }

  Principal principal() {
    return principal;
  }

  String requestId() {
    return requestId;
  }

  long receivedMicros() {
    return receivedMicros;
  }

  /** The Content-Type of a binary CloudEvent, or null. */
  @Nullable String contentType() {
    return contentType;
  }

  Header json() {
    return JSON;
  }

  Header version() {
    return VERSION;
  }

  Header source() {
    return source;
  }

  Header type() {
    return type;
  }

  /**
   * Who sent a record, when and with which others.
   *
   * @param layout of the headers that follow, see {@link LogFacts}
   */
  Header facts(int index, String supplied, String layout) {
    return new RecordHeader(
        LogHeaders.FACTS,
        new LogFacts(
                receivedMicros,
                index,
                stream.schemaVersion(),
                supplied,
                layout,
                requestId,
                principal.clientId())
            .encode());
  }

  /** The id that a repetition of this request gives the same record, or null without a key. */
  @Nullable String idempotentId(int index) {
    if (idempotencyKey == null) {
      return null;
    }
    String text = principal.clientId() + '\0' + idempotencyKey + '\0' + index;
    byte[] hash;
    try {
      hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
    long high = (bits(hash, 0) & 0xFFFF_FFFF_FFFF_0FFFL) | 0x8000L;
    long low = (bits(hash, 8) & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
    return new UUID(high, low).toString();
  }

  private static long bits(byte[] bytes, int from) {
    long value = 0;
    for (int i = 0; i < 8; i++) {
      value = (value << 8) | (bytes[from + i] & 0xFF);
    }
    return value;
  }

  static Header header(String name, String value) {
    return new RecordHeader(name, value.getBytes(StandardCharsets.UTF_8));
  }
}
