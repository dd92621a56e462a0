package io.leat.app.settings;

import io.leat.app.settings.HttpServer.Claims;
import io.leat.app.settings.HttpServer.Jwt;
import io.leat.app.settings.HttpServer.Limits;
import io.leat.app.settings.HttpServer.RateLimit;
import io.leat.app.settings.HttpServer.Tls;
import io.leat.blueprint.yaml.Section;
import io.leat.blueprint.yaml.Suggestions;
import io.leat.blueprint.yaml.Value;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the part {@code http}. */
final class HttpServerReader {
  private static final List<String> ALGORITHMS =
      List.of("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512");
  private static final List<String> DEFAULT_ALGORITHMS = List.of("RS256", "PS256", "ES256");
  private static final List<String> ROLES = List.of("send", "read", "operate", "admin");
  private static final Pattern ORIGIN = Pattern.compile("\\*|https?://[^/\\s]+");
  private static final Pattern WEB = Pattern.compile("https?://\\S+");
  private static final Pattern LOOPBACK =
      Pattern.compile("localhost|127(\\.[0-9]{1,3}){3}|::1|\\[::1\\]");
  private static final int MIB = 1 << 20;

  private HttpServerReader() {}

  static HttpServer read(Section http, Path base) {
    Value host = http.optional("host");
    Value tls = http.optional("tls");
    boolean allowPlaintext = http.optional("allow-plaintext").flag(false);
    HttpServer settings =
        new HttpServer(
            host.text("127.0.0.1"),
            http.optional("port").integer(8080, 0, 65_535),
            tls(tls, base),
            limits(http.optional("limits").section()),
            origins(http.optional("cors").section()),
            rateLimit(http.optional("rate-limit").section()),
            issuers(http.optional("jwt"), base));
    http.refuseUnknown();
    if (!tls.isPresent() && !allowPlaintext && !LOOPBACK.matcher(settings.host()).matches()) {
      host.problem(
          "'" + host.shown() + "' is reached from other machines, but there is no TLS.",
          "Add 'tls', or 'allow-plaintext: true' where something in front speaks TLS.");
    }
    return settings;
  }

  private static @Nullable Tls tls(Value value, Path base) {
    Section section = value.section();
    Path certificate = section.required("certificate", "Name a PEM file.").path(base);
    Path key = section.required("key", "Name a PEM file (PKCS#8).").path(base);
    Path clientCa = section.optional("client-ca").path(base);
    section.refuseUnknown();
    return certificate == null || key == null ? null : new Tls(certificate, key, clientCa);
  }

  private static Limits limits(Section limits) {
    Limits settings =
        new Limits(
            bytes(limits, "body", 5 * MIB),
            bytes(limits, "inflated", 20 * MIB),
            Math.toIntExact(limits.optional("headers").size(16_384, 1_024, MIB)),
            limits.optional("batch").integer(10_000, 1, 1_000_000),
            limits.optional("depth").integer(32, 1, 500),
            limits.optional("fields").integer(2_000, 1, 1_000_000),
            time(limits, "request-timeout", 30),
            time(limits, "idle-timeout", 60),
            limits.optional("concurrent").integer(2_000, 1, 1_000_000));
    if (settings.inflated() < settings.body()) {
      limits
          .optional("inflated")
          .problem("is less than 'body'.", "A plain body is as large as its inflated form.");
    }
    limits.refuseUnknown();
    return settings;
  }

  private static int bytes(Section limits, String key, int fallback) {
    return Math.toIntExact(limits.optional(key).size(fallback, 1_024, 1_024L * MIB));
  }

  private static Duration time(Section limits, String key, int seconds) {
    return limits
        .optional(key)
        .duration(Duration.ofSeconds(seconds), Duration.ofMillis(100), Duration.ofHours(1));
  }

  private static List<String> origins(Section cors) {
    List<String> origins = new ArrayList<>();
    for (Value item : cors.optional("origins").list(1_000)) {
      String origin =
          item.textLike(ORIGIN, "an origin", "Write scheme and host: https://console.example.com.");
      if (origin != null) {
        origins.add(origin);
      }
    }
    cors.refuseUnknown();
    return origins;
  }

  private static RateLimit rateLimit(Section section) {
    int perSecond = section.optional("per-second").integer(1_000, 1, 10_000_000);
    int burst =
        section
            .optional("burst")
            .integer((int) Math.min(20_000_000L, perSecond * 2L), 1, 20_000_000);
    section.refuseUnknown();
    return new RateLimit(perSecond, burst);
  }

  private static List<Jwt> issuers(Value value, Path base) {
    List<Jwt> issuers = new ArrayList<>();
    for (Value item : value.list(100)) {
      Section section = item.section();
      Value jwks = section.optional("jwks");
      Value jwksFile = section.optional("jwks-file");
      issuers.add(
          new Jwt(
              section.required("issuer", "Give the exact value of 'iss'.").text(""),
              section.required("audience", "Say what 'aud' must contain.").text(""),
              jwks.textLike(WEB, "a URL", "Write https://..."),
              jwksFile.path(base),
              algorithms(section.optional("algorithms")),
              claims(section.optional("claims").section())));
      if (section.isPresent() && jwks.isPresent() == jwksFile.isPresent()) {
        section.problem(
            jwks.isPresent() ? "has both 'jwks' and 'jwks-file'." : "'jwks' is missing.",
            "Give either 'jwks' (a URL) or 'jwks-file'.");
      }
      section.refuseUnknown();
    }
    return issuers;
  }

  private static List<String> algorithms(Value value) {
    if (!value.isPresent()) {
      return DEFAULT_ALGORITHMS;
    }
    List<String> algorithms = new ArrayList<>();
    for (Value item : value.list(ALGORITHMS.size())) {
      String name = oneOf(item, ALGORITHMS);
      if (name != null) {
        algorithms.add(name);
      }
    }
    return algorithms;
  }

  private static Claims claims(Section section) {
    Claims claims =
        new Claims(
            section.optional("roles").text("roles"),
            section
                .optional("role-names")
                .map(
                    role -> {
                      String name = oneOf(role, ROLES);
                      return name == null ? "" : name;
                    }),
            section.optional("streams").text("streams"),
            section.optional("entity-keys").textOrNull());
    section.refuseUnknown();
    return claims;
  }

  private static @Nullable String oneOf(Value value, List<String> known) {
    String text = value.textOrNull();
    if (text != null && !known.contains(text)) {
      value.problem(
          "'" + value.shown() + "' is none of " + String.join(", ", known) + ".",
          Suggestions.nearest(text, known).map(near -> "Did you mean '" + near + "'?").orElse(""));
      return null;
    }
    return text;
  }
}
