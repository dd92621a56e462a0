package io.leat.http;

import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.util.List;

/** The HTTP server with everything that all routes share. */
public final class HttpService implements AutoCloseable {
  public HttpService(
      Vertx vertx,
      HttpSettings settings,
      Authenticator authenticator,
      MeterRegistry registry,
      List<Routes> routes,
      Health health) {}

  /**
   * Binds and serves.
   *
   * @return fails with a {@link io.leat.event.LeatException} that names the port when it is taken
   */
  public Future<HttpService> start() {
    throw new UnsupportedOperationException("being built");
  }

  /** The port that it is bound to. */
  public int port() {
    throw new UnsupportedOperationException("being built");
  }

  /** The router with every route mounted, for tests of the OpenAPI document. */
  public Router router() {
    throw new UnsupportedOperationException("being built");
  }

  /** Lets running requests end within some seconds, then closes. */
  public Future<Void> stop() {
    throw new UnsupportedOperationException("being built");
  }

  /** Stops and waits; not on an event loop. */
  @Override
  public void close() {
    throw new UnsupportedOperationException("being built");
  }
}
