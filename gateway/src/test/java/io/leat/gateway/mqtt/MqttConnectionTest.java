package io.leat.gateway.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.leat.event.EventIds;
import io.leat.event.LogHeaders;
import io.leat.event.RejectionHeaders;
import io.leat.gateway.Admission;
import io.leat.gateway.GatewaySettings;
import io.leat.gateway.LoggedEvent;
import io.leat.gateway.MessageIngest;
import io.leat.gateway.OutcomeCounts;
import io.leat.gateway.ServedStream;
import io.leat.gateway.StreamRegistry;
import io.leat.gateway.TestingGateway;
import io.leat.gateway.mqtt.MqttSettings.Retained;
import io.leat.gateway.mqtt.MqttSettings.Subscription;
import io.leat.gateway.mqtt.MqttSettings.Version;
import io.leat.gateway.publishing.Publisher;
import io.leat.gateway.publishing.PublisherSettings;
import io.leat.gateway.publishing.TestingBroker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** With a real Mosquitto and a real Kafka. */
class MqttConnectionTest {
  private static final String STREAM = "devices.telemetry";
  private static final Duration SOON = Duration.ofSeconds(60);

  private final List<Leat> started = new ArrayList<>();
  private Path directory = Path.of(".");
  private @Nullable TestingMosquitto mosquitto;
  private @Nullable TestingBroker kafka;

  @BeforeEach
  void start(@TempDir Path temporary) throws Exception {
    assumeTrue(
        TestingMosquitto.isThere(),
        "mosquitto is not installed (Debian's package mosquitto has it)");
    directory = temporary;
    kafka = new TestingBroker(Files.createDirectory(directory.resolve("kafka")));
    kafka.create(STREAM, 4);
    kafka.create("devices.rejected", 1);
  }

  @AfterEach
  void stop() throws Exception {
    started.forEach(Leat::close);
    if (mosquitto != null) {
      mosquitto.close();
    }
    if (kafka != null) {
      kafka.close();
    }
  }

  /** What takes messages, as one process of Leat has it. */
  private final class Leat implements AutoCloseable {
    final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    final OutcomeCounts outcomes = new OutcomeCounts();
    private final Vertx vertx = Vertx.vertx();
    private final Publisher publisher;
    final MqttConnection connection;

    Leat(MqttSettings settings) throws Exception {
      this(settings, 64 << 20);
    }

    Leat(MqttSettings settings, long mostHeld) throws Exception {
      publisher =
          new Publisher(
              PublisherSettings.defaults(kafka().client()),
              registry,
              task -> new Thread(task, "leat-publisher"));
      StreamRegistry streams = new StreamRegistry();
      streams.replace(
          List.of(new ServedStream(TestingGateway.blueprint(), TestingGateway.stream(), 3, 0)));
      MessageIngest ingest =
          new MessageIngest(
              streams,
              Admission.ALWAYS,
              publisher,
              GatewaySettings.defaults(),
              registry,
              InstantSource.system(),
              new EventIds(),
              outcomes);
      connection =
          new MqttConnection(
              settings,
              ingest,
              mostHeld,
              registry,
              vertx,
              new Random(7),
              task -> new Thread(task, "leat-mqtt"));
      started.add(this);
    }

    Leat connected() throws Exception {
      until(
          () -> registry.get("leat.mqtt.connected").gauge().value() == 1,
          () -> problem() + "\n" + mosquitto().log());
      return this;
    }

    double messages(String outcome) {
      var counter = registry.find("leat.mqtt.messages").tag("outcome", outcome).counter();
      return counter == null ? 0 : counter.count();
    }

    double gauge(String name) {
      return registry.get(name).gauge().value();
    }

    String problem() throws Exception {
      return connection.health().problem().orElse("");
    }

    @Override
    public void close() {
      connection.close();
      publisher.close();
      vertx.close().await();
    }
  }

