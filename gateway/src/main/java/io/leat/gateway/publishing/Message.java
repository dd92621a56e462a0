package io.leat.gateway.publishing;

import java.util.List;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * A record on its way to the log. Its value is a slice of the request's body, copied only when it
 * is sent.
 *
 * @param topic where to
 * @param partition which partition, or -1 for any
 * @param key Kafka's key, or null
 * @param body holds the value; not to be changed
 * @param start index of the value's first byte
 * @param end index after the value's last byte
 * @param headers Kafka's headers, in order
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never changed
public record Message(
    String topic,
    int partition,
    byte @Nullable [] key,
    byte[] body,
    int start,
    int end,
    List<Header> headers) {

  /** What it takes in memory, roughly: the value, the key and a share for its headers. */
  int bytes() {
    return end - start + (key == null ? 0 : key.length) + 600;
  }
}
