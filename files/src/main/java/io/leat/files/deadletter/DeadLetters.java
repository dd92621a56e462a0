package io.leat.files.deadletter;

import io.leat.files.ledger.Failure;
import io.leat.files.ledger.Sighting;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A place of dead letters. Thread-safe; blocks. */
public interface DeadLetters {
  /**
   * A file that is given up.
   *
   * @param id its id in the ledger
   * @param attempts how many were made
   * @param content its bytes; null when they could not be fetched: then there is only the reason
   */
  record Letter(
      Sighting seen,
      String id,
      Failure failure,
      long attempts,
      Instant at,
      @Nullable Path content) {}

  /**
   * Puts a file there, and its reason beside it; done again it changes nothing.
   *
   * @return where it lies
   */
  String put(Letter letter) throws IOException;

  /** Gets a file's bytes out again, to be tried anew; null when they are not there. */
  @Nullable Path fetch(String place, Path spool) throws IOException;

  /** Whether a file's bytes are there, not only its reason. */
  boolean holds(String place) throws IOException;

  /** Removes a file and its reason, if they are there. */
  void remove(String place) throws IOException;
}
