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
 * @param payload its bytes
 * @param contentType null when it has none
 * @param properties user properties, in order
 * @param acknowledge lets the broker forget it; to be called once
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never changed
record MqttMessage(
    MqttTopic topic,
    boolean redelivers,
    byte[] payload,
    @Nullable String contentType,
    List<Map.Entry<String, String>> properties,
    Runnable acknowledge) {}
