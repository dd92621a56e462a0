package io.leat.app.reconcile;

import io.leat.event.Names;

/**
 * A stream to be looked at.
 *
 * @param epoch its present log epoch
 */
public record ReconciledStream(String blueprint, String name, int epoch) {
  /** {@code blueprint.stream}. */
  public String topic() {
    return Names.topic(blueprint, name);
  }
}
