package io.leat.rules.incident;

import java.time.Duration;
import java.util.Map;

/**
 * Where incidents are sent.
 *
 * @param name unique in its blueprint
 * @param kind what speaks to it: {@code servicenow}; {@link TargetKind#yaml}
 * @param options what only its kind knows: texts by name, as {@link TargetKind#options} lists them,
 *     those that were not given with what holds then; secrets are references such as {@code
 *     ${secret:servicenow}}, resolved when they are used
 * @param limits how hard it may be asked
 */
public record TargetSpec(String name, String kind, Map<String, String> options, Limits limits) {

  /**
   * How hard a target may be asked.
   *
   * @param requests in each {@code per}, look-ups and retries among them, evenly spread
   * @param per the time for them
   * @param concurrency requests at a time
   * @param timeout of one request
   * @param firstRetry pause before the first retry; doubles each time, with jitter
   * @param mostRetry the longest pause
   * @param maxAge what could not be delivered for so long is given up, as a dead letter
   */
  public record Limits(
      int requests,
      Duration per,
      int concurrency,
      Duration timeout,
      Duration firstRetry,
      Duration mostRetry,
      Duration maxAge) {}

  public TargetSpec {
    options = Map.copyOf(options);
  }
}
