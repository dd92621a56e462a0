package io.leat.app.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.leat.action.target.Heartbeat.HeartbeatSettings;
import io.leat.app.engine.Durability;
import io.leat.blueprint.BlueprintException;
import io.leat.gateway.mqtt.MqttSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsLoaderTest {
  private static final Path RESOURCES = Path.of("src/test/resources/io/leat/app/settings");
  private static final Map<String, String> SECRETS =
      Map.of(
          "JAAS", "jaas-secret",
          "CREDENTIAL", "credential-secret",
          "KEY_ID", "id-secret",
          "KEY", "key-secret",
          "TOKEN", "token-secret",
          "PASSWORD", "pg-secret",
          "MQTT_PASSWORD", "mqtt-secret");

  private final SettingsLoader loader = new SettingsLoader(SECRETS::get);
  private final Path folder;

  SettingsLoaderTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void everythingHasADefault() {
    Settings settings = loader.defaults(Path.of("/base"));

    assertThat(settings.data()).isEqualTo(Path.of("/base/data"));
    assertThat(settings.warehouse()).isEqualTo(URI.create("file:///base/data/warehouse"));
    assertThat(settings.http().host()).isEqualTo("127.0.0.1");
    assertThat(settings.http().port()).isEqualTo(8080);
    assertThat(settings.http().tls()).isNull();
    assertThat(settings.http().limits())
        .isEqualTo(
            new HttpServer.Limits(
                5 << 20,
                20 << 20,
                16_384,
                10_000,
                32,
                2_000,
                Duration.ofSeconds(30),
                Duration.ofSeconds(60),
                2_000));
    assertThat(settings.http().rateLimit()).isEqualTo(new HttpServer.RateLimit(1_000, 2_000));
    assertThat(settings.durability()).isEqualTo(Durability.DISK);
    assertThat(settings.kafka()).isEqualTo(new Kafka.Embedded(0));
    assertThat(settings.disk()).isEqualTo(new Settings.Disk(0, 0));
    assertThat(settings.mqtt()).isEmpty();
    assertThat(settings.flink()).isEqualTo(new Flink(1, Duration.ofSeconds(5), 8));
    assertThat(settings.lake().catalog()).isEqualTo(new Lake.EmbeddedCatalog());
    assertThat(settings.postgres()).isEqualTo(new Postgres.Embedded(0));
    assertThat(settings.query())
        .isEqualTo(new Settings.Query(1, 256L << 20, Duration.ofSeconds(60), 100_000, 2L << 30));
    assertThat(settings.maintenance())
        .isEqualTo(
            new Maintenance(
                true,
                Duration.ofSeconds(15),
                128L << 20,
                8,
                Duration.ofSeconds(5),
                Duration.ofMinutes(30),
                Duration.ofDays(3),
                25));
  }

  @Test
  void anEmptyMapIsTheDefaults() throws IOException {
    assertThat(load("{}")).isEqualTo(loader.defaults(folder));
  }

  @Test
  void everythingCanBeSaid() {
    Settings settings = loader.load(RESOURCES.resolve("everything.yaml"));

    Path base = RESOURCES.toAbsolutePath();
    assertThat(settings.durability()).isEqualTo(Durability.PROCESS);
    assertThat(settings.http().tls())
        .isEqualTo(
            new HttpServer.Tls(
                base.resolve("tls/server.pem"),
                base.resolve("tls/server.key"),
                base.resolve("tls/clients.pem")));
    assertThat(settings.http().jwt())
        .containsExactly(
            new HttpServer.Jwt(
                "https://id.example.com",
                "leat",
                "https://id.example.com/jwks.json",
                null,
                List.of("ES256"),
                new HttpServer.Claims(
                    "scope", Map.of("events.write", "send"), "leat_streams", "device")),
            new HttpServer.Jwt(
                "local",
                "leat",
                null,
                base.resolve("tls/jwks.json"),
                List.of("RS256", "PS256", "ES256"),
                new HttpServer.Claims("roles", Map.of(), "streams", null)));
    assertThat(settings.kafka())
        .isEqualTo(
            new Kafka.External(
                "kafka-1:9092,kafka-2:9092",
                Map.of(
                    "security.protocol", "SASL_SSL",
                    "sasl.mechanism", "SCRAM-SHA-512",
                    "sasl.jaas.config", "jaas-secret",
                    "reconnect.backoff.ms", "50"),
                2));
    assertThat(settings.warehouse()).isEqualTo(URI.create("s3://company-lake/leat"));
    assertThat(settings.lake().s3())
        .isEqualTo(
            new Lake.S3(
                URI.create("https://s3.example.com"),
                "eu-central-1",
                true,
                new Lake.S3Credentials("id-secret", "key-secret", "token-secret")));
    assertThat(settings.disk()).isEqualTo(new Settings.Disk(3L << 30, 40L << 30));
    assertThat(settings.heartbeat())
        .isEqualTo(
            new HeartbeatSettings(
                "https://monitor.example/token",
                "POST",
                Duration.ofSeconds(30),
                Duration.ofSeconds(5),
                false));
    Path tls = RESOURCES.toAbsolutePath().resolve("tls");
    assertThat(settings.mqtt())
        .containsExactly(
            new MqttSettings(
                "field",
                "broker.example.com",
                8883,
                MqttSettings.Version.MQTT_5,
                "leat-1",
                "leat",
                "mqtt-secret",
                new MqttSettings.Tls(
                    tls.resolve("broker-ca.pem"), tls.resolve("leat.pem"), tls.resolve("leat.key")),
                Duration.ofDays(3),
                Duration.ofSeconds(30),
                200,
                List.of(
                    new MqttSettings.Subscription(
                        "$share/leat/devices/+/telemetry",
                        "devices.telemetry",
                        2,
                        2,
                        "event-id",
                        MqttSettings.Retained.TAKE),
                    new MqttSettings.Subscription(
                        "devices/#", "devices.heartbeat", 1, 0, null, MqttSettings.Retained.SKIP))),
            new MqttSettings(
                "old",
                "broker",
                1883,
                MqttSettings.Version.MQTT_3_1_1,
                "leat-old",
                null,
                null,
                null,
                Duration.ofDays(7),
                Duration.ofSeconds(60),
                65_535,
                List.of(
                    new MqttSettings.Subscription(
                        "+", "devices.fault", 1, 0, null, MqttSettings.Retained.SKIP))));
    assertThat(settings.lake().properties()).isEqualTo(Map.of("s3.sse.type", "s3"));
    assertThat(settings.query())
        .isEqualTo(new Settings.Query(2, 2L << 30, Duration.ofMinutes(5), 1_000, 10L << 30));
    assertThat(settings.lake().catalog())
        .isEqualTo(
            new Lake.RestCatalog(
                URI.create("https://catalog.example.com"),
                Map.of("credential", "credential-secret")));
    assertThat(settings.postgres())
        .isEqualTo(new Postgres.External("jdbc:postgresql://db:5432/leat", "leat", "pg-secret"));
  }

  @Test
  void secretsAreNotPrinted() {
    assertThat(loader.load(RESOURCES.resolve("everything.yaml")).toString())
        .contains("sasl.jaas.config")
        .doesNotContain("secret");
  }

  @Test
  void everythingWrongIsToldAtOnce() {
    Path file = RESOURCES.resolve("wrong.yaml");

    BlueprintException refusal =
        catchThrowableOfType(BlueprintException.class, () -> loader.load(file));

    assertThat(String.valueOf(refusal.getMessage()).replace(file.toString(), "leat.yaml").lines())
        .containsExactly(
            "leat.yaml:1 dat: 'dat' is not known here. Did you mean 'data'?",
            "leat.yaml:3 http.host: '0.0.0.0' is reached from other machines, but there is no TLS."
                + " Add 'tls', or 'allow-plaintext: true' where something in front speaks TLS.",
            "leat.yaml:4 http.port: 70000 is out of range. Allowed: 0 to 65535.",
            "leat.yaml:5 http.tsl: 'tsl' is not known here. Did you mean 'tls'?",
            "leat.yaml:6 http.limits.body: '5MB' is not a size. Write a number with a unit: 512B,"
                + " 64KiB, 5MiB, 2GiB, 1TiB.",
            "leat.yaml:6 http.limits.inflated: 2GiB is out of range. Allowed: 1KiB to 1GiB.",
            "leat.yaml:6 http.limits.request-timeout: '30' is not a time span. Write a number with"
                + " a unit: 250ms, 90s, 10m, 24h, 7d.",
            "leat.yaml:7 http.cors.origins[0]: 'console.example.com' is not an origin. Write scheme"
                + " and host: https://console.example.com.",
            "leat.yaml:8 http.rate-limit.per-second: 0 is out of range. Allowed: 1 to 10000000.",
            "leat.yaml:10 http.jwt[0].algorithms[0]: 'RS255' is none of RS256, RS384, RS512, PS256,"
                + " PS384, PS512, ES256, ES384, ES512. Did you mean 'RS256'?",
            "leat.yaml:10 http.jwt[0]: 'jwks' is missing. Give either 'jwks' (a URL) or"
                + " 'jwks-file'.",
            "leat.yaml:11 http.jwt[1]: has both 'jwks' and 'jwks-file'. Give either 'jwks' (a URL)"
                + " or 'jwks-file'.",
            "leat.yaml:13 kafka.properties['sasl.jaas.config']: the environment variable 'UNSET' is"
                + " not set. Set it, or give a default: ${env:UNSET:-...}.",
            "leat.yaml:13 kafka: 'bootstrap' is missing. Write 'bootstrap: host:9092', or 'kafka:"
                + " embedded'.",
            "leat.yaml:13 kafka.properties.acks: 'acks' is set by Leat. Remove it.",
            "leat.yaml:13 kafka.properties['security.protocoll']: 'security.protocoll' is not a"
                + " property of a Kafka client. Did you mean 'security.protocol'?",
            "leat.yaml:14 flink.commit-interval: 10ms is out of range. Allowed: 250ms to 10m.",
            "leat.yaml:14 flink.paralelism: 'paralelism' is not known here. Did you mean"
                + " 'parallelism'?",
            "leat.yaml:16 lake.warehouse: 'gs://bucket' is a place that Leat cannot store tables"
                + " in. Write a folder, file://... or s3://bucket/prefix.",
            "leat.yaml:17 lake.s3.endpoint: 's3.example.com' is not a URL. Write https://...",
            "leat.yaml:17 lake.s3: 'secret-access-key' is missing. Give both, or neither and let"
                + " the environment say.",
            "leat.yaml:17 lake.s3.regoin: 'regoin' is not known here. Did you mean 'region'?",
            "leat.yaml:17 lake.s3: is set, but the warehouse is not in S3. Write 'warehouse:"
                + " s3://bucket/prefix'.",
            "leat.yaml:18 lake.properties['s3.endpoint']: 's3.endpoint' is set by 'lake.s3'. Set it"
                + " there.",
            "leat.yaml:19 lake.catalog: has both 'jdbc' and 'rest'. Give either 'jdbc' or 'rest'.",
            "leat.yaml:19 lake.catalog.rest.uri: 'ftp://x' is not a URL. Write https://...",
            "leat.yaml:20 postgres: 'external' is not 'embedded'. Write 'embedded' or a map.",
            "leat.yaml:21 query: is a list, not a map. Write {key: value} or indented 'key: value'"
                + " lines.",
            "leat.yaml:23 mqtt[0].version: '4' is no version of MQTT that Leat speaks. Write 5 or"
                + " 3.1.1.",
            "leat.yaml:23 mqtt[0].tls: 'key' is missing. Give both PEM files, or neither.",
            "leat.yaml:23 mqtt[0].tls: is set, but the URL says mqtt. Write 'url:"
                + " mqtts://host:8883'.",
            "leat.yaml:23 mqtt[0].password: belongs to a 'user'. Name the 'user' too.",
            "leat.yaml:24 mqtt[0].subscriptions: is empty. Say what to subscribe to.",
            "leat.yaml:25 mqtt[1].url: 'mqtt://b:70000' has no port from 1 to 65535. Write"
                + " host:8883.",
            "leat.yaml:25 mqtt[1].name: is there twice. Give each broker its own name.",
            "leat.yaml:26 mqtt[1].subscriptions[0].filter: 'a/#/b' is not a topic filter. Write"
                + " devices/+/telemetry, devices/# or $share/group/devices/#.",
            "leat.yaml:26 mqtt[1].subscriptions[0].stream: 'devices' is not a stream. Write"
                + " <blueprint>.<stream>: devices.telemetry.",
            "leat.yaml:27 mqtt[1].subscriptions[1].key-level: is more than the filter's 2 levels."
                + " Count from 1, without '$share/group/'.",
            "leat.yaml:27 mqtt[1].subscriptions[1].qos: 3 is out of range. Allowed: 0 to 2.",
            "leat.yaml:28 mqtt[1].subscriptions[2].id-property: is set, but MQTT 3.1.1 has no user"
                + " properties. Write 'version: 5'.");
  }

  @Test
  void aLoopbackAddressNeedsNoTls() {
    assertThatCode(() -> load("http: {host: '::1'}")).doesNotThrowAnyException();
    assertThatCode(() -> load("http: {host: localhost}")).doesNotThrowAnyException();
    assertThatCode(() -> load("http: {host: 0.0.0.0, allow-plaintext: true}"))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> load("http: {host: 127.example.com}"))
        .hasMessageContaining("there is no TLS");
  }

  @Test
  void aWarehouseIsAFolderOrInS3() throws IOException {
    assertThat(load("lake: {warehouse: 's3://b'}").lake().isInS3()).isTrue();
    assertThat(load("lake: {warehouse: 's3a://b/p'}").lake().isInS3()).isTrue();
    assertThat(load("lake: {warehouse: 's3'}").lake().isInS3()).isFalse();
    for (String elsewhere : List.of("s3:///p", "gs://b/p", "abfs://c@a.dfs.core.windows.net/p")) {
      assertThatThrownBy(() -> load("lake: {warehouse: '" + elsewhere + "'}"))
          .hasMessageContaining(
              "leat.yaml:1 lake.warehouse: '"
                  + elsewhere
                  + "' is a place that Leat cannot store tables in. Write a folder, file://... or"
                  + " s3://bucket/prefix.");
    }
  }

  @Test
  void aSessionTokenNeedsItsKey() {
    assertThatThrownBy(() -> load("lake: {warehouse: 's3://b', s3: {session-token: t}}"))
        .hasMessageContaining(
            "leat.yaml:1 lake.s3.session-token: belongs to an 'access-key-id'. Give 'access-key-id'"
                + " and 'secret-access-key'.");
  }

  @Test
  void aMissingFileIsAProblem() {
    assertThatThrownBy(() -> loader.load(folder.resolve("leat.yaml")))
        .hasMessage(folder.resolve("leat.yaml") + ": does not exist.");
  }

  @Test
  void theWarehouseFollowsTheDataFolder() {
    Settings settings = loader.defaults(Path.of("/base")).withData(Path.of("/other"));

    assertThat(settings.warehouse()).isEqualTo(URI.create("file:///other/warehouse"));
  }

  private Settings load(String yaml) throws IOException {
    return loader.load(Files.writeString(folder.resolve("leat.yaml"), yaml));
  }
}
