package io.leat.http;

import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import java.util.EnumSet;
import java.util.Set;

/**
 * Believes a bearer that names its roles: {@code send+read}; {@code slow-} makes it asynchronous.
 */
final class TestingAuthenticator implements Authenticator {
  private final io.vertx.core.Vertx vertx;

  TestingAuthenticator(io.vertx.core.Vertx vertx) {
    this.vertx = vertx;
  }

  @Override
  public Future<Identity> authenticate(HttpServerRequest request) {
    String header = request.getHeader("Authorization");
    if (header == null) {
      throw new AuthenticationException("missing", "Send a credential");
    }
    String bearer = header.substring("Bearer ".length());
    if (bearer.startsWith("slow-")) {
      return vertx.timer(50).map(ignored -> identity(bearer.substring(5)));
    }
    return Future.succeededFuture(identity(bearer));
  }

  private static Identity identity(String roles) {
    Set<Role> set = EnumSet.noneOf(Role.class);
    for (String role : roles.split("\\+", -1)) {
      set.add(Role.of(role));
    }
    return new Identity(new Principal(roles, roles, set, StreamScope.ALL, Set.of()), null);
  }
}
