package io.leat.http;

/**
 * How many requests a client may make.
 *
 * @param perSecond sustained requests a second
 * @param burst requests that may come at once after a pause
 */
public record RateLimit(double perSecond, long burst) {
  public RateLimit {
    if (!(perSecond > 0) || perSecond > 1_000_000_000d) {
      throw new IllegalArgumentException("perSecond must be over 0, but is " + perSecond);
    }
    if (burst < 1) {
      throw new IllegalArgumentException("burst must be at least 1, but is " + burst);
    }
  }
}
