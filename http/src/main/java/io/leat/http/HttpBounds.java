package io.leat.http;

import java.time.Duration;

/**
 * The server's bounds.
 *
 * @param idleTimeout a connection without traffic is closed after this time; and the next request's
 *     head must be whole within it
 * @param requestTimeout the first request's head must be whole within this time of connecting
 * @param maxHeaderBytes headers of a request in all; more is a 431
 * @param maxConcurrentRequests requests in work at once; more is a 503
 * @param maxConnections connections at once; more are closed unheard
 * @param maxRateLimitedClients clients whose rate is remembered; the longest unseen go first
 * @param eventLoops threads that serve
 */
public record HttpBounds(
    Duration idleTimeout,
    Duration requestTimeout,
    int maxHeaderBytes,
    int maxConcurrentRequests,
    int maxConnections,
    int maxRateLimitedClients,
    int eventLoops) {
  public HttpBounds {
    positive("idleTimeout", idleTimeout.toMillis());
    positive("requestTimeout", requestTimeout.toMillis());
    positive("maxHeaderBytes", maxHeaderBytes);
    positive("maxConcurrentRequests", maxConcurrentRequests);
    positive("maxConnections", maxConnections);
    positive("maxRateLimitedClients", maxRateLimitedClients);
    positive("eventLoops", eventLoops);
  }

  /** 60 s idle, 30 s for a head of 16 KiB, 2,000 requests, 10,000 connections, a loop a core. */
  public static HttpBounds defaults() {
    return new HttpBounds(
        Duration.ofSeconds(60),
        Duration.ofSeconds(30),
        16 * 1024,
        2_000,
        10_000,
        100_000,
        Runtime.getRuntime().availableProcessors());
  }

  private static void positive(String name, long value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " must be over 0");
    }
  }
}
