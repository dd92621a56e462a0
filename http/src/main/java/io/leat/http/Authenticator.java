package io.leat.http;

import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;

/** Finds out who sends a request. Called on the event loop; must not block it. */
public interface Authenticator {
  /**
   * The identity behind the request's credential.
   *
   * @return fails with {@link AuthenticationException} when there is no valid credential, and with
   *     {@link io.leat.event.LeatException} when that cannot be found out now (503)
   */
  Future<Identity> authenticate(HttpServerRequest request);
}
