package io.leat.gateway.mqtt;

import com.hivemq.client.mqtt.datatypes.MqttTopicFilter;
import io.leat.gateway.MessageIngest.Arrival;
import io.leat.http.Principal;
import io.leat.http.Role;
import io.leat.http.StreamScope;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Makes of a broker's messages what the gateway takes, as their subscriptions say. */
final class Arrivals {
  private final Principal sender;
  private final Supplier<String> names;
  private final List<Route> routes;

  /** A subscription, and what its filter matches. */
  private record Route(MqttSettings.Subscription subscription, MqttTopicFilter filter) {}

  /**
   * @param names gives each message a new name
   */
  Arrivals(MqttSettings settings, Supplier<String> names) {
    List<MqttSettings.Subscription> subscriptions = settings.subscriptions();
    this.sender =
        new Principal(
            "mqtt:" + settings.name(),
            settings.name(),
            Set.of(Role.SEND),
            new StreamScope(
                subscriptions.stream().map(MqttSettings.Subscription::stream).distinct().toList()),
            Set.of());
    this.names = names;
    this.routes =
        subscriptions.stream().map(s -> new Route(s, MqttTopicFilter.of(s.filter()))).toList();
  }

  /** The subscription of a message; null when there is none. */
  MqttSettings.@Nullable Subscription subscription(MqttMessage message) {
    for (Route route : routes) {
      if (route.filter().matches(message.topic())) {
        return route.subscription();
      }
    }
    return null;
  }

  Arrival of(MqttMessage message, MqttSettings.Subscription subscription) {
    String entity = null;
    if (subscription.keyLevel() > 0) {
      List<String> levels = message.topic().getLevels();
      entity =
          subscription.keyLevel() <= levels.size() ? levels.get(subscription.keyLevel() - 1) : "";
    }
    String id = null;
    for (Map.Entry<String, String> property : message.properties()) {
      if (property.getKey().equals(subscription.idProperty()) && !property.getValue().isEmpty()) {
        id = property.getValue();
      }
    }
    return new Arrival(
        subscription.stream(),
        sender,
        names.get(),
        message.payload(),
        message.contentType(),
        message.properties(),
        entity,
        id);
  }
}
