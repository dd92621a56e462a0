package io.leat.action.target;

import java.util.Optional;

/**
 * What a target remembers, in PostgreSQL: of an incident, such as the id of its ticket, or of the
 * target as a whole. Values of up to 2,000 characters.
 */
public interface TargetMemory {
  /** What was put last. */
  Optional<String> get(String name);

  /** Committed when it returns, so that a later attempt has it, whatever becomes of this one. */
  void put(String name, String value);
}
