package io.leat.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Fifty files at once, while Leat is killed again and again: each is published once, and whoever
 * looks at the outputs at any time sees whole ones only. {@code -Dleat.faults.seed=N} repeats the
 * moments.
 */
@Order(121)
class FilesKillStoryTest {
  private static final Duration SOON = Duration.ofMinutes(4);
  private static final int FILES = 50;
  private static final int ROWS = 40_000;
  private static final int KILLS = Integer.getInteger("leat.faults.kills", 4);

  private final Path directory;
  private final Path data;
  private final Random random;
  private final long seed;
  private final Set<String> partial = new TreeSet<>();

  FilesKillStoryTest(@TempDir Path directory) {
    this.directory = directory;
    this.data = directory.resolve("data");
    this.seed = Long.getLong("leat.faults.seed", System.nanoTime());
    this.random = new Random(seed);
  }

  @Test
  void eachOfFiftyFilesIsPublishedOnceWhileLeatIsKilled() throws Exception {
    Path blueprint = blueprint();
    Path inbox = blueprint.resolve("inbox");
    Path outbox = blueprint.resolve("outbox");
    for (int i = 0; i < FILES; i++) {
      TestingTrips.drop(directory, inbox, "trips-" + i + ".parquet", i * ROWS, ROWS);
    }
    int killed = 0;
    while (killed < KILLS) {
      try (LeatProcess leat = LeatProcess.up(directory, blueprint, data, "0", "")) {
        leat.awaitReady(data);
        Thread.sleep(random.nextInt(1_500));
        look(outbox);
        leat.handle().destroyForcibly();
        leat.handle().onExit().join();
        killed++;
        look(outbox);
      }
    }
    try (LeatProcess leat = LeatProcess.up(directory, blueprint, data, "0", "")) {
      TestingClient client = leat.awaitReady(data);
      Until.fits(
          SOON,
          () -> {
            look(outbox);
            return client.get("/v1/files?state=published&limit=1000").json().path("files").size();
          },
          count -> count == FILES,
          () -> "seed " + seed + ": all files are published");
      eachIsThereOnceAndWhole(client, outbox);
      leat.signal("TERM");
      leat.await(SOON);
    }
  }

  /** Smaller parts than shipped, so that files are gone on with. */
  private Path blueprint() throws IOException {
    Path blueprint = Repository.copyOfBlueprint("files", directory.resolve("blueprints"));
    Path file = blueprint.resolve("blueprint.yaml");
    Files.writeString(
        file, Files.readString(file).replace("split: {bytes: 256MiB}", "split: {rows: 4096}"));
    return blueprint;
  }

  /** What is seen has to be whole: a manifest, and its parts as it says. */
  private void look(Path outbox) throws Exception {
    for (Path output : outputs(outbox)) {
      try {
        requireWhole(output);
      } catch (AssertionError | NoSuchFileException e) {
        partial.add(output + ": " + e.getMessage());
      }
    }
    assertThat(partial).as("seed %d: outputs that were not whole", seed).isEmpty();
  }

  private static List<Path> outputs(Path outbox) throws IOException {
    if (!Files.exists(outbox)) {
      return List.of();
    }
    List<Path> folders = new ArrayList<>();
    try (Stream<Path> all = Files.find(outbox, 5, (path, is) -> is.isDirectory())) {
      all.filter(path -> outbox.relativize(path).getNameCount() == 5)
          .filter(path -> !path.getFileName().toString().startsWith("."))
          .forEach(folders::add);
    }
    return folders;
  }

  private static JsonNode requireWhole(Path output) throws Exception {
    JsonNode manifest = TestingClient.JSON.readTree(output.resolve("manifest.json").toFile());
    Set<String> names = new TreeSet<>(Set.of("manifest.json"));
    for (JsonNode part : manifest.at("/output/parts")) {
      names.add(part.path("name").asText());
      byte[] content = Files.readAllBytes(output.resolve(part.path("name").asText()));
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(content);
      assertThat(HexFormat.of().formatHex(hash)).isEqualTo(part.path("sha256").asText());
    }
    try (Stream<Path> there = Files.list(output)) {
      assertThat(there.map(path -> path.getFileName().toString()).collect(Collectors.toSet()))
          .isEqualTo(names);
    }
    return manifest;
  }

  private void eachIsThereOnceAndWhole(TestingClient client, Path outbox) throws Exception {
    JsonNode files = client.get("/v1/files?limit=1000").json().path("files");
    assertThat(files).as("seed %d", seed).hasSize(FILES);
    Set<String> destinations = new TreeSet<>();
    int attempts = 0;
    for (JsonNode file : files) {
      destinations.add(file.path("destination").asText());
      attempts += file.path("attempts").asInt();
      assertThat(file.at("/rows/out").asLong()).as("seed %d: %s", seed, file).isEqualTo(ROWS);
    }
    assertThat(outputs(outbox).stream().map(Path::toString).collect(Collectors.toSet()))
        .as("seed %d", seed)
        .isEqualTo(destinations);
    for (Path output : outputs(outbox)) {
      requireRowsInOrder(output, requireWhole(output));
    }
    try (Stream<Path> all = Files.walk(outbox)) {
      assertThat(all.filter(path -> path.getFileName().toString().startsWith(".")))
          .as("seed %d: what attempts left", seed)
          .isEmpty();
    }
    System.out.printf("%d files, %d kills, %d attempts, seed %d%n", FILES, KILLS, attempts, seed);
  }

  /** Each row of the file, once, in its order: the fare is the row's number. */
  private void requireRowsInOrder(Path output, JsonNode manifest) throws IOException {
    String name = manifest.at("/file/name").asText();
    long next = Long.parseLong(name.replaceAll("[^0-9]", "")) * ROWS;
    long end = next + ROWS;
    for (JsonNode part : manifest.at("/output/parts")) {
      Path file = output.resolve(part.path("name").asText());
      try (var in = new com.github.luben.zstd.ZstdInputStream(Files.newInputStream(file))) {
        String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        for (String line : text.split("\n", -1)) {
          if (!line.isEmpty()) {
            JsonNode row = TestingClient.JSON.readTree(line);
            assertThat(row.path("fare_amount").asLong())
                .as("seed %d: %s", seed, name)
                .isEqualTo(next++);
          }
        }
      }
    }
    assertThat(next).as("seed %d: %s", seed, name).isEqualTo(end);
  }
}
