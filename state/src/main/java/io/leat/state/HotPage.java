package io.leat.state;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Some entities of a list.
 *
 * @param entities by key; there may be fewer than were asked for, and even none, although there is
 *     more behind: a page looks at a bounded number of keys
 * @param next the key behind which the next page begins; null when there is none
 */
public record HotPage(List<HotEntity> entities, @Nullable String next) {
  public HotPage {
    entities = List.copyOf(entities);
  }
}
