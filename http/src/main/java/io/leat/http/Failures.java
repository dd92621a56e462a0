package io.leat.http;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns everything that goes wrong into a problem document. */
final class Failures {
  private static final Logger log = LoggerFactory.getLogger(Failures.class);

  private final MeterRegistry registry;
  private final Rejections rejections;

  Failures(MeterRegistry registry, Rejections rejections) {
    this.rejections = rejections;
    this.registry = registry;
  }

  /** Answers for the whole router. */
  void mount(Router router) {
    router.route().failureHandler(ctx -> failed(ctx, router));
    // What fails before any route is reached does not come to the failure handler.
    for (int status : new int[] {400, 404, 405, 406, 415, 500}) {
      router.errorHandler(status, ctx -> failed(ctx, router));
    }
  }

  private void failed(RoutingContext ctx, Router router) {
    @Nullable Throwable cause = ctx.failure();
    if (ctx.response().ended()) {
      // Its time was over before it failed.
      log.debug("A request that has its answer failed: request_id={}", Guard.requestId(ctx), cause);
    } else if (cause instanceof LeatException e) {
      known(ctx, e);
    } else if (cause instanceof HttpClosedException) {
      log.debug("A client hung up: request_id={}", Guard.requestId(ctx));
    } else if (ctx.statusCode() >= 400 && ctx.statusCode() < 500) {
      byStatus(ctx, router);
    } else {
      log.error("A request failed: request_id={}", Guard.requestId(ctx), cause);
      ProblemDocument.send(
          ctx,
          ErrorCode.INTERNAL,
          "The request failed. The server's log has it under " + Guard.requestId(ctx));
    }
  }

  private static void byStatus(RoutingContext ctx, Router router) {
    switch (ctx.statusCode()) {
      case 404 -> ProblemDocument.send(ctx, ErrorCode.NOT_FOUND, "There is nothing at this path");
      case 405 -> methodNotAllowed(ctx, router);
      case 406 -> plain(ctx, ErrorCode.NOT_ACCEPTABLE);
      case 415 -> plain(ctx, ErrorCode.UNSUPPORTED_MEDIA_TYPE);
      default -> plain(ctx, ErrorCode.BAD_REQUEST);
    }
  }

  private void known(RoutingContext ctx, LeatException e) {
    int status = e.code().httpStatus();
    if (status == 403 || status == 401) {
      rejections.add(ctx, e.code().code());
    } else if (e.code() == ErrorCode.INTERNAL) {
      log.error("A request failed: request_id={}", Guard.requestId(ctx), e);
    } else if (status == 503) {
      // Without the trace: in an outage there is one of these for each request.
      log.warn(
          "A request was not served: code={} request_id={}: {}",
          e.code().code(),
          Guard.requestId(ctx),
          e.getMessage());
      ctx.response().putHeader(HttpHeaders.RETRY_AFTER, "1");
    }
    if (e.code() == ErrorCode.INTERNAL || e.code() == ErrorCode.STATE_UNAVAILABLE) {
      // Their messages name hosts and statements.
      ProblemDocument.send(
          ctx, e.code(), "The server's log has more under " + Guard.requestId(ctx));
    } else {
      ProblemDocument.send(ctx, e.code(), String.valueOf(e.getMessage()));
    }
  }

  private static void plain(RoutingContext ctx, ErrorCode code) {
    ProblemDocument.send(ctx, code, code.title());
  }

  private static void methodNotAllowed(RoutingContext ctx, Router router) {
    TreeSet<String> allowed = new TreeSet<>();
    for (Route route : router.getRoutes()) {
      if (route.getPath() != null
          && route.methods() != null
          && PathTemplate.of(route).matches(ctx.normalizedPath())) {
        route.methods().stream().map(HttpMethod::name).forEach(allowed::add);
      }
    }
    String list = String.join(", ", allowed);
    ctx.response().putHeader(HttpHeaders.ALLOW, list);
    ProblemDocument.send(
        ctx,
        ErrorCode.METHOD_NOT_ALLOWED,
        ctx.request().method().name() + " is not allowed here; allowed: " + list);
  }

  /** Answers what is not even HTTP. The router does not see it. */
  void invalid(HttpServerRequest request) {
    Throwable cause = request.decoderResult().cause();
    ErrorCode code = ErrorCode.BAD_REQUEST;
    String detail = "The request is not valid HTTP";
    if (cause instanceof TooLongHttpHeaderException) {
      code = ErrorCode.HEADERS_TOO_LARGE;
      detail = "The request's headers are larger than this server takes";
    } else if (cause instanceof TooLongHttpLineException) {
      code = ErrorCode.HEADERS_TOO_LARGE;
      detail = "The request's first line is longer than this server takes";
    }
    registry.counter("leat_http_invalid", "code", code.code()).increment();
    request
        .response()
        .setStatusCode(code.httpStatus())
        .putHeader(HttpHeaders.CONTENT_TYPE, ProblemDocument.CONTENT_TYPE)
        .putHeader(HttpHeaders.CONNECTION, "close")
        .end(ProblemDocument.json(code, detail, "", new JsonObject()).toBuffer())
        .onComplete(ignored -> request.connection().close());
  }
}