  @Test
  void aMessageBecomesOneRecordWithItsExactBytes() throws Exception {
    mosquitto("allow_anonymous true");
    Leat leat = new Leat(settings("one", Version.MQTT_5, subscription(0))).connected();

    mosquitto().publish("devices/d7/telemetry", "{\"device\": \"d7\",  \"event\":\"e1\"}");
    until(() -> leat.messages("accepted") == 1);

    LoggedEvent event = logged(STREAM).get(0);
    assertThat(event.value()).isEqualTo("{\"device\": \"d7\",  \"event\":\"e1\"}");
    assertThat(event.key()).isEqualTo("d7");
    assertThat(event.header(LogHeaders.ID)).isEqualTo("e1");
    assertThat(event.header(LogHeaders.SOURCE)).isEqualTo("urn:leat:client:mqtt:field");
    assertThat(event.facts().client()).isEqualTo("mqtt:field");
    assertThat(leat.outcomes.now().values()).containsExactly(new OutcomeCounts.Count(1, 0));
    assertThat(leat.problem()).isEmpty();
  }

  @Test
  void mqtt311IsSpokenToo() throws Exception {
    mosquitto("allow_anonymous true");
    Leat leat = new Leat(settings("old", Version.MQTT_3_1_1, subscription(0))).connected();

    mosquitto().publish("devices/d7/telemetry", "{\"device\":\"d7\"}");
    until(() -> leat.messages("accepted") == 1);

    assertThat(logged(STREAM))
        .extracting(LoggedEvent::value)
        .containsExactly("{\"device\":\"d7\"}");
  }

  @Test
  void userPropertiesAreTheAttributesOfACloudEventOrGiveTheId() throws Exception {
    mosquitto("allow_anonymous true");
    Leat leat = new Leat(settings("one", Version.MQTT_5, subscription(0))).connected();

    try (var device = mosquitto().new Publishing()) {
      device.send(
          "devices/d7/telemetry",
          "{\"device\":\"d7\"}",
          "application/json",
          "specversion",
          "1.0",
          "id",
          "ce-1",
          "source",
          "urn:d7",
          "type",
          "reading",
          "Not-An-Attribute",
          "x");
      device.send("devices/d7/telemetry", "{\"device\":\"d7\"}", null, "event-id", "p-1");
      device.send(
          "devices/d7/telemetry",
          "{\"specversion\":\"1.0\",\"id\":\"ce-2\",\"source\":\"urn:s\",\"type\":\"t\","
              + "\"data\":{\"device\":\"d7\"}}",
          "application/cloudevents+json");
    }
    until(() -> leat.messages("accepted") == 3);

    List<LoggedEvent> events = logged(STREAM);
    assertThat(events)
        .extracting(e -> e.header(LogHeaders.ID))
        .containsExactly("ce-1", "p-1", "ce-2");
    assertThat(events)
        .extracting(e -> e.header(LogHeaders.SOURCE))
        .containsExactly("urn:d7", "urn:leat:client:mqtt:field", "urn:s");
    assertThat(events).extracting(LoggedEvent::value).containsOnly("{\"device\":\"d7\"}");
  }

  @Test
  void theTopicGivesTheKeyOrMustAgreeWithIt() throws Exception {
    mosquitto("allow_anonymous true");
    Leat leat = new Leat(settings("one", Version.MQTT_5, subscription(2))).connected();

    mosquitto().publish("devices/d7/telemetry", " { \"t\": 20.50 }");
    mosquitto().publish("devices/d7/telemetry", "{}");
    mosquitto().publish("devices/d7/telemetry", "{\"device\":\"d7\"}");
    mosquitto().publish("devices/d7/telemetry", "{\"device\":\"d8\"}");
    until(() -> leat.messages("accepted") == 3 && leat.messages("rejected") == 1);

    assertThat(logged(STREAM))
        .extracting(LoggedEvent::value)
        .containsExactly(
            "{\"device\":\"d7\", \"t\": 20.50 }", "{\"device\":\"d7\"}", "{\"device\":\"d7\"}");
    LoggedEvent refused = logged("devices.rejected").get(0);
    assertThat(refused.header(RejectionHeaders.CODE)).isEqualTo("entity-mismatch");
    assertThat(refused.header(RejectionHeaders.REASON))
        .isEqualTo("/device: it is not the entity that the topic names");
  }

