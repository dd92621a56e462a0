package io.leat.app.settings;

import io.leat.blueprint.yaml.Section;
import io.leat.blueprint.yaml.Value;
import io.leat.gateway.mqtt.MqttSettings;
import io.leat.gateway.mqtt.MqttSettings.Retained;
import io.leat.gateway.mqtt.MqttSettings.Subscription;
import io.leat.gateway.mqtt.MqttSettings.Tls;
import io.leat.gateway.mqtt.MqttSettings.Version;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the part {@code mqtt}. */
final class MqttReader {
  private static final int MAX_BROKERS = 20;
  private static final int MAX_SUBSCRIPTIONS = 100;
  private static final int PLAIN_PORT = 1883;
  private static final int TLS_PORT = 8883;

  private static final Pattern URL = Pattern.compile("(mqtts?)://([^\\s/:@?#]+)(?::([0-9]{1,5}))?");
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,62}");
  private static final Pattern STREAM =
      Pattern.compile("[a-z][a-z0-9_]{0,62}\\.[a-z][a-z0-9_]{0,62}");
  private static final Pattern FILTER =
      Pattern.compile("(?:\\$share/[^/+#]+/|(?!\\$share/))(?=.)((\\+|[^+#/]*)/)*(\\+|#|[^+#/]*)");

  private MqttReader() {}

  static List<MqttSettings> read(Value value, Path base) {
    List<MqttSettings> brokers = new ArrayList<>();
    Set<String> names = new HashSet<>();
    Set<String> clients = new HashSet<>();
    for (Value item : value.list(MAX_BROKERS)) {
      Section section = item.section();
      MqttSettings broker = broker(section, base);
      if (section.isPresent() && !broker.name().isEmpty() && !names.add(broker.name())) {
        section.optional("name").problem("is there twice.", "Give each broker its own name.");
      }
      if (section.isPresent()
          && !clients.add(broker.clientId() + '@' + broker.host() + ':' + broker.port())) {
        section
            .optional("client-id")
            .problem("is there twice.", "A broker knows one session by each client id.");
      }
      brokers.add(broker);
    }
    return brokers;
  }

  private static MqttSettings broker(Section section, Path base) {
    String name =
        section
            .required("name", "Give it a name for metrics, logs and the events' client.")
            .textLike(NAME, "a name", "Write lower-case letters, digits and _.");
    String called = name == null ? "" : name;
    Value at = section.required("url", "Write mqtt://host:1883 or mqtts://host:8883.");
    Matcher url = url(at);
    Value password = section.optional("password");
    Value user = section.optional("user");
    Version version = version(section.optional("version"));
    boolean secure = url != null && url.group(1).equals("mqtts");
    MqttSettings settings =
        new MqttSettings(
            called,
            url == null ? "" : url.group(2),
            port(at, url),
            version,
            section.optional("client-id").text("leat-" + called),
            user.textOrNull(),
            password.textOrNull(),
            tls(section.optional("tls"), url == null || secure, secure, base),
            section
                .optional("session-expiry")
                .duration(Duration.ofDays(7), Duration.ofMinutes(1), Duration.ofDays(365)),
            section
                .optional("keep-alive")
                .duration(Duration.ofSeconds(60), Duration.ofSeconds(5), Duration.ofHours(18)),
            section.optional("in-flight").integer(65_535, 1, 65_535),
            subscriptions(section, version));
    if (password.isPresent() && !user.isPresent()) {
      password.problem("belongs to a 'user'.", "Name the 'user' too.");
    }
    section.refuseUnknown();
    return settings;
  }

  private static @Nullable Matcher url(Value at) {
    String text =
        at.textLike(URL, "a broker's URL", "Write mqtt://host:1883 or mqtts://host:8883.");
    Matcher url = text == null ? null : URL.matcher(text);
    return url != null && url.matches() ? url : null;
  }

  private static int port(Value at, @Nullable Matcher url) {
    if (url == null) {
      return 0;
    }
    String written = url.group(3);
    if (written == null) {
      return url.group(1).equals("mqtts") ? TLS_PORT : PLAIN_PORT;
    }
    int port = Integer.parseInt(written);
    if (port < 1 || port > 65_535) {
      at.problem("'" + at.shown() + "' has no port from 1 to 65535.", "Write host:8883.");
    }
    return port;
  }

  private static Version version(Value value) {
    String text = value.isPresent() ? value.plain("5") : "5";
    return switch (text) {
      case "5" -> Version.MQTT_5;
      case "3.1.1" -> Version.MQTT_3_1_1;
      default -> {
        value.problem(
            "'" + value.shown() + "' is no version of MQTT that Leat speaks.", "Write 5 or 3.1.1.");
        yield Version.MQTT_5;
      }
    };
  }

  private static @Nullable Tls tls(Value value, boolean allowed, boolean secure, Path base) {
    Section section = value.section();
    Value certificate = section.optional("certificate");
    Value key = section.optional("key");
    Tls tls = new Tls(section.optional("ca").path(base), certificate.path(base), key.path(base));
    if (certificate.isPresent() != key.isPresent()) {
      section.problem(
          certificate.isPresent() ? "'key' is missing." : "'certificate' is missing.",
          "Give both PEM files, or neither.");
    }
    section.refuseUnknown();
    if (value.isPresent() && !allowed) {
      value.problem("is set, but the URL says mqtt.", "Write 'url: mqtts://host:8883'.");
    }
    return secure ? tls : null;
  }

  private static List<Subscription> subscriptions(Section broker, Version version) {
    Value value = broker.required("subscriptions", "Say what to subscribe to.");
    if (value.isEmptyList()) {
      value.problem("is empty.", "Say what to subscribe to.");
    }
    List<Subscription> subscriptions = new ArrayList<>();
    for (Value item : value.list(MAX_SUBSCRIPTIONS)) {
      subscriptions.add(subscription(item.section(), version));
    }
    return subscriptions;
  }

  private static Subscription subscription(Section section, Version version) {
    String filter =
        section
            .required("filter", "Write a topic filter: devices/+/telemetry.")
            .textLike(
                FILTER,
                "a topic filter",
                "Write devices/+/telemetry, devices/# or $share/group/devices/#.");
    String stream =
        section
            .required("stream", "Write <blueprint>.<stream>.")
            .textLike(STREAM, "a stream", "Write <blueprint>.<stream>: devices.telemetry.");
    Value keyLevel = section.optional("key-level");
    int level = keyLevel.integer(0, 1, 128);
    if (filter != null) {
      check(keyLevel, level, filter);
    }
    Value id = section.optional("id-property");
    Subscription subscription =
        new Subscription(
            filter == null ? "" : filter,
            stream == null ? "" : stream,
            section.optional("qos").integer(1, 0, 2),
            level,
            id.textOrNull(),
            section.optional("retained").oneOf(Retained.class, Retained.SKIP));
    if (id.isPresent() && version == Version.MQTT_3_1_1) {
      id.problem("is set, but MQTT 3.1.1 has no user properties.", "Write 'version: 5'.");
    }
    section.refuseUnknown();
    return subscription;
  }

  private static void check(Value keyLevel, int level, String filter) {
    String[] levels = filter.replaceFirst("^\\$share/[^/]+/", "").split("/", -1);
    boolean open = levels[levels.length - 1].equals("#");
    if (!open && level > levels.length) {
      keyLevel.problem(
          "is more than the filter's " + levels.length + " levels.",
          "Count from 1, without '$share/group/'.");
    }
  }
}
