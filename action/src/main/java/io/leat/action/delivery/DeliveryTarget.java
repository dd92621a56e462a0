package io.leat.action.delivery;

import io.leat.action.target.Target;
import io.leat.rules.incident.TargetSpec;
import java.time.Duration;

/**
 * A target of a blueprint, and what speaks to it.
 *
 * @param blueprint whose
 * @param spec what the blueprint declares of it
 * @param target what speaks to it
 * @param departures when its requests leave
 */
public record DeliveryTarget(
    String blueprint, TargetSpec spec, Target target, Departures departures) {
  private static final Duration MOST_MARGIN = Duration.ofMillis(10);

  /** A target of which no request has left yet. */
  public DeliveryTarget(String blueprint, TargetSpec spec, Target target) {
    this(blueprint, spec, target, new Departures());
  }

  /** {@code devices.servicenow}. */
  public String name() {
    return blueprint + "." + spec.name();
  }

  /**
   * From one request to the next: a twentieth more than the limit says, at most 10 ms, because
   * requests do not take the same time to arrive and the place counts arrivals.
   */
  Duration interval() {
    Duration even = even();
    Duration margin = even.dividedBy(20);
    return even.plus(margin.compareTo(MOST_MARGIN) < 0 ? margin : MOST_MARGIN);
  }

  /** From one request's arrival to the next one's, as the limit says it. */
  Duration even() {
    return spec.limits().per().dividedBy(spec.limits().requests());
  }

  /** For how long a worker that says nothing keeps a delivery. */
  Duration lease() {
    return spec.limits().timeout().multipliedBy(2).plusSeconds(20);
  }
}
