package io.leat.http;

import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;

/** Stands before every route that is not open: who is it, not too often, and allowed to. */
public final class Guard {
  static final String PRINCIPAL = "leat.principal";
  static final String REQUEST_ID = "leat.request-id";

  Guard(Authenticator authenticator, HttpSettings settings, MeterRegistry registry) {}

  /**
   * A handler that lets pass who has the role: 401 without a valid credential, 429 over the
   * client's rate, 403 without the role. The request is paused while it waits; {@link Bodies}
   * resumes it.
   */
  public Handler<RoutingContext> requires(Role role) {
    throw new UnsupportedOperationException("being built");
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
}
