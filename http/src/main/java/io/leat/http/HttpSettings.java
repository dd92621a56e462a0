package io.leat.http;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The server's settings. Start from {@link #defaults()}.
 *
 * @param host address to bind to
 * @param port port to bind to; 0 takes a free one
 * @param tls null: plain HTTP
 * @param bounds sizes, times and numbers that are not passed
 * @param corsOrigins origins whose pages may call, such as {@code https://console.example.com};
 *     {@code *} for all
 * @param jwtIssuers whose tokens are accepted
 * @param rateLimit per client that has no limit of its own
 */
public record HttpSettings(
    String host,
    int port,
    @Nullable TlsSettings tls,
    HttpBounds bounds,
    List<String> corsOrigins,
    List<JwtIssuer> jwtIssuers,
    RateLimit rateLimit) {
  public HttpSettings {
    corsOrigins = List.copyOf(corsOrigins);
    jwtIssuers = List.copyOf(jwtIssuers);
  }

  /** Loopback, port 8080, no TLS, no origins, no issuers, 1,000 requests a second a client. */
  public static HttpSettings defaults() {
    return new HttpSettings(
        "127.0.0.1",
        8080,
        null,
        HttpBounds.defaults(),
        List.of(),
        List.of(),
        new RateLimit(1_000, 2_000));
  }

  /** The same at another address. */
  public HttpSettings withAddress(String newHost, int newPort) {
    return new HttpSettings(newHost, newPort, tls, bounds, corsOrigins, jwtIssuers, rateLimit);
  }

  /** The same with TLS, or without. */
  public HttpSettings withTls(@Nullable TlsSettings newTls) {
    return new HttpSettings(host, port, newTls, bounds, corsOrigins, jwtIssuers, rateLimit);
  }

  /** The same with other bounds. */
  public HttpSettings withBounds(HttpBounds newBounds) {
    return new HttpSettings(host, port, tls, newBounds, corsOrigins, jwtIssuers, rateLimit);
  }

  /** The same with another rate for clients that have none of their own. */
  public HttpSettings withRateLimit(RateLimit newRateLimit) {
    return new HttpSettings(host, port, tls, bounds, corsOrigins, jwtIssuers, newRateLimit);
  }

  /** The same for pages of these origins. */
  public HttpSettings withCorsOrigins(List<String> newOrigins) {
    return new HttpSettings(host, port, tls, bounds, newOrigins, jwtIssuers, rateLimit);
  }
}
