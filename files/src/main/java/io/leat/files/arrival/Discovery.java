package io.leat.files.arrival;

import io.leat.files.ledger.Sighting;
import java.util.List;

/** Is told of files that were seen, whole; the same one may be told any number of times. */
@FunctionalInterface
public interface Discovery {
  /**
   * Files were seen.
   *
   * @throws RuntimeException when they could not be noted: they are told again
   */
  void seen(List<Sighting> files);
}
