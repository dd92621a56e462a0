package io.leat.app.platform;

import io.leat.app.engine.DataDirectory;
import io.leat.app.engine.Durability;
import io.leat.app.settings.HttpServer;
import io.leat.app.settings.Lake;
import io.leat.app.settings.Settings;
import io.leat.gateway.GatewaySettings;
import io.leat.gateway.publishing.PublisherSettings;
import io.leat.http.BodyLimits;
import io.leat.http.HttpBounds;
import io.leat.http.HttpSettings;
import io.leat.http.JwtIssuer;
import io.leat.http.RateLimit;
import io.leat.http.Role;
import io.leat.http.TlsSettings;
import io.leat.lake.CatalogSpec;
import io.leat.query.QuerySettings;
import io.leat.schema.JsonLimits;
import io.leat.state.StateSettings;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** From {@code leat.yaml}'s words to the modules' settings. */
final class SettingsMapping {
  private static final Duration CERTIFICATE_CHECK = Duration.ofSeconds(2);

  /** The client wants one to sign with; servers other than Amazon's take this one. */
  private static final String ANY_REGION = "us-east-1";

  private SettingsMapping() {}

  static HttpSettings http(HttpServer http) {
    HttpBounds bounds = HttpBounds.defaults();
    return new HttpSettings(
        http.host(),
        http.port(),
        tls(http.tls()),
        new HttpBounds(
            http.limits().idleTimeout(),
            http.limits().requestTimeout(),
            http.limits().headers(),
            http.limits().concurrent(),
            bounds.maxConnections(),
            bounds.maxRateLimitedClients(),
            bounds.eventLoops()),
        http.corsOrigins(),
        http.jwt().stream().map(SettingsMapping::jwt).toList(),
        new RateLimit(http.rateLimit().perSecond(), http.rateLimit().burst()));
  }

  static GatewaySettings gateway(HttpServer http) {
    HttpServer.Limits limits = http.limits();
    GatewaySettings defaults = GatewaySettings.defaults();
    return new GatewaySettings(
        new BodyLimits(limits.body(), limits.inflated(), limits.requestTimeout()),
        new JsonLimits(limits.depth(), limits.fields()),
        limits.batch(),
        defaults.maxRecordBytes(),
        defaults.maxErrors(),
        defaults.answerWithin(),
        defaults.workers(),
        defaults.maxWaitingRequests(),
        defaults.maxWorkingBytes(),
        defaults.rejections());
  }

  static PublisherSettings publisher(Settings settings, Map<String, Object> kafka) {
    PublisherSettings publisher = PublisherSettings.defaults(kafka);
    return settings.durability() == Durability.DISK ? publisher.withGroupCommit() : publisher;
  }

  static QuerySettings query(Settings settings, DataDirectory data) {
    Settings.Query query = settings.query();
    QuerySettings defaults = QuerySettings.defaults(data.root().resolve("query"));
    return new QuerySettings(
        defaults.directory(),
        query.workers(),
        defaults.maxWaiting(),
        query.timeout(),
        query.memory(),
        defaults.threads(),
        Math.min(defaults.defaultRows(), query.maxRows()),
        query.maxRows(),
        defaults.maxAnswerBytes(),
        defaults.maxSqlBytes(),
        defaults.maxFiles(),
        query.cache(),
        defaults.fetches(),
        defaults.obeyWithin(),
        defaults.idleWorker());
  }

  static CatalogSpec catalog(Settings settings, StateSettings state, DataDirectory data) {
    Lake lake = settings.lake();
    CatalogSpec spec = catalog(lake.catalog(), settings.warehouse().toString(), state);
    if (lake.isInS3()) {
      spec = s3(spec, lake.s3()).with("s3.staging-dir", data.emptyStaging().toString());
    }
    return withAll(spec, lake.properties());
  }

  /** How backups reach S3: as the lake does. */
  static Map<String, String> s3(Lake lake) {
    CatalogSpec plain = new CatalogSpec("backups", CatalogSpec.Kind.JDBC, CatalogSpec.s3());
    return withAll(s3(plain, lake.s3()), lake.properties()).properties();
  }

  private static CatalogSpec withAll(CatalogSpec catalog, Map<String, String> properties) {
    CatalogSpec spec = catalog;
    for (Map.Entry<String, String> property : new TreeMap<>(properties).entrySet()) {
      spec = spec.with(property.getKey(), property.getValue());
    }
    return spec;
  }

  private static CatalogSpec s3(CatalogSpec catalog, Lake.S3 s3) {
    CatalogSpec spec = catalog.with("s3.path-style-access", String.valueOf(s3.pathStyle()));
    URI endpoint = s3.endpoint();
    String region = s3.region();
    if (endpoint != null) {
      spec = spec.with("s3.endpoint", endpoint.toString());
    }
    if (region != null || endpoint != null) {
      spec = spec.with("client.region", region == null ? ANY_REGION : region);
    }
    Lake.S3Credentials credentials = s3.credentials();
    if (credentials != null) {
      spec =
          spec.with("s3.access-key-id", credentials.accessKeyId())
              .with("s3.secret-access-key", credentials.secretAccessKey());
      String token = credentials.sessionToken();
      spec = token == null ? spec : spec.with("s3.session-token", token);
    }
    return spec;
  }

  private static CatalogSpec catalog(Lake.Catalog catalog, String warehouse, StateSettings state) {
    if (catalog instanceof Lake.RestCatalog rest) {
      return withAll(CatalogSpec.rest("leat", rest.uri().toString(), warehouse), rest.properties());
    }
    if (catalog instanceof Lake.JdbcCatalog jdbc) {
      return CatalogSpec.jdbc(
          "leat", jdbc.url(), orEmpty(jdbc.user()), orEmpty(jdbc.password()), warehouse);
    }
    return CatalogSpec.jdbc("leat", state.url(), state.user(), state.password(), warehouse);
  }

  private static @Nullable TlsSettings tls(HttpServer.@Nullable Tls tls) {
    return tls == null
        ? null
        : new TlsSettings(tls.certificate(), tls.key(), tls.clientCa(), CERTIFICATE_CHECK);
  }

  private static JwtIssuer jwt(HttpServer.Jwt jwt) {
    HttpServer.Claims claims = jwt.claims();
    Map<String, Role> roles = new TreeMap<>();
    claims
        .roleNames()
        .forEach((name, role) -> roles.put(name, Role.valueOf(role.toUpperCase(Locale.ROOT))));
    List<String> algorithms = jwt.algorithms();
    return new JwtIssuer(
        jwt.issuer(),
        jwt.audience(),
        jwt.jwks(),
        jwt.jwksFile(),
        algorithms.isEmpty() ? JwtIssuer.defaultAlgorithms() : Set.copyOf(algorithms),
        new JwtIssuer.ClaimMapping(claims.roles(), roles, claims.streams(), claims.entityKeys()));
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }
}
