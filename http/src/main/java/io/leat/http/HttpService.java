package io.leat.http;

import io.leat.event.ErrorCode;
import io.leat.event.EventIds;
import io.leat.event.LeatException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxException;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.ServerSSLOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The HTTP server with everything that all routes share. */
public final class HttpService implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(HttpService.class);
  private static final Duration GRACE = Duration.ofSeconds(5);

  private final Vertx vertx;
  private final HttpSettings settings;
  private final Router router;
  private final Failures failures;
  private final Connections connections;
  private final Counter reloads;
  private final Counter failedReloads;
  private final @Nullable Tls tls;
  private final List<HttpServer> servers = new CopyOnWriteArrayList<>();
  private volatile boolean stopping;
  private long reloadTimer = -1;

  public HttpService(
      Vertx vertx,
      HttpSettings settings,
      Authenticator authenticator,
      MeterRegistry registry,
      List<Routes> routes,
      Health health) {
    this.vertx = vertx;
    this.settings = settings;
    Rejections rejections = new Rejections(registry);
    HttpBounds bounds = settings.bounds();
    this.failures = new Failures(registry, rejections);
    this.connections = new Connections(vertx, bounds, registry);
    this.reloads = registry.counter("leat_tls_reloads", "outcome", "done");
    this.failedReloads = registry.counter("leat_tls_reloads", "outcome", "failed");
    TlsSettings tlsSettings = settings.tls();
    this.tls = tlsSettings == null ? null : new Tls(tlsSettings);
    this.router = Router.router(vertx);
    JsonObject openApi = OpenApiDocument.of(routes);
    Requests requests =
        new Requests(new EventIds(), bounds.maxConcurrentRequests(), connections, registry);
    router.route().handler(requests::handle);
    router.route().handler(new Cors(settings.corsOrigins())::handle);
    RateLimits limits =
        new RateLimits(settings.rateLimit(), bounds.maxRateLimitedClients(), registry);
    Guard guard = new Guard(authenticator, limits, rejections, registry);
    new OperationRoutes(registry, health, () -> stopping, () -> openApi).mount(router, guard);
    routes.forEach(module -> module.mount(router, guard));
    failures.mount(router);
  }

  /**
   * Binds and serves.
   *
   * @return fails with a {@link LeatException} that names the port when it is taken, or the TLS
   *     file that cannot be used
   */
  public Future<HttpService> start() {
    @Nullable Tls files = tls;
    if (files == null) {
      return listen(null);
    }
    return vertx
        .executeBlocking(
            () -> {
              files.changed();
              return files.options();
            })
        .compose(this::listen)
        .onSuccess(ignored -> watch(files));
  }

  /**
   * Whether the port could be bound now: tells before anything else is started what {@link #start}
   * would tell after it.
   *
   * @throws LeatException that names the port when it is taken
   */
  public static void checkPort(HttpSettings settings) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(settings.host(), settings.port()));
    } catch (IOException e) {
      throw cannotListen(settings, e);
    }
  }

  /** The port that it is bound to. */
  public int port() {
    if (servers.isEmpty()) {
      throw new IllegalStateException("The HTTP server is not started");
    }
    return servers.get(0).actualPort();
  }

  /** Whether it speaks TLS. */
  public boolean isSecure() {
    return tls != null;
  }

  /** The router with every route mounted, for tests of the OpenAPI document. */
  public Router router() {
    return router;
  }

  /** Lets running requests end within some seconds, then closes. */
  public Future<Void> stop() {
    stopping = true;
    if (reloadTimer >= 0) {
      vertx.cancelTimer(reloadTimer);
    }
    return Future.all(servers.stream().map(server -> server.shutdown(GRACE)).toList()).mapEmpty();
  }

  /** Stops and waits; not on an event loop. */
  @Override
  public void close() {
    try {
      stop().toCompletionStage().toCompletableFuture().get(GRACE.toSeconds() + 5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      throw new LeatException(ErrorCode.INTERNAL, "The HTTP server did not stop", e);
    }
  }

  /** One server a loop; Vert.x lets them share the port. */
  private Future<HttpService> listen(@Nullable ServerSSLOptions ssl) {
    return vertx
        .deployVerticle(
            () -> new Loop(options(ssl)),
            new DeploymentOptions().setInstances(settings.bounds().eventLoops()))
        .map(
            ignored -> {
              log.info(
                  "Listening on {}://{}:{}",
                  ssl == null ? "http" : "https",
                  settings.host(),
                  port());
              return this;
            })
        .recover(e -> Future.failedFuture(cannotListen(settings, e)));
  }

  /** The server on one event loop. */
  private final class Loop extends VerticleBase {
    private final HttpServerOptions options;

    Loop(HttpServerOptions options) {
      this.options = options;
    }

    @Override
    public Future<?> start() {
      HttpServer server =
          vertx
              .createHttpServer(options)
              .requestHandler(router)
              .connectionHandler(connections::opened)
              .invalidRequestHandler(failures::invalid)
              .exceptionHandler(e -> log.debug("A connection failed", e));
      // With port 0 each loop would get a port of its own.
      SocketAddress address =
          settings.port() == 0
              ? SocketAddress.sharedRandomPort(1, settings.host())
              : SocketAddress.inetSocketAddress(settings.port(), settings.host());
      return server.listen(address).onSuccess(servers::add);
    }
  }

  private HttpServerOptions options(@Nullable ServerSSLOptions ssl) {
    HttpBounds bounds = settings.bounds();
    HttpServerOptions options =
        new HttpServerOptions()
            .setIdleTimeout((int) bounds.idleTimeout().toMillis())
            .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
            .setMaxHeaderSize(bounds.maxHeaderBytes())
            .setInitialSettings(
                new Http2Settings()
                    .setMaxHeaderListSize(bounds.maxHeaderBytes())
                    .setMaxConcurrentStreams(100))
            .setHttp2ClearTextEnabled(false)
            .setHandle100ContinueAutomatically(false);
    if (ssl != null) {
      options.setSsl(true).setUseAlpn(true);
      options.setKeyCertOptions(ssl.getKeyCertOptions()).setTrustOptions(ssl.getTrustOptions());
      options.setEnabledSecureTransportProtocols(Tls.PROTOCOLS);
      options.setClientAuth(ssl.getClientAuth());
    }
    return options;
  }

  private static LeatException cannotListen(HttpSettings settings, Throwable cause) {
    boolean taken = cause instanceof BindException || cause.getCause() instanceof BindException;
    return new LeatException(
        ErrorCode.INVALID_CONFIGURATION,
        taken
            ? "Cannot listen on "
                + settings.host()
                + ":"
                + settings.port()
                + ": the port is in use or the address is not this machine's."
                + " Stop the other process or choose another port"
            : "Cannot listen on "
                + settings.host()
                + ":"
                + settings.port()
                + ": "
                + (cause instanceof VertxException || cause.getMessage() == null
                    ? cause.toString()
                    : cause.getMessage()),
        cause);
  }

  private void watch(Tls files) {
    long millis =
        Math.max(1, java.util.Objects.requireNonNull(settings.tls()).checkEvery().toMillis());
    reloadTimer = vertx.setPeriodic(millis, ignored -> reload(files));
  }

  /** Takes a new pair of files; a pair that cannot be used is logged and the old one stays. */
  private void reload(Tls files) {
    vertx
        .executeBlocking(() -> files.changed() ? files.options() : null)
        .compose(
            options ->
                options == null
                    ? Future.succeededFuture(false)
                    : Future.all(servers.stream().map(s -> s.updateSSLOptions(options)).toList())
                        .map(true))
        .onSuccess(
            done -> {
              if (done) {
                reloads.increment();
                log.info("Reloaded the TLS certificate");
              }
            })
        .onFailure(
            e -> {
              failedReloads.increment();
              log.error("Cannot reload the TLS certificate; the old one stays in use", e);
            });
  }
}
