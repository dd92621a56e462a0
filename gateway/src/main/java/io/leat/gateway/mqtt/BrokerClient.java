package io.leat.gateway.mqtt;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/** One session with a broker, in one version of the protocol. Thread-safe. */
interface BrokerClient {
  /** Hands every message to the consumer, on a thread that must not be blocked. Before connect. */
  void receive(Consumer<MqttMessage> messages);

  /** Begins to connect, and keeps the session that the broker has. Failures go to the listeners. */
  void connect();

  /**
   * Subscribes to all filters.
   *
   * @return the filters that the broker refused, each with why
   */
  CompletableFuture<List<String>> subscribe();

  /** Leaves the broker, which keeps the session. */
  CompletableFuture<Void> disconnect();

  /** The quality of service that a subscription asks for. */
  static MqttQos qos(MqttSettings.Subscription subscription) {
    return Objects.requireNonNull(MqttQos.fromCode(subscription.qos()));
  }

  /** What made a future fail. */
  static Throwable cause(Throwable failure) {
    Throwable cause = failure.getCause();
    return failure instanceof CompletionException && cause != null ? cause : failure;
  }

  /** The same failure, to be thrown on. */
  static CompletionException rethrown(Throwable failure) {
    return failure instanceof CompletionException same ? same : new CompletionException(failure);
  }
}
