package io.leat.gateway.mqtt;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt3.Mqtt3AsyncClient;
import com.hivemq.client.mqtt.mqtt3.exceptions.Mqtt3SubAckException;
import com.hivemq.client.mqtt.mqtt3.message.auth.Mqtt3SimpleAuth;
import com.hivemq.client.mqtt.mqtt3.message.auth.Mqtt3SimpleAuthBuilder;
import com.hivemq.client.mqtt.mqtt3.message.connect.Mqtt3Connect;
import com.hivemq.client.mqtt.mqtt3.message.publish.Mqtt3Publish;
import com.hivemq.client.mqtt.mqtt3.message.subscribe.Mqtt3Subscribe;
import com.hivemq.client.mqtt.mqtt3.message.subscribe.Mqtt3Subscription;
import com.hivemq.client.mqtt.mqtt3.message.subscribe.suback.Mqtt3SubAck;
import com.hivemq.client.mqtt.mqtt3.message.subscribe.suback.Mqtt3SubAckReturnCode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Speaks MQTT 3.1.1, which has neither properties nor bounds of what is in flight and of a packet.
 */
final class Mqtt3Broker implements BrokerClient {
  private final Mqtt3AsyncClient client;
  private final MqttSettings settings;

  Mqtt3Broker(Mqtt3AsyncClient client, MqttSettings settings) {
    this.client = client;
    this.settings = settings;
  }

  @Override
  public void receive(Consumer<MqttMessage> messages) {
    client.publishes(
        MqttGlobalPublishFilter.ALL,
        publish -> messages.accept(message(publish)),
        Runnable::run,
        true);
  }

  private static MqttMessage message(Mqtt3Publish publish) {
    return new MqttMessage(
        publish.getTopic(),
        publish.getQos() != MqttQos.AT_MOST_ONCE,
        publish.isRetain(),
        publish.getPayloadAsBytes(),
        null,
        List.of(),
        publish::acknowledge);
  }

  @Override
  public void connect() {
    // What goes wrong is told to the listeners.
    CompletableFuture<?> unused =
        client.connect(
            Mqtt3Connect.builder()
                .cleanSession(false)
                .keepAlive(Math.toIntExact(settings.keepAlive().toSeconds()))
                .simpleAuth(authentication())
                .build());
  }

  private @Nullable Mqtt3SimpleAuth authentication() {
    String user = settings.user();
    String password = settings.password();
    if (user == null) {
      return null;
    }
    Mqtt3SimpleAuthBuilder.Complete with = Mqtt3SimpleAuth.builder().username(user);
    return password == null
        ? with.build()
        : with.password(password.getBytes(StandardCharsets.UTF_8)).build();
  }

  @Override
  public CompletableFuture<List<String>> subscribe() {
    List<Mqtt3Subscription> filters = new ArrayList<>();
    for (MqttSettings.Subscription subscription : settings.subscriptions()) {
      filters.add(
          Mqtt3Subscription.builder()
              .topicFilter(subscription.filter())
              .qos(BrokerClient.qos(subscription))
              .build());
    }
    return client
        .subscribe(Mqtt3Subscribe.builder().addSubscriptions(filters).build())
        .exceptionally(Mqtt3Broker::answer)
        .thenApply(this::refused);
  }

  private static Mqtt3SubAck answer(Throwable failure) {
    if (BrokerClient.cause(failure) instanceof Mqtt3SubAckException refused) {
      return refused.getMqttMessage();
    }
    throw BrokerClient.rethrown(failure);
  }

  private List<String> refused(Mqtt3SubAck answer) {
    List<String> refused = new ArrayList<>();
    for (int i = 0; i < settings.subscriptions().size(); i++) {
      Mqtt3SubAckReturnCode code = answer.getReturnCodes().get(i);
      if (code.isError()) {
        refused.add(settings.subscriptions().get(i).filter() + " (" + code + ")");
      }
    }
    return refused;
  }

  @Override
  public CompletableFuture<Void> disconnect() {
    return client.disconnect();
  }
}
