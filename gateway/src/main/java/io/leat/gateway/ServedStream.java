package io.leat.gateway;

import io.leat.blueprint.Blueprint;
import io.leat.blueprint.StreamSpec;

/**
 * A stream that takes events.
 *
 * @param blueprint the blueprint it belongs to
 * @param spec what its events must be
 * @param schemaVersion the version of its schema, from 1
 * @param logEpoch the epoch of its topic, from 0
 */
public record ServedStream(Blueprint blueprint, StreamSpec spec, int schemaVersion, int logEpoch) {

  /** {@code blueprint.stream}: its name in URLs, and its topic. */
  public String name() {
    return blueprint.topic(spec);
  }
}
