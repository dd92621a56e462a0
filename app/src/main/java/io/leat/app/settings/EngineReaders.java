package io.leat.app.settings;

import io.leat.blueprint.yaml.Section;
import io.leat.blueprint.yaml.Suggestions;
import io.leat.blueprint.yaml.Value;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.jspecify.annotations.Nullable;

/** Reads the parts that are either embedded or somewhere else. */
final class EngineReaders {
  private static final Pattern BOOTSTRAP =
      Pattern.compile("[^\\s,:]+:[0-9]{1,5}(,[^\\s,:]+:[0-9]{1,5})*");
  private static final Pattern JDBC = Pattern.compile("jdbc:postgresql:\\S+");
  private static final Pattern WEB = Pattern.compile("https?://\\S+");
  private static final Pattern REMOTE = Pattern.compile("[a-z][a-z0-9+.-]+://.*");

  /** What Leat sets itself and nobody else may. */
  private static final Set<String> OWN_KAFKA_PROPERTIES =
      Set.of(
          "bootstrap.servers",
          "acks",
          "enable.idempotence",
          "group.id",
          "enable.auto.commit",
          "key.serializer",
          "value.serializer",
          "key.deserializer",
          "value.deserializer");

  /** What Kafka's clients know. */
  private static final Set<String> KAFKA_PROPERTIES =
      Stream.of(
              ProducerConfig.configNames(),
              ConsumerConfig.configNames(),
              AdminClientConfig.configNames())
          .flatMap(Set::stream)
          .collect(Collectors.toCollection(TreeSet::new));

  private static final Pattern S3 = Pattern.compile("s3a?://[A-Za-z0-9][A-Za-z0-9._-]*(/\\S*)?");

  /** What {@code lake.s3} sets. */
  private static final Set<String> OWN_S3_PROPERTIES =
      Set.of(
          "s3.endpoint",
          "client.region",
          "s3.path-style-access",
          "s3.access-key-id",
          "s3.secret-access-key",
          "s3.session-token");

  private EngineReaders() {}

  static Kafka kafka(Value value) {
    if (isEmbedded(value)) {
      return new Kafka.Embedded(0);
    }
    Section kafka = value.section();
    Value embedded = kafka.optional("embedded");
    if (embedded.isPresent()) {
      int port = port(embedded);
      kafka.refuseUnknown();
      return new Kafka.Embedded(port);
    }
    String bootstrap =
        kafka
            .required("bootstrap", "Write 'bootstrap: host:9092', or 'kafka: embedded'.")
            .textLike(BOOTSTRAP, "a list of brokers", "Write host:port,host:port.");
    Map<String, String> properties = kafka.optional("properties").map(EngineReaders::property);
    kafka
        .optional("properties")
        .section()
        .values()
        .forEach(
            (name, property) -> {
              if (OWN_KAFKA_PROPERTIES.contains(name)) {
                property.problem("'" + name + "' is set by Leat.", "Remove it.");
              } else if (!KAFKA_PROPERTIES.contains(name)) {
                property.problem(
                    "'" + name + "' is not a property of a Kafka client.",
                    Suggestions.remedy(name, KAFKA_PROPERTIES));
              }
            });
    int replication = kafka.optional("replication").integer(3, 1, 10);
    kafka.refuseUnknown();
    return new Kafka.External(bootstrap == null ? "" : bootstrap, properties, replication);
  }

  static Postgres postgres(Value value) {
    if (isEmbedded(value)) {
      return new Postgres.Embedded(0);
    }
    Section postgres = value.section();
    Value embedded = postgres.optional("embedded");
    if (embedded.isPresent()) {
      int port = port(embedded);
      postgres.refuseUnknown();
      return new Postgres.Embedded(port);
    }
    Postgres.External external =
        new Postgres.External(
            jdbc(postgres, "or 'postgres: embedded'"),
            postgres.required("user", "Name the database user.").text(""),
            postgres.optional("password").textOrNull());
    postgres.refuseUnknown();
    return external;
  }

  static Lake lake(Section lake, Path base) {
    URI warehouse = warehouse(lake.optional("warehouse"), base);
    Value s3 = lake.optional("s3");
    Value properties = lake.optional("properties");
    Lake settings =
        new Lake(
            warehouse,
            s3(s3.section()),
            properties.map(EngineReaders::property),
            catalog(lake.optional("catalog")));
    lake.refuseUnknown();
    if (s3.isPresent() && !settings.isInS3()) {
      s3.problem(
          "is set, but the warehouse is not in S3.", "Write 'warehouse: s3://bucket/prefix'.");
    }
    properties
        .section()
        .values()
        .forEach(
            (name, property) -> {
              if (OWN_S3_PROPERTIES.contains(name)) {
                property.problem("'" + name + "' is set by 'lake.s3'.", "Set it there.");
              }
            });
    return settings;
  }

