package io.leat.gateway;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The streams that are served at present. Thread-safe; a change is seen whole or not at all. */
public final class StreamRegistry {
  private volatile Map<String, ServedStream> streams = Map.of();

  /** Serves these streams and no others from now on. */
  public void replace(Collection<ServedStream> served) {
    Map<String, ServedStream> next = new LinkedHashMap<>();
    served.forEach(stream -> next.put(stream.name(), stream));
    streams = Collections.unmodifiableMap(next);
  }

  /** The stream {@code blueprint.stream}, or null. */
  public @Nullable ServedStream find(String name) {
    return streams.get(name);
  }

  /** All of them, in the order in which they were given. */
  public Collection<ServedStream> all() {
    return streams.values();
  }
}