  @Test
  void whatCanNeverBeAcceptedIsKeptWithItsReasonAndBlocksNothing() throws Exception {
    mosquitto("allow_anonymous true");
    Leat leat = new Leat(settings("one", Version.MQTT_5, subscription(0))).connected();

    try (var device = mosquitto().new Publishing()) {
      device.send("devices/d7/telemetry", "{\"device\":", null);
      device.send("devices/d7/telemetry", "{\"device\":\"d7\",\"t\":101}", null);
      device.send("devices/d7/telemetry", "<device/>", "text/xml");
      device.send("devices/d7/telemetry", "[{\"device\":\"d7\"}]", null);
      device.send("devices/d7/telemetry", "{\"device\":\"d7\",\"event\":\"good\"}", null);
    }
    until(() -> leat.messages("accepted") == 1 && leat.messages("rejected") == 4);

    assertThat(logged(STREAM)).extracting(e -> e.header(LogHeaders.ID)).containsExactly("good");
    assertThat(logged("devices.rejected"))
        .extracting(e -> e.header(RejectionHeaders.CODE))
        .containsExactly(
            "malformed-json", "schema-violation", "unsupported-media-type", "schema-violation");
    assertThat(logged("devices.rejected").get(2).value()).isEqualTo("<device/>");

    leat.close();
    started.clear();
    Leat next = new Leat(settings("one", Version.MQTT_5, subscription(0))).connected();
    mosquitto().publish("devices/d7/telemetry", "{\"device\":\"d7\",\"event\":\"later\"}");
    until(() -> next.messages("accepted") == 1);
    assertThat(next.messages("rejected")).isZero();
  }

  @Test
  void nothingIsLostAndNoOrderWhenKafkaAndThisProcessAndTheBrokerGoAway() throws Exception {
    mosquitto("allow_anonymous true");
    Leat first = new Leat(settings("one", Version.MQTT_5, subscription(0))).connected();
    publish(0, 50);
    until(() -> first.messages("accepted") == 50);

    kafka().stop();
    publish(50, 100);
    until(() -> first.registry.get("leat.mqtt.retries").counter().count() > 0);
    assertThat(first.problem()).startsWith("messages wait: ");
    assertThat(first.messages("accepted")).isEqualTo(50);
    first.close();
    started.clear();
    publish(100, 150);
    mosquitto().kill();
    mosquitto().start();

    Leat second = new Leat(settings("one", Version.MQTT_5, subscription(0))).connected();
    until(() -> second.registry.get("leat.mqtt.in.flight").gauge().value() == 100);
    mosquitto().kill();
    mosquitto().start();
    kafka().start();
    until(() -> ids().containsAll(expected(0, 150)));
    publish(150, 200);
    until(() -> ids().containsAll(expected(0, 200)));

    assertThat(new ArrayList<>(new LinkedHashSet<>(ids()))).isEqualTo(expected(0, 200));
  }

  @Test
  void ofASharedSubscriptionEachMessageGoesToOneOfTwo() throws Exception {
    mosquitto("allow_anonymous true");
    Subscription shared =
        new Subscription("$share/leat/devices/+/telemetry", STREAM, 1, 0, null, Retained.SKIP);
    Leat one = new Leat(settings("one", Version.MQTT_5, shared)).connected();
    Leat two = new Leat(settings("two", Version.MQTT_5, shared)).connected();

    publish(0, 100);
    until(() -> one.messages("accepted") + two.messages("accepted") >= 100);

    assertThat(ids()).hasSize(100).containsExactlyInAnyOrderElementsOf(expected(0, 100));
    assertThat(one.messages("accepted")).isPositive();
    assertThat(two.messages("accepted")).isPositive();

    two.close();
    publish(100, 150);
    Leat again = new Leat(settings("two", Version.MQTT_5, shared)).connected();
    until(() -> ids().size() >= 150);
    assertThat(ids()).containsAll(expected(0, 150));
    assertThat(again.problem()).isEmpty();
  }

  @Test
  void overTlsTheBrokerAndLeatKnowEachOther() throws Exception {
    TestingAuthority authority = new TestingAuthority(directory);
    authority.make("server");
    authority.make("leat");
    mosquitto(
        """
        cafile %s
        certfile %s
        keyfile %s
        require_certificate true
        use_identity_as_username true
        """
            .formatted(
                authority.file("ca.pem"),
                authority.file("server.cert.pem"),
                authority.file("server.key.pem")));
    MqttSettings.Tls known =
        new MqttSettings.Tls(
            authority.file("ca.pem"),
            authority.file("leat.cert.pem"),
            authority.file("leat.key.pem"));
    MqttSettings.Tls stranger = new MqttSettings.Tls(authority.file("ca.pem"), null, null);
    MqttSettings.Tls distrusting = new MqttSettings.Tls(null, known.certificate(), known.key());

    Leat leat = new Leat(settings("one", Version.MQTT_5, known, subscription(0))).connected();
    Leat unknown = new Leat(settings("two", Version.MQTT_5, stranger, subscription(0)));
    Leat wary = new Leat(settings("three", Version.MQTT_5, distrusting, subscription(0)));

    assertThat(leat.problem()).isEmpty();
    until(() -> unknown.problem().startsWith("is not connected to localhost:"));
    until(() -> wary.problem().contains("unable to find valid certification path"));
  }

