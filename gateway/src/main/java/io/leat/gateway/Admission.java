package io.leat.gateway;

import io.leat.gateway.format.Refusal;
import org.jspecify.annotations.Nullable;

/**
 * Whether the log may take more at all. Asked for each request before its body is read, on the
 * event loop: it must not block.
 */
@FunctionalInterface
public interface Admission {
  /** The log may always take more, as far as Leat knows. */
  Admission ALWAYS = () -> null;

  /**
   * Why nothing is accepted now; null when events are.
   *
   * @return with a code whose status is 503, and a reason that says what is full and what helps
   */
  @Nullable Refusal refusal();
}
