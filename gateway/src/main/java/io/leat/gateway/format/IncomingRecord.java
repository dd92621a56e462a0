package io.leat.gateway.format;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import org.jspecify.annotations.Nullable;

/**
 * One record of a body.
 *
 * @param original what the client sent for it, envelope included; kept when it is refused
 * @param data the exact bytes of its data
 * @param node the data, parsed; a missing node when there is none or the record is refused
 * @param attributes the CloudEvents attributes, null when it is no CloudEvent
 * @param pointer what stands before the pointers into the data, so that they point into what the
 *     client sent: {@code /data} in an envelope
 * @param refusal why it cannot be used, null when it can
 */
public record IncomingRecord(
    Bytes original,
    Bytes data,
    JsonNode node,
    @Nullable CloudEvent attributes,
    String pointer,
    @Nullable Refusal refusal) {

  /** A part of an array that must not be changed. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Bytes(byte[] array, int start, int end) {
    /** How many there are. */
    public int length() {
      return end - start;
    }
  }

  static IncomingRecord plain(Bytes bytes, JsonNode node, @Nullable CloudEvent attributes) {
    return new IncomingRecord(bytes, bytes, node, attributes, "", null);
  }

  static IncomingRecord refused(Bytes bytes, @Nullable CloudEvent attributes, Refusal refusal) {
    return new IncomingRecord(bytes, bytes, MissingNode.getInstance(), attributes, "", refusal);
  }
}
