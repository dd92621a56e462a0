package io.leat.gateway.mqtt;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttClientBuilder;
import com.hivemq.client.mqtt.MqttClientSslConfig;
import com.hivemq.client.mqtt.MqttClientTransportConfig;
import com.hivemq.client.mqtt.lifecycle.MqttClientConnectedListener;
import com.hivemq.client.mqtt.lifecycle.MqttClientDisconnectedListener;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.vertx.core.Vertx;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.nio.file.Path;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Makes clients of brokers. */
final class BrokerClients {
  private static final long SECONDS = 10;

  private BrokerClients() {}

  /**
   * A client that is not connected yet.
   *
   * @param threads names the thread on which it hands messages over; that is this client's alone
   * @throws LeatException INVALID_CONFIGURATION if a certificate or key cannot be used
   */
  static BrokerClient of(
      MqttSettings settings,
      Vertx vertx,
      ThreadFactory threads,
      MqttClientConnectedListener connected,
      MqttClientDisconnectedListener disconnected) {
    var transport =
        MqttClientTransportConfig.builder()
            .serverHost(settings.host())
            .serverPort(settings.port())
            .socketConnectTimeout(SECONDS, TimeUnit.SECONDS)
            .mqttConnectTimeout(SECONDS, TimeUnit.SECONDS);
    MqttSettings.Tls tls = settings.tls();
    if (tls != null) {
      transport = transport.sslConfig(ssl(settings.name(), tls, vertx));
    }
    MqttClientBuilder builder =
        MqttClient.builder()
            .identifier(settings.clientId())
            .transportConfig(transport.build())
            .executorConfig()
            // By itself it would share one with all clients of the process.
            .nettyExecutor(task -> begin(threads, task))
            .nettyThreads(1)
            .applyExecutorConfig()
            .addConnectedListener(connected)
            .addDisconnectedListener(disconnected);
    return switch (settings.version()) {
      case MQTT_5 -> new Mqtt5Broker(builder.useMqttVersion5().buildAsync(), settings);
      case MQTT_3_1_1 -> new Mqtt3Broker(builder.useMqttVersion3().buildAsync(), settings);
    };
  }

  private static void begin(ThreadFactory threads, Runnable task) {
    Thread thread = threads.newThread(task);
    thread.setDaemon(true);
    thread.start();
  }

  private static MqttClientSslConfig ssl(String name, MqttSettings.Tls tls, Vertx vertx) {
    try {
      var config = MqttClientSslConfig.builder();
      Path ca = tls.ca();
      if (ca != null) {
        config =
            config.trustManagerFactory(
                new PemTrustOptions().addCertPath(ca.toString()).getTrustManagerFactory(vertx));
      }
      String certificate = text(tls.certificate());
      String key = text(tls.key());
      if (certificate != null && key != null) {
        config =
            config.keyManagerFactory(
                new PemKeyCertOptions()
                    .addCertPath(certificate)
                    .addKeyPath(key)
                    .getKeyManagerFactory(vertx));
      }
      return config.build();
    } catch (Exception e) { // what they declare
      throw new LeatException(
          ErrorCode.INVALID_CONFIGURATION,
          "The TLS files of the MQTT broker '"
              + name
              + "' cannot be used: "
              + e.getMessage()
              + ". Name readable PEM files, the key as PKCS#8",
          e);
    }
  }

  private static @Nullable String text(@Nullable Path path) {
    return path == null ? null : path.toString();
  }
}
