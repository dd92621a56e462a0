package io.leat.blueprint.yaml;

import org.jspecify.annotations.Nullable;

/** Where {@code ${env:NAME}} finds its value. */
@FunctionalInterface
public interface Environment {
  /** The process's own. */
  Environment SYSTEM = System::getenv;

  /** The variable's value; null when it is not set. */
  @Nullable String variable(String name);
}
