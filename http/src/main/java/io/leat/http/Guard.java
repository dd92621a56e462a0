package io.leat.http;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Stands before every route that is not open: who is it, not too often, and allowed to. */
public final class Guard {
  static final String PRINCIPAL = "leat.principal";
  static final String REQUEST_ID = "leat.request-id";

  private final Authenticator authenticator;
  private final RateLimits limits;
  private final Rejections rejections;
  private final Counter rateLimited;

  Guard(
      Authenticator authenticator,
      RateLimits limits,
      Rejections rejections,
      MeterRegistry registry) {
    this.authenticator = authenticator;
    this.limits = limits;
    this.rejections = rejections;
    this.rateLimited = registry.counter("leat_rate_limited");
  }

  /**
   * A handler that lets pass who has the role: 401 without a valid credential, 429 over the
   * client's rate, 403 without the role. The request is paused while it waits; {@link Bodies}
   * resumes it.
   */
  public Handler<RoutingContext> requires(Role role) {
    return ctx -> {
      Requests.routed(ctx);
      Future<Identity> identity = identify(ctx);
      if (identity.isComplete()) {
        decide(ctx, role, identity);
        return;
      }
      Context context = ctx.vertx().getOrCreateContext();
      ctx.request().pause();
      identity.onComplete(
          ignored ->
              context.runOnContext(
                  onLoop -> {
                    if (AnswerTimer.hasNoBody(ctx)) {
                      ctx.request().resume();
                    }
                    decide(ctx, role, identity);
                  }));
    };
  }

  /** Who is asking; only behind {@link #requires(Role)}. */
  public static Principal principal(RoutingContext ctx) {
    @Nullable Principal principal = ctx.get(PRINCIPAL);
    if (principal == null) {
      throw new IllegalStateException("The route " + ctx.normalizedPath() + " is not guarded");
    }
    return principal;
  }

  /** The request's id, a UUID of version 7, also in the answer's {@code X-Request-Id}. */
  public static String requestId(RoutingContext ctx) {
    return ctx.get(REQUEST_ID, "");
  }

  /** The exception of a credential that does not reach this far; counted and answered as 403. */
  static LeatException forbidden(String detail) {
    return new LeatException(ErrorCode.FORBIDDEN, detail);
  }

  private Future<Identity> identify(RoutingContext ctx) {
    try {
      return authenticator.authenticate(ctx.request());
    } catch (RuntimeException e) {
      return Future.failedFuture(e);
    }
  }

  private void decide(RoutingContext ctx, Role role, Future<Identity> answer) {
    if (ctx.response().closed()) {
      return;
    }
    if (answer.failed()) {
      refuse(ctx, answer.cause());
      return;
    }
    Identity identity = answer.result();
    Principal principal = identity.principal();
    ctx.put(PRINCIPAL, principal);
    Duration wait = limits.take(principal.clientId(), identity.rateLimit());
    if (!wait.isZero()) {
      rateLimited.increment();
      long seconds = wait.plusNanos(999_999_999).toSeconds();
      ctx.response().putHeader(HttpHeaders.RETRY_AFTER, String.valueOf(seconds));
      ProblemDocument.send(
          ctx,
          ErrorCode.RATE_LIMITED,
          "The client '" + principal.name() + "' may go on in " + seconds + " s");
    } else if (!principal.allows(role)) {
      ctx.fail(
          forbidden(
              "This needs the role '"
                  + role.text()
                  + "', which the client '"
                  + principal.name()
                  + "' has not"));
    } else {
      ctx.next();
    }
  }

  private void refuse(RoutingContext ctx, Throwable cause) {
    if (cause instanceof AuthenticationException e) {
      rejections.add(ctx, e.reason());
      String error = e.reason().equals("missing") ? "" : ", error=\"invalid_token\"";
      ctx.response().putHeader("WWW-Authenticate", "Bearer realm=\"leat\"" + error);
      ProblemDocument.send(ctx, ErrorCode.UNAUTHENTICATED, String.valueOf(e.getMessage()));
    } else {
      ctx.fail(cause);
    }
  }
}
