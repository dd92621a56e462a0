package io.leat.http;

import java.util.Set;

/**
 * Who is asking, and what the credential allows.
 *
 * @param clientId stable id of the client; for a token {@code <issuer>|<subject>}
 * @param name for people
 * @param roles what it may do
 * @param streams where it may do it
 * @param entityKeys the entity keys it may send for; empty means any
 */
public record Principal(
    String clientId, String name, Set<Role> roles, StreamScope streams, Set<String> entityKeys) {
  public Principal {
    roles = Set.copyOf(roles);
    entityKeys = Set.copyOf(entityKeys);
  }

  /** Whether the credential has the role, or is an administrator's. */
  public boolean allows(Role role) {
    return roles.contains(role) || roles.contains(Role.ADMIN);
  }

  /** Whether events may be sent to the stream {@code blueprint.stream}. */
  public boolean maySend(String blueprintDotStream) {
    return allows(Role.SEND) && streams.matches(blueprintDotStream);
  }

  /**
   * Whether the events of the stream {@code blueprint.stream} may be read; {@code blueprint.*} asks
   * for all streams of the blueprint, also those that it gets later, and {@code *} for everything.
   */
  public boolean mayRead(String blueprintDotStream) {
    return allows(Role.READ) && streams.matches(blueprintDotStream);
  }

  /** Whether events of this entity may be sent. */
  public boolean mayUseEntity(String key) {
    return entityKeys.isEmpty() || entityKeys.contains(key);
  }
}
