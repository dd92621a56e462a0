package io.leat.http;

import io.leat.event.ErrorCode;
import io.leat.event.EventIds;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The first handler of every request: gives it its id, bounds how many are in work at once and how
 * long each is, and when it has ended writes the access log line and the metric.
 */
final class Requests {
  private static final Logger access = LoggerFactory.getLogger("leat.access");
  private static final String ROUTE = "leat.route";
  private static final String HANG_UP = "leat.hang-up";
  private static final Duration LINGER = Duration.ofMillis(500);

  /** A body up to this size is read and dropped, so that the connection can be used again. */
  private static final long DRAINED_BYTES = 64 * 1024;

  private final EventIds ids;
  private final int maxConcurrent;
  private final MeterRegistry registry;
  private final Connections connections;
  private final AtomicInteger running = new AtomicInteger();

  Requests(EventIds ids, int maxConcurrent, Connections connections, MeterRegistry registry) {
    this.connections = connections;
    this.ids = ids;
    this.maxConcurrent = maxConcurrent;
    this.registry = registry;
    Gauge.builder("leat_http_requests_running", running, AtomicInteger::get).register(registry);
    Gauge.builder("leat_http_requests_running_bound", () -> maxConcurrent).register(registry);
  }

  /** Remembers the template of the route that answers, for the log and the metric. */
  static void routed(RoutingContext ctx) {
    @Nullable Route route = ctx.currentRoute();
    if (route != null && route.getPath() != null) {
      ctx.put(ROUTE, route.getPath());
    }
  }

  /** Makes the connection close after the answer, because what is left of the body is not read. */
  static void hangUpAfterAnswer(RoutingContext ctx) {
    ctx.put(HANG_UP, true);
  }

  void handle(RoutingContext ctx) {
    long start = System.nanoTime();
    String id = ids.next();
    ctx.put(Guard.REQUEST_ID, id);
    ctx.response().putHeader("X-Request-Id", id);
    ctx.response().putHeader("X-Content-Type-Options", "nosniff");
    ctx.addHeadersEndHandler(ignored -> sayWhetherTheConnectionStays(ctx));
    AnswerTimer timer = AnswerTimer.begin(ctx);
    AtomicBoolean done = new AtomicBoolean();
    connections.requestStarted(ctx.request().connection());
    boolean admitted = running.incrementAndGet() <= maxConcurrent;
    ctx.addEndHandler(
        ended -> {
          if (done.compareAndSet(false, true)) {
            timer.stop();
            running.decrementAndGet();
            connections.requestEnded(ctx.request().connection());
            if (ended.succeeded()) { // else whoever reads the body is to be told that it broke off
              dropLeftovers(ctx);
            }
            record(ctx, start, ended.succeeded());
          }
        });
    if (admitted && !hasValidPath(ctx)) {
      ProblemDocument.send(
          ctx, ErrorCode.BAD_REQUEST, "The path or the query is not validly encoded");
    } else if (admitted) {
      ctx.next();
    } else {
      ctx.response().putHeader(HttpHeaders.RETRY_AFTER, "1");
      ProblemDocument.send(
          ctx,
          ErrorCode.OVERLOADED,
          "More than " + maxConcurrent + " requests are in work. Try again in a second");
    }
  }

  /** Both are decoded lazily, and a failure of it would look like a defect. */
  private static boolean hasValidPath(RoutingContext ctx) {
    try {
      return ctx.normalizedPath() != null && ctx.request().params() != null;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private void record(RoutingContext ctx, long start, boolean delivered) {
    long nanos = System.nanoTime() - start;
    int status = ctx.response().getStatusCode();
    String route = ctx.get(ROUTE, "none");
    String method = method(ctx.request());
    Timer.builder("leat_http_requests")
        .tags("route", route, "method", method, "status", String.valueOf(status))
        .register(registry)
        .record(nanos, TimeUnit.NANOSECONDS);
    if (access.isInfoEnabled()) {
      @Nullable Principal principal = ctx.get(Guard.PRINCIPAL);
      access.info(
          new JsonObject()
              .put("request_id", Guard.requestId(ctx))
              .put("client", principal == null ? null : principal.clientId())
              .put("method", method)
              .put("route", route)
              .put("status", status)
              .put("delivered", delivered)
              .put("bytes_in", ctx.request().bytesRead())
              .put("bytes_out", ctx.response().bytesWritten())
              .put("micros", nanos / 1_000)
              .encode());
    }
  }

  /** The method, of a bounded set: what nobody knows is {@code OTHER}. */
  private static String method(HttpServerRequest request) {
    String name = request.method().name();
    return switch (name) {
      case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS" -> name;
      default -> "OTHER";
    };
  }

  private static void sayWhetherTheConnectionStays(RoutingContext ctx) {
    if (closesAfter(ctx) && ctx.request().version() != HttpVersion.HTTP_2) {
      ctx.response().putHeader(HttpHeaders.CONNECTION, "close");
    }
  }

  /**
   * An answer was given before the body was read: drop what is small, hang up on the rest. Reading
   * on for a moment lets the answer arrive; closing at once would reset the connection under it.
   */
  private static void dropLeftovers(RoutingContext ctx) {
    HttpServerRequest request = ctx.request();
    if (request.isEnded()) {
      return;
    }
    boolean multiplexed = request.version() == HttpVersion.HTTP_2;
    if (closesAfter(ctx)) {
      Runnable hangUp =
          multiplexed ? () -> ctx.response().reset(0) : () -> request.connection().close();
      long timer = ctx.vertx().setTimer(LINGER.toMillis(), ignored -> hangUp.run());
      request.endHandler(
          ignored -> {
            ctx.vertx().cancelTimer(timer);
            if (!multiplexed) {
              hangUp.run();
            }
          });
      request.exceptionHandler(ignored -> ctx.vertx().cancelTimer(timer));
    } else {
      request.exceptionHandler(ignored -> {});
    }
    request.handler(ignored -> {});
    request.resume();
  }

  private static boolean closesAfter(RoutingContext ctx) {
    HttpServerRequest request = ctx.request();
    if (request.isEnded()) {
      return false;
    }
    if (ctx.get(HANG_UP, false)) {
      return true;
    }
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    if (length == null) {
      return request.getHeader(HttpHeaders.TRANSFER_ENCODING) != null;
    }
    try {
      return Long.parseLong(length) > DRAINED_BYTES;
    } catch (NumberFormatException e) {
      return true;
    }
  }
}
