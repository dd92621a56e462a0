package io.leat.gateway.mqtt;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A broker that events are taken from.
 *
 * @param name names the connection in metrics, logs and, as {@code mqtt:<name>}, the events' client
 * @param host of the broker
 * @param port of the broker
 * @param version of the protocol
 * @param clientId by which the broker knows the session; no two processes may have the same
 * @param user null for none
 * @param password null for none
 * @param tls null for a connection in plain text
 * @param sessionExpiry how long the broker keeps what it has for a client that is away; MQTT 3.1.1
 *     leaves that to the broker
 * @param keepAlive a broker that is silent for longer counts as gone
 * @param inFlight messages that are taken on and not acknowledged
 * @param subscriptions the first whose filter matches a topic takes its messages
 */
public record MqttSettings(
    String name,
    String host,
    int port,
    Version version,
    String clientId,
    @Nullable String user,
    @Nullable String password,
    @Nullable Tls tls,
    Duration sessionExpiry,
    Duration keepAlive,
    int inFlight,
    List<Subscription> subscriptions) {
  public MqttSettings {
    subscriptions = List.copyOf(subscriptions);
  }

  /** A version of the protocol. */
  public enum Version {
    MQTT_5,
    MQTT_3_1_1
  }

  /**
   * How to know the broker, and how it knows this client.
   *
   * @param ca who signs the broker's certificate, PEM; null for those that Java trusts
   * @param certificate of this client, PEM; null for none
   * @param key of that certificate, PEM (PKCS#8); null for none
   */
  public record Tls(@Nullable Path ca, @Nullable Path certificate, @Nullable Path key) {}

  /**
   * What is subscribed to.
   *
   * @param filter a topic filter, or {@code $share/group/filter}
   * @param stream where the messages go, {@code blueprint.stream}
   * @param qos 0, 1 or 2
   * @param keyLevel the level of the topic, from 1, that names the entity; 0 when none does
   * @param idProperty the MQTT 5 user property that holds an event's id; null when none does
   * @param retained what becomes of messages that a broker kept and sends again with each
   *     subscription
   */
  public record Subscription(
      String filter,
      String stream,
      int qos,
      int keyLevel,
      @Nullable String idProperty,
      Retained retained) {}

  /** What becomes of the last message of a topic, which a broker keeps for new subscribers. */
  public enum Retained {
    /** It is acknowledged and counted: it may be old, and have been taken before. */
    SKIP,
    /** It is an event as any other. */
    TAKE
  }

  /** Without the password. */
  @Override
  public String toString() {
    return "MqttSettings[name=" + name + ", host=" + host + ", port=" + port + "]";
  }
}
