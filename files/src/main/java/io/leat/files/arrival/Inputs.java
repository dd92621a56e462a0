package io.leat.files.arrival;

import io.leat.files.ledger.Sighting;
import java.io.IOException;
import java.nio.file.Path;

/** The files of a source, where they lie. Thread-safe; blocks. */
public interface Inputs {
  /**
   * A file's bytes, in the version that was seen, with their hash.
   *
   * @param spool where a copy may be written
   * @throws InputGoneException when that version is not there any more
   */
  LocalInput fetch(Sighting seen, Path spool) throws IOException;

  /**
   * Fails unless the version that was seen is still there.
   *
   * @throws InputGoneException when it is not
   */
  void requireSame(Sighting seen) throws IOException;

  /** Whether that version is still there. */
  default boolean isThere(Sighting seen) throws IOException {
    try {
      requireSame(seen);
      return true;
    } catch (InputGoneException e) {
      return false;
    }
  }

  /** Removes that version, if it is there. */
  void remove(Sighting seen) throws IOException;
}