  @Test
  void aBrokerThatIsAwayIsSaidAndFoundLater() throws Exception {
    mosquitto("allow_anonymous true");
    mosquitto().stop();
    Leat leat = new Leat(settings("one", Version.MQTT_5, subscription(0)));
    until(() -> leat.problem().contains("Connection refused"));

    mosquitto().start();
    leat.connected();

    assertThat(leat.problem()).isEmpty();
  }

  @Test
  void withLittleRoomEverythingComesOnceInOrderAndOverOneConnection() throws Exception {
    mosquitto("allow_anonymous true");
    new Leat(settings("one", Version.MQTT_5, subscription(0))).connected().close();
    started.clear();
    publish(0, 1_000, 2_000);

    Leat leat = new Leat(settings("one", Version.MQTT_5, subscription(0)), 64 << 10).connected();
    AtomicReference<Double> most = new AtomicReference<>(0.0);
    until(
        () -> {
          most.accumulateAndGet(leat.gauge("leat.mqtt.held.fill"), Math::max);
          return leat.messages("accepted") == 1_000;
        });

    assertThat(ids()).isEqualTo(expected(0, 1_000));
    assertThat(most.get()).isPositive().isLessThanOrEqualTo(1);
    assertThat(leat.gauge("leat.mqtt.held")).isZero();
    assertThat(leat.problem()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void whatThereIsNoRoomForStaysWithTheBrokerUntilTheLineIsEmpty(Version version) throws Exception {
    mosquitto("allow_anonymous true");
    MqttSettings settings = settings("one", version, Duration.ofSeconds(5), subscription(0));
    Leat leat = new Leat(settings, 2 << 20).connected();
    kafka().stop();
    // More than what a system keeps for a connection.
    publish(0, 100, 250_000);

    until(() -> leat.problem().endsWith("is room for; the broker keeps the rest"), leat::problem);
    assertThat(leat.problem()).startsWith("messages wait: ");
    assertThat(leat.gauge("leat.mqtt.connected")).isZero();
    assertThat(leat.gauge("leat.mqtt.in.flight")).isLessThan(60);
    kafka().start();
    until(() -> ids().containsAll(expected(0, 100)));
    until(() -> leat.gauge("leat.mqtt.held") == 0);
    leat.connected();
    publish(100, 110, 250_000);
    until(() -> ids().containsAll(expected(0, 110)));

    assertThat(new ArrayList<>(new LinkedHashSet<>(ids()))).isEqualTo(expected(0, 110));
    until(() -> leat.problem().isEmpty(), leat::problem);
  }

  /** Each time that somebody subscribes, the broker sends it again. */
  @ParameterizedTest
  @EnumSource
  void whatABrokerRetainsIsNoNewsUnlessItIsWanted(Version version) throws Exception {
    mosquitto("allow_anonymous true");
    try (var device = mosquitto().new Publishing()) {
      device.retain("devices/d7/telemetry", "{\"device\":\"d7\",\"event\":\"old\"}");
    }
    Leat leat = new Leat(settings("one", version, subscription(0))).connected();
    publish(0, 3);
    until(() -> leat.messages("accepted") == 3);
    assertThat(ids()).containsExactlyElementsOf(expected(0, 3));
    leat.close();

    Subscription wanted =
        new Subscription("devices/+/telemetry", STREAM, 1, 0, "event-id", Retained.TAKE);
    Leat other = new Leat(settings("two", version, wanted)).connected();
    until(() -> other.messages("accepted") == 1);
    assertThat(ids()).endsWith("old");
  }

  @Test
  void withoutRoomWhatMayBeLostIsDroppedAndCounted() throws Exception {
    mosquitto("allow_anonymous true");
    Subscription careless =
        new Subscription("devices/+/telemetry", STREAM, 0, 0, "event-id", Retained.SKIP);
    Leat leat = new Leat(settings("one", Version.MQTT_5, careless), 64 << 10).connected();
    kafka().stop();
    publish(0, 100, 2_000);
    until(() -> leat.messages("dropped") + leat.gauge("leat.mqtt.in.flight") == 100);

    assertThat(leat.gauge("leat.mqtt.in.flight")).isBetween(1.0, 16.0);
    assertThat(leat.gauge("leat.mqtt.held.fill")).isLessThanOrEqualTo(1);
    assertThat(leat.gauge("leat.mqtt.connected")).isEqualTo(1);
    kafka().start();
    until(() -> leat.messages("dropped") + leat.messages("accepted") == 100);
  }

  @Test
  void aPacketThatIsTooLargeIsKeptBackByTheBrokerAndTheNextOnesCome() throws Exception {
    mosquitto("allow_anonymous true");
    Leat leat = new Leat(settings("one", Version.MQTT_5, subscription(0))).connected();

    publish(0, 1, 17 << 20);
    publish(1, 2, 1_000_000);
    publish(2, 3, 0);
    until(() -> leat.messages("accepted") == 1);

    assertThat(ids()).containsExactly("2");
    assertThat(logged("devices.rejected"))
        .extracting(e -> e.header(RejectionHeaders.CODE))
        .containsExactly("record-too-large");
    assertThat(leat.problem()).isEmpty();
  }

  private void publish(int from, int to) {
    publish(from, to, 0);
  }

  private void publish(int from, int to, int padding) {
    String pad = "x".repeat(padding);
    try (var device = mosquitto().new Publishing()) {
      for (int i = from; i < to; i++) {
        device.send(
            "devices/d7/telemetry",
            "{\"device\":\"d7\",\"event\":\"%d\",\"pad\":\"%s\"}".formatted(i, pad),
            null);
      }
    }
  }

  private static List<String> expected(int from, int to) {
    return java.util.stream.IntStream.range(from, to).mapToObj(String::valueOf).toList();
  }

  private List<String> ids() {
    return logged(STREAM).stream().map(e -> e.header(LogHeaders.ID)).toList();
  }

  private List<LoggedEvent> logged(String topic) {
    return kafka().records(topic).stream().map(LoggedEvent::of).toList();
  }

  private static Subscription subscription(int keyLevel) {
    return new Subscription("devices/+/telemetry", STREAM, 1, keyLevel, "event-id", Retained.SKIP);
  }

  private MqttSettings settings(String clientId, Version version, Subscription subscription) {
    return settings(clientId, version, Duration.ofSeconds(60), subscription);
  }

  private MqttSettings settings(
      String clientId, Version version, MqttSettings.@Nullable Tls tls, Subscription subscription) {
    return settings(clientId, version, tls, Duration.ofSeconds(60), subscription);
  }

  private MqttSettings settings(
      String clientId, Version version, Duration keepAlive, Subscription subscription) {
    return settings(clientId, version, null, keepAlive, subscription);
  }

  private MqttSettings settings(
      String clientId,
      Version version,
      MqttSettings.@Nullable Tls tls,
      Duration keepAlive,
      Subscription subscription) {
    return new MqttSettings(
        "field",
        "localhost",
        mosquitto().port,
        version,
        clientId,
        null,
        null,
        tls,
        Duration.ofHours(1),
        keepAlive,
        500,
        List.of(subscription));
  }

  private void mosquitto(String settings) throws Exception {
    mosquitto = new TestingMosquitto(Files.createDirectory(directory.resolve("mqtt")), settings);
  }

  private TestingMosquitto mosquitto() {
    return java.util.Objects.requireNonNull(mosquitto);
  }

  private TestingBroker kafka() {
    return java.util.Objects.requireNonNull(kafka);
  }

  private static void until(Check check) throws Exception {
    until(check, () -> "it did not come to that");
  }

  private static void until(Check check, Said said) throws Exception {
    long end = System.nanoTime() + SOON.toNanos();
    while (!check.holds()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError(said.now());
      }
      Thread.sleep(50);
    }
  }

  @FunctionalInterface
  private interface Said {
    String now() throws Exception;
  }

  @FunctionalInterface
  private interface Check {
    boolean holds() throws Exception;
  }
}
