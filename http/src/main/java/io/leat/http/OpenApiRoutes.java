package io.leat.http;

import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.util.List;

/** Compares the OpenAPI document with the routes that are mounted. */
public final class OpenApiRoutes {
  private OpenApiRoutes() {}

  /** What is in one and not in the other, such as {@code GET /v1/x is not documented}; sorted. */
  public static List<String> check(Router router, JsonObject document) {
    throw new UnsupportedOperationException("being built");
  }
}
