package io.leat.app.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * {@code run.json} in the data directory of a running Leat: how commands find it.
 *
 * @param pid its process
 * @param baseUri where its HTTP server listens
 * @param adminKeyFile the file that holds the admin's API key
 */
public record RunFile(long pid, URI baseUri, Path adminKeyFile) {
  private static final JsonMapper JSON = new JsonMapper();

  /** The file's place in {@code data}. */
  public static Path in(Path data) {
    return data.resolve("run.json");
  }

  /** Reads {@code data}'s file. */
  public static RunFile read(Path data) throws IOException {
    JsonNode run = JSON.readTree(in(data).toFile());
    String uri =
        run.path("baseUri").asText("http://127.0.0.1:" + run.path("httpPort").asInt(8080));
    return new RunFile(
        run.path("pid").asLong(),
        URI.create(uri),
        data.resolve(run.path("adminKeyFile").asText("admin.key")));
  }

  /** Writes it to {@code data}, at once or not at all. */
  public void write(Path data) throws IOException {
    byte[] json =
        JSON.writerWithDefaultPrettyPrinter()
            .writeValueAsBytes(
                JSON.createObjectNode()
                    .put("pid", pid)
                    .put("baseUri", baseUri.toString())
                    .put("adminKeyFile", adminKeyFile.toString()));
    Path next = data.resolve("run.json.next");
    Files.write(next, json);
    Files.move(next, in(data), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Whether the process still lives. */
  public boolean isAlive() {
    return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
  }
}
