package io.leat.event;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.NoArgGenerator;

/**
 * Ids for events that came without one, and for requests: UUID version 7 (RFC 9562), ordered by
 * time. Thread-safe.
 */
public final class EventIds {
  private final NoArgGenerator generator = Generators.timeBasedEpochGenerator();

  /** A new id, such as {@code 0197a3f2-6d1c-7c3e-9f0b-5d7f3f1f9c11}. */
  public String next() {
    return generator.generate().toString();
  }
}
