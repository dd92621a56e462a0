package io.leat.state;

import java.util.Optional;

/**
 * A client just added.
 *
 * @param client as stored
 * @param key its plain key {@code leat_<id>_<secret>}, shown this once; empty for a client with a
 *     certificate
 */
public record AddedClient(Client client, Optional<String> key) {
  @Override
  public String toString() {
    return "AddedClient[client=" + client + "]";
  }
}
