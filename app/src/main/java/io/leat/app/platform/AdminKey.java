package io.leat.app.platform;

import io.leat.app.engine.DurableFiles;
import io.leat.state.AddedClient;
import io.leat.state.ApiKey;
import io.leat.state.Client;
import io.leat.state.Clients;
import io.leat.state.NewClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The administrator's key, which the command line uses on the same machine: a file that only its
 * owner reads.
 */
final class AdminKey {
  static final String FILE = "admin.key";

  private final Path file;
  private final Clients clients;

  AdminKey(Path directory, Clients clients) {
    this.file = directory.resolve(FILE);
    this.clients = clients;
  }

  /** The key in the file if it is still good, else a new one. */
  String ensure() throws IOException {
    if (Files.exists(file)) {
      String key = Files.readString(file).strip();
      if (isKnown(key)) {
        return key;
      }
    }
    AddedClient added = clients.add(NewClient.of("administrator", List.of("admin"), List.of("*")));
    String key = added.key().orElseThrow();
    DurableFiles.writePrivate(file, key + "\n");
    return key;
  }

  private boolean isKnown(String key) {
    Optional<ApiKey> parsed = ApiKey.parse(key);
    return parsed.isPresent()
        && clients.list().stream()
            .filter(client -> client.revokedAt() == null)
            .map(Client::id)
            .anyMatch(id -> id.equals(parsed.get().id()));
  }
}
