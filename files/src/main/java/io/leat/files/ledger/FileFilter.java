package io.leat.files.ledger;

import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which files are asked for.
 *
 * @param readable the blueprints that may be seen; null: all
 * @param states those; empty: all
 * @param name a part of the name, or a glob with {@code *} and {@code ?}
 * @param from discovered at or after it
 * @param to discovered before it
 * @param after the last one of the page before
 * @param limit how many at most
 */
public record FileFilter(
    @Nullable Set<String> readable,
    @Nullable String blueprint,
    @Nullable String source,
    Set<FileState.Name> states,
    @Nullable String name,
    @Nullable Instant from,
    @Nullable Instant to,
    @Nullable String after,
    int limit) {
  public FileFilter {
    states = Set.copyOf(states);
  }
}
