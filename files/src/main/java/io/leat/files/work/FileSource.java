package io.leat.files.work;

import io.leat.files.arrival.Inputs;
import io.leat.files.deadletter.DeadLetters;
import io.leat.files.place.OutputPlace;
import io.leat.rules.file.FileSourceSpec;

/**
 * A source, ready to be worked for.
 *
 * @param blueprint whose source it is
 * @param spec what it declares
 * @param inputs its files
 * @param outputs where they go as JSON
 * @param deadLetters where those go that cannot be converted
 * @param breakers whether its places are asked at all
 */
public record FileSource(
    String blueprint,
    FileSourceSpec spec,
    Inputs inputs,
    OutputPlace outputs,
    DeadLetters deadLetters,
    Breakers breakers) {
  /** {@code blueprint.source}. */
  public String name() {
    return blueprint + "." + spec.name();
  }
}