  static Lake.S3 s3(Section s3) {
    Value endpoint = s3.optional("endpoint");
    String address = endpoint.textLike(WEB, "a URL", "Write https://...");
    Lake.S3 settings =
        new Lake.S3(
            address == null ? null : uri(address, endpoint),
            s3.optional("region").textOrNull(),
            s3.optional("path-style").flag(false),
            s3Credentials(s3));
    s3.refuseUnknown();
    return settings;
  }

  private static Lake.@Nullable S3Credentials s3Credentials(Section s3) {
    Value id = s3.optional("access-key-id");
    Value secret = s3.optional("secret-access-key");
    Value token = s3.optional("session-token");
    if (id.isPresent() != secret.isPresent()) {
      s3.problem(
          id.isPresent() ? "'secret-access-key' is missing." : "'access-key-id' is missing.",
          "Give both, or neither and let the environment say.");
    } else if (token.isPresent() && !id.isPresent()) {
      token.problem(
          "belongs to an 'access-key-id'.", "Give 'access-key-id' and 'secret-access-key'.");
    }
    String idText = id.textOrNull();
    String secretText = secret.textOrNull();
    String tokenText = token.textOrNull();
    return idText == null || secretText == null
        ? null
        : new Lake.S3Credentials(idText, secretText, tokenText);
  }

  private static @Nullable URI warehouse(Value value, Path base) {
    String text = value.textOrNull();
    if (text == null) {
      return null;
    }
    if (!REMOTE.matcher(text).matches()) {
      Path folder = value.path(base);
      return folder == null ? null : folder.toUri();
    }
    if (!S3.matcher(text).matches() && !text.matches("file://\\S+")) {
      value.problem(
          "'" + value.shown() + "' is a place that Leat cannot store tables in.",
          "Write a folder, file://... or s3://bucket/prefix.");
      return null;
    }
    return uri(text, value);
  }

  private static Lake.Catalog catalog(Value value) {
    if (isEmbedded(value)) {
      return new Lake.EmbeddedCatalog();
    }
    Section catalog = value.section();
    Value jdbc = catalog.optional("jdbc");
    Value rest = catalog.optional("rest");
    if (catalog.isPresent() && jdbc.isPresent() == rest.isPresent()) {
      catalog.problem(
          jdbc.isPresent() ? "has both 'jdbc' and 'rest'." : "has neither 'jdbc' nor 'rest'.",
          "Give either 'jdbc' or 'rest'.");
    }
    catalog.refuseUnknown();
    if (rest.isPresent()) {
      return rest(rest.section());
    }
    Section section = jdbc.section();
    Lake.JdbcCatalog settings =
        new Lake.JdbcCatalog(
            jdbc(section, "or 'catalog: embedded'"),
            section.optional("user").textOrNull(),
            section.optional("password").textOrNull());
    section.refuseUnknown();
    return settings;
  }

  private static Lake.Catalog rest(Section section) {
    Value at = section.required("uri", "Write 'uri: https://...'.");
    String text = at.textLike(WEB, "a URL", "Write https://...");
    URI uri = text == null ? null : uri(text, at);
    Lake.RestCatalog settings =
        new Lake.RestCatalog(
            uri == null ? URI.create("http://invalid") : uri,
            section.optional("properties").map(EngineReaders::property));
    section.refuseUnknown();
    return settings;
  }

  private static @Nullable URI uri(String text, Value at) {
    try {
      return URI.create(text);
    } catch (IllegalArgumentException e) {
      at.problem("'" + at.shown() + "' is not a URI.", "");
      return null;
    }
  }

  private static String jdbc(Section section, String or) {
    String url =
        section
            .required("url", "Write 'url: jdbc:postgresql://host:5432/database', " + or + ".")
            .textLike(JDBC, "a JDBC URL", "Write jdbc:postgresql://host:5432/database.");
    return url == null ? "" : url;
  }

  private static int port(Value embedded) {
    Section section = embedded.section();
    int port = section.optional("port").integer(0, 0, 65_535);
    section.refuseUnknown();
    return port;
  }

  /** Whether it is absent or the word {@code embedded}; any other word is a problem. */
  private static boolean isEmbedded(Value value) {
    if (!value.isPresent()) {
      return true;
    }
    if (!value.isScalar()) {
      return false;
    }
    String text = value.textOrNull();
    if (text != null && !text.equals("embedded")) {
      value.problem("'" + value.shown() + "' is not 'embedded'.", "Write 'embedded' or a map.");
    }
    return true;
  }

  private static String property(Value value) {
    return value.plain("");
  }
}
