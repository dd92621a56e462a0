package io.leat.http;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The server's settings. Start from {@link #defaults()}.
 *
 * @param host address to bind to
 * @param port port to bind to; 0 takes a free one
 * @param tls null: plain HTTP
 * @param idleTimeout a connection without traffic is closed after this time
 * @param requestTimeout a request's head and body must arrive within this time, else 408
 * @param maxHeaderBytes headers in all; more is a 431
 * @param maxConcurrentRequests requests in work at once; more is a 503
 * @param corsOrigins origins whose pages may call, such as {@code https://console.example.com};
 *     {@code *} for all
 * @param jwtIssuers whose tokens are accepted
 * @param rateLimit per client that has no limit of its own
 * @param maxRateLimitedClients clients whose rate is remembered; the longest unseen go first
 */
public record HttpSettings(
    String host,
    int port,
    @Nullable TlsSettings tls,
    Duration idleTimeout,
    Duration requestTimeout,
    int maxHeaderBytes,
    int maxConcurrentRequests,
    List<String> corsOrigins,
    List<JwtIssuer> jwtIssuers,
    RateLimit rateLimit,
    int maxRateLimitedClients) {
  public HttpSettings {
    corsOrigins = List.copyOf(corsOrigins);
    jwtIssuers = List.copyOf(jwtIssuers);
  }

  /** Loopback, port 8080, no TLS, 60 s idle, 30 s a request, 16 KiB of headers. */
  public static HttpSettings defaults() {
    return new HttpSettings(
        "127.0.0.1",
        8080,
        null,
        Duration.ofSeconds(60),
        Duration.ofSeconds(30),
        16 * 1024,
        2_000,
        List.of(),
        List.of(),
        new RateLimit(1_000, 2_000),
        100_000);
  }

  public HttpSettings withAddress(String newHost, int newPort) {
    return new HttpSettings(
        newHost,
        newPort,
        tls,
        idleTimeout,
        requestTimeout,
        maxHeaderBytes,
        maxConcurrentRequests,
        corsOrigins,
        jwtIssuers,
        rateLimit,
        maxRateLimitedClients);
  }
}
