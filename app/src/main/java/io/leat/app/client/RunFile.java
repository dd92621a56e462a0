package io.leat.app.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * {@code run.json} in the data directory of a running Leat: how commands find it.
 *
 * @param pid its process
 * @param baseUri where its HTTP server listens
 * @param adminKeyFile the file that holds the admin's API key
 * @param certificate with which it shows who it is; null without TLS
 */
public record RunFile(long pid, URI baseUri, Path adminKeyFile, @Nullable Path certificate) {
  private static final JsonMapper JSON = new JsonMapper();

  /** The file's place in {@code data}. */
  public static Path in(Path data) {
    return data.resolve("run.json");
  }

  /** Reads {@code data}'s file. */
  public static RunFile read(Path data) throws IOException {
    JsonNode run = JSON.readTree(in(data).toFile());
    return new RunFile(
        run.path("pid").asLong(),
        URI.create(run.path("base_uri").asText()),
        data.resolve(run.path("admin_key_file").asText("admin.key")),
        run.has("certificate") ? Path.of(run.path("certificate").asText()) : null);
  }

  /** Whether the process still lives. */
  public boolean isAlive() {
    return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
  }
}
