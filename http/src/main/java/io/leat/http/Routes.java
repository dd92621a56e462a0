package io.leat.http;

import io.vertx.ext.web.Router;
import java.util.Optional;

/** The routes of a module, mounted once at start. */
public interface Routes {
  /**
   * Adds the routes. Every route that is not open to the world starts with {@link
   * Guard#requires(Role)}. Handlers run on the event loop and never block; what they throw, and
   * what they pass to {@code ctx.fail}, is answered as a problem document.
   */
  void mount(Router router, Guard guard);

  /**
   * The class path resource with this module's fragment of the OpenAPI document (JSON, with {@code
   * paths} and {@code components}), such as {@code openapi/gateway.json}. It is read through the
   * class loader of the implementing class.
   */
  default Optional<String> openApi() {
    return Optional.empty();
  }
}
