package io.leat.action.outbound;

import java.util.Optional;

/** Where secrets are kept. Asked each time one is used, so that a changed one takes effect. */
@FunctionalInterface
public interface Secrets {
  /** What stands behind {@code ${secret:name}}; empty when there is none. */
  Optional<String> secret(String name);

  /** What to do about a secret that is not there. */
  default String remedy(String name) {
    return "put it where Leat's secrets are kept";
  }

  /** What stands behind {@code ${env:NAME}}; empty when it is not set. */
  default Optional<String> variable(String name) {
    return Optional.ofNullable(System.getenv(name));
  }
}
