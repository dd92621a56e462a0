package io.leat.gateway.mqtt;

import com.hivemq.client.mqtt.datatypes.MqttTopic;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A message from a broker, in either version of the protocol.
 *
 * @param topic where it was published
 * @param redelivers whether the broker keeps it until it is acknowledged
 * @param isRetained whether the broker had kept it and sends it because of a subscription
 * @param payload its bytes
 * @param contentType null when it has none
 * @param properties user properties, in order
 * @param acknowledge lets the broker forget it; to be called once
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never changed
record MqttMessage(
    MqttTopic topic,
    boolean redelivers,
    boolean isRetained,
    byte[] payload,
    @Nullable String contentType,
    List<Map.Entry<String, String>> properties,
    Runnable acknowledge) {
  /** What it takes besides its texts and bytes: objects here and in the client. */
  private static final int OBJECTS = 512;

  /**
   * What it takes in memory until it is acknowledged, in bytes, roughly: the client keeps one of
   * its own of everything.
   */
  long weight() {
    long bytes = payload.length + (long) topic.toString().length();
    for (Map.Entry<String, String> property : properties) {
      bytes += property.getKey().length() + property.getValue().length();
    }
    return 2 * bytes + OBJECTS;
  }
}
