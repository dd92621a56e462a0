package io.leat.http;

import java.util.Optional;

/** Looks whether something works. Runs on a thread of its own and may block. */
@FunctionalInterface
public interface HealthCheck {
  /** What is wrong, for people; empty when all is well. An exception counts as what is wrong. */
  Optional<String> problem() throws Exception;
}
