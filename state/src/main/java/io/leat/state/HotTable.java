package io.leat.state;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A table of newest states, as it is asked now.
 *
 * @param blueprint whose
 * @param name its name
 * @param streams what it is made of; rows of others, as it was made of before, are not shown
 * @param related all streams about the same entities: alerts of these are about them
 * @param online the detector whose firing alert makes an entity offline; null when there is none
 */
public record HotTable(
    String blueprint,
    String name,
    List<String> streams,
    List<String> related,
    @Nullable String online) {
  public HotTable {
    streams = List.copyOf(streams);
    related = List.copyOf(related);
  }
}
