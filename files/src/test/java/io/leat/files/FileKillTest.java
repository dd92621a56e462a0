package io.leat.files;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two processes work on fifty files and are killed with SIGKILL at random moments. {@code
 * -Dleat.faults.seed=N} repeats the moments, {@code -Dleat.faults.kills=N} sets how many.
 */
class FileKillTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int FILES = 50;
  private static final int ROWS = 200_000;
  private static final int KILLS = Integer.getInteger("leat.faults.kills", 8);
  private static TestingState state;

  private final Path root;
  private final long seed = Long.getLong("leat.faults.seed", System.nanoTime());
  private final Random random = new Random(seed);

  FileKillTest(@TempDir Path root) {
    this.root = root;
  }

  @BeforeAll
  static void start() {
    state = new TestingState();
  }

  @AfterAll
  static void stop() throws Exception {
    state.close();
  }

  @Test
  void eachOfFiftyFilesIsPublishedOnceByProcessesThatAreKilled() throws Exception {
    Files.createDirectories(root.resolve("in"));
    for (int i = 0; i < FILES; i++) {
      Path made = TestingParquet.trips(root.resolve(i + ".parquet"), ROWS + i);
      Files.move(made, root.resolve("in").resolve(i + ".parquet"), StandardCopyOption.ATOMIC_MOVE);
    }
    Process[] workers = {work("a"), work("b")};
    try {
      for (int i = 0; i < KILLS; i++) {
        int which = i % 2;
        awaitAtWork(which == 0 ? "a" : "b");
        Thread.sleep(random.nextInt(1_200));
        workers[which].destroyForcibly().waitFor();
        look();
        workers[which] = work(which == 0 ? "a" : "b");
      }
      awaitAll();
    } finally {
      for (Process worker : workers) {
        worker.destroyForcibly().waitFor();
      }
    }
    eachIsThereOnce();
  }

  private void awaitAtWork(String instance) throws Exception {
    Path said = root.resolve("said-" + instance);
    long deadline = System.nanoTime() + 60_000_000_000L;
    while (!Files.readString(said).contains("at work") && System.nanoTime() < deadline) {
      Thread.sleep(20);
    }
  }

  private Process work(String instance) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx192m",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            TestingWorker.class.getName(),
            state.url(),
            root.toString(),
            instance)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.to(root.resolve("said-" + instance).toFile()))
        .start();
  }

  private void awaitAll() throws Exception {
    long deadline = System.nanoTime() + 240_000_000_000L;
    while (System.nanoTime() < deadline) {
      look();
      if (published() == FILES) {
        return;
      }
      Thread.sleep(300);
    }
    throw new AssertionError(
        "seed "
            + seed
            + ": "
            + published()
            + " are published; "
            + state.texts("select state || ' ' || coalesce(reason, '') from file")
            + Files.readString(root.resolve("said-a")));
  }

  private static int published() {
    return state.texts("select id from file where state = 'published'").size();
  }

  private List<Path> outputs() throws IOException {
    List<Path> all = new ArrayList<>();
    Path folder = root.resolve("out/taxi");
    if (Files.exists(folder)) {
      try (Stream<Path> found = Files.list(folder)) {
        found.filter(path -> !path.getFileName().toString().startsWith(".")).forEach(all::add);
      }
    }
    return all;
  }

  /** Whoever looks sees whole outputs only. */
  private void look() throws Exception {
    for (Path output : outputs()) {
      requireWhole(output);
    }
  }

  private JsonNode requireWhole(Path output) throws Exception {
    JsonNode manifest;
    try {
      manifest = JSON.readTree(Files.readAllBytes(output.resolve("manifest.json")));
    } catch (NoSuchFileException e) {
      throw new AssertionError("seed " + seed + ": no manifest in " + output, e);
    }
    Set<String> names = new TreeSet<>(Set.of("manifest.json"));
    for (JsonNode part : manifest.at("/output/parts")) {
      names.add(part.path("name").asText());
      byte[] content = Files.readAllBytes(output.resolve(part.path("name").asText()));
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(content);
      assertThat(HexFormat.of().formatHex(hash))
          .as("seed %d: %s", seed, output)
          .isEqualTo(part.path("sha256").asText());
    }
    try (Stream<Path> there = Files.list(output)) {
      assertThat(there.map(path -> path.getFileName().toString()).collect(Collectors.toSet()))
          .as("seed %d: %s", seed, output)
          .isEqualTo(names);
    }
    return manifest;
  }

  private void eachIsThereOnce() throws Exception {
    assertThat(outputs()).as("seed %d", seed).hasSize(FILES);
    assertThat(state.texts("select destination from file"))
        .as("seed %d", seed)
        .containsExactlyInAnyOrderElementsOf(outputs().stream().map(Path::toString).toList());
    for (Path output : outputs()) {
      JsonNode manifest = requireWhole(output);
      int file = Integer.parseInt(manifest.at("/file/name").asText().replace(".parquet", ""));
      long next = 0;
      for (JsonNode part : manifest.at("/output/parts")) {
        for (String line : Files.readAllLines(output.resolve(part.path("name").asText()))) {
          assertThat(JSON.readTree(line).path("trip").asLong()).isEqualTo(next++);
        }
      }
      assertThat(next).as("seed %d: %s", seed, output).isEqualTo(ROWS + file);
    }
    try (Stream<Path> all = Files.walk(root.resolve("out"))) {
      assertThat(all.filter(path -> path.getFileName().toString().startsWith(".")))
          .as("seed %d: what attempts left", seed)
          .isEmpty();
    }
    System.out.printf(
        "%d files, %d kills, attempts by outcome %s, gone on at a row group %s, seed %d%n",
        FILES,
        KILLS,
        state.texts(
            "select outcome || ' ' || count(*) from file_attempt group by outcome order by 1"),
        state.texts("select count(*)::text from file_attempt where from_row_group > 0"),
        seed);
  }
}
