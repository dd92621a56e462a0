package io.leat.http;

import io.vertx.core.json.JsonObject;
import java.util.List;

/** The OpenAPI 3.1 document, put together from the modules' fragments. */
public final class OpenApiDocument {
  private OpenApiDocument() {}

  /**
   * Merges the fragments of all routes.
   *
   * @throws IllegalStateException when a fragment is missing or two name the same operation
   */
  public static JsonObject of(List<Routes> routes) {
    throw new UnsupportedOperationException("being built");
  }
}
