package io.leat.http;

import java.time.Duration;

/**
 * Bounds on one request body.
 *
 * @param maxBytes bytes on the wire; more is a 413
 * @param maxInflatedBytes bytes after decompression; more is a 413
 * @param timeout the body must have arrived within this time, else 408
 */
public record BodyLimits(int maxBytes, int maxInflatedBytes, Duration timeout) {
  public BodyLimits {
    if (maxBytes < 0 || maxInflatedBytes < 0) {
      throw new IllegalArgumentException("body limits must not be negative");
    }
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException("the body's timeout must be over 0");
    }
  }
}
