package io.leat.http;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Bounds how many connections there are, and how long one may take to bring a request's head: a
 * client that sends a header's byte now and then would else hold it for ever.
 */
final class Connections {
  private final Vertx vertx;
  private final HttpBounds bounds;
  private final Counter refused;
  private final Map<HttpConnection, Waiting> open = new ConcurrentHashMap<>();

  Connections(Vertx vertx, HttpBounds bounds, MeterRegistry registry) {
    this.vertx = vertx;
    this.bounds = bounds;
    this.refused = registry.counter("leat_http_connections_refused");
    Gauge.builder("leat_http_connections", open, Map::size).register(registry);
    Gauge.builder("leat_http_connections_bound", bounds::maxConnections).register(registry);
  }

  /** One connection's requests in work and its timer. Owned by the connection's event loop. */
  private static final class Waiting {
    private int requests;
    private long timer = -1;
  }

  void opened(HttpConnection connection) {
    if (open.size() >= bounds.maxConnections()) {
      refused.increment();
      connection.close();
      return;
    }
    Waiting waiting = new Waiting();
    open.put(connection, waiting);
    connection.closeHandler(
        ignored -> {
          open.remove(connection);
          vertx.cancelTimer(waiting.timer);
        });
    arm(connection, waiting, bounds.requestTimeout());
  }

  void requestStarted(HttpConnection connection) {
    @Nullable Waiting waiting = open.get(connection);
    if (waiting != null) {
      waiting.requests++;
      vertx.cancelTimer(waiting.timer);
    }
  }

  void requestEnded(HttpConnection connection) {
    @Nullable Waiting waiting = open.get(connection);
    if (waiting != null && --waiting.requests == 0) {
      arm(connection, waiting, bounds.idleTimeout());
    }
  }

  private void arm(HttpConnection connection, Waiting waiting, Duration patience) {
    vertx.cancelTimer(waiting.timer);
    waiting.timer = vertx.setTimer(patience.toMillis(), ignored -> connection.close());
  }
}
