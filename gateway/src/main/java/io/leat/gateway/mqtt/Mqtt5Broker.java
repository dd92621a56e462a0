package io.leat.gateway.mqtt;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.datatypes.MqttUtf8String;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5SubAckException;
import com.hivemq.client.mqtt.mqtt5.message.auth.Mqtt5SimpleAuth;
import com.hivemq.client.mqtt.mqtt5.message.auth.Mqtt5SimpleAuthBuilder;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5RetainHandling;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscribe;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscription;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.suback.Mqtt5SubAck;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.suback.Mqtt5SubAckReasonCode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Speaks MQTT 5. */
final class Mqtt5Broker implements BrokerClient {
  /** Of a packet, in bytes. A broker keeps larger ones back, as the protocol has it. */
  private static final int MAXIMUM_PACKET = 16 << 20;

  private final Mqtt5AsyncClient client;
  private final MqttSettings settings;

  Mqtt5Broker(Mqtt5AsyncClient client, MqttSettings settings) {
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

  private static MqttMessage message(Mqtt5Publish publish) {
    List<Map.Entry<String, String>> properties = new ArrayList<>();
    publish
        .getUserProperties()
        .asList()
        .forEach(p -> properties.add(Map.entry(p.getName().toString(), p.getValue().toString())));
    return new MqttMessage(
        publish.getTopic(),
        publish.getQos() != MqttQos.AT_MOST_ONCE,
        publish.isRetain(),
        publish.getPayloadAsBytes(),
        publish.getContentType().map(MqttUtf8String::toString).orElse(null),
        properties,
        publish::acknowledge);
  }

  @Override
  public void connect() {
    // What goes wrong is told to the listeners.
    CompletableFuture<?> unused =
        client.connect(
            Mqtt5Connect.builder()
                .cleanStart(false)
                .sessionExpiryInterval(settings.sessionExpiry().toSeconds())
                .keepAlive(Math.toIntExact(settings.keepAlive().toSeconds()))
                .restrictions()
                .receiveMaximum(settings.inFlight())
                .maximumPacketSize(MAXIMUM_PACKET)
                .applyRestrictions()
                .simpleAuth(authentication())
                .build());
  }

  private @Nullable Mqtt5SimpleAuth authentication() {
    String user = settings.user();
    String password = settings.password();
    if (user == null) {
      return null;
    }
    Mqtt5SimpleAuthBuilder.Complete with = Mqtt5SimpleAuth.builder().username(user);
    return password == null
        ? with.build()
        : with.password(password.getBytes(StandardCharsets.UTF_8)).build();
  }

  @Override
  public CompletableFuture<List<String>> subscribe() {
    List<Mqtt5Subscription> filters = new ArrayList<>();
    for (MqttSettings.Subscription subscription : settings.subscriptions()) {
      filters.add(
          Mqtt5Subscription.builder()
              .topicFilter(subscription.filter())
              .qos(BrokerClient.qos(subscription))
              .retainHandling(
                  subscription.retained() == MqttSettings.Retained.TAKE
                      ? Mqtt5RetainHandling.SEND_IF_SUBSCRIPTION_DOES_NOT_EXIST
                      : Mqtt5RetainHandling.DO_NOT_SEND)
              .build());
    }
    return client
        .subscribe(Mqtt5Subscribe.builder().addSubscriptions(filters).build())
        .exceptionally(Mqtt5Broker::answer)
        .thenApply(this::refused);
  }

  private static Mqtt5SubAck answer(Throwable failure) {
    if (BrokerClient.cause(failure) instanceof Mqtt5SubAckException refused) {
      return refused.getMqttMessage();
    }
    throw BrokerClient.rethrown(failure);
  }

  private List<String> refused(Mqtt5SubAck answer) {
    List<String> refused = new ArrayList<>();
    for (int i = 0; i < settings.subscriptions().size(); i++) {
      Mqtt5SubAckReasonCode code = answer.getReasonCodes().get(i);
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
