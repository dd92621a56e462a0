package io.leat.http;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lets pages of the configured origins call. Credentials are bearer tokens that a script sets,
 * never cookies, so that {@code Access-Control-Allow-Credentials} is not sent.
 */
final class Cors {
  private final List<String> origins;

  Cors(List<String> origins) {
    this.origins = origins;
  }

  void handle(RoutingContext ctx) {
    HttpServerRequest request = ctx.request();
    @Nullable String origin = request.getHeader(HttpHeaders.ORIGIN);
    if (origin == null || origins.isEmpty()) {
      ctx.next();
      return;
    }
    HttpServerResponse response = ctx.response();
    response.putHeader(HttpHeaders.VARY, "Origin");
    if (!origins.contains("*") && !origins.contains(origin)) {
      ctx.next(); // without the headers the browser refuses for us
      return;
    }
    response
        .putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, origin)
        .putHeader(
            HttpHeaders.ACCESS_CONTROL_EXPOSE_HEADERS,
            "X-Request-Id, Retry-After, WWW-Authenticate");
    if (!request.method().equals(HttpMethod.OPTIONS)
        || !request.headers().contains(HttpHeaders.ACCESS_CONTROL_REQUEST_METHOD)) {
      ctx.next();
      return;
    }
    response
        .setStatusCode(204)
        .putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, DELETE")
        .putHeader(HttpHeaders.ACCESS_CONTROL_MAX_AGE, "600");
    @Nullable String headers = request.getHeader(HttpHeaders.ACCESS_CONTROL_REQUEST_HEADERS);
    if (headers != null) {
      response.putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_HEADERS, headers);
    }
    response.end();
  }
}
