package io.leat.state;

import io.leat.state.Client.Certificate;
import io.leat.state.Client.Rate;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A client that is to be added; the parts are those of {@link Client}. */
public record NewClient(
    String name,
    List<String> roles,
    List<String> streams,
    List<String> entityKeys,
    @Nullable Rate rate,
    @Nullable Certificate certificate,
    @Nullable Instant expiresAt) {
  public NewClient {
    roles = List.copyOf(roles);
    streams = List.copyOf(streams);
    entityKeys = List.copyOf(entityKeys);
    if (name.isBlank() || name.length() > 200) {
      throw new IllegalArgumentException("a client's name has 1 to 200 characters");
    }
    if (roles.isEmpty()) {
      throw new IllegalArgumentException("a client needs at least one role");
    }
  }

  /** A client with a key that never expires, for any entity, at the server's default rate. */
  public static NewClient of(String name, List<String> roles, List<String> streams) {
    return new NewClient(name, roles, streams, List.of(), null, null, null);
  }
}
