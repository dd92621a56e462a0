package io.leat.gateway;

import java.util.Collection;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The streams that are served at present. Thread-safe; a change is seen whole or not at all. */
public final class StreamRegistry {
  private volatile Map<String, ServedStream> streams = Map.of();

  /** Serves these streams and no others from now on. */
  public void replace(Collection<ServedStream> served) {
    streams =
        served.stream()
            .collect(Collectors.toUnmodifiableMap(ServedStream::name, Function.identity()));
  }

  /** The stream {@code blueprint.stream}, or null. */
  public @Nullable ServedStream find(String name) {
    return streams.get(name);
  }

  /** All of them. */
  public Collection<ServedStream> all() {
    return streams.values();
  }
}
