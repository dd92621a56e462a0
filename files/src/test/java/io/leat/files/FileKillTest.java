package io.leat.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leat.files.place.TestingBucket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two processes work on fifty files and are killed with SIGKILL at random moments. {@code
 * -Dleat.faults.seed=N} repeats the moments, {@code -Dleat.faults.kills=N} sets how many.
 */
class FileKillTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String MANIFEST = "manifest.json";
  private static final int FILES = 50;
  private static final int ROWS = 200_000;

  /** Of each file whose output goes to a bucket, which a test holds in memory. */
  private static final int FEWER_ROWS = 60_000;

  private static final int KILLS = Integer.getInteger("leat.faults.kills", 8);
  private static final TestingState state = new TestingState();

  private final Path root;
  private final long seed = Long.getLong("leat.faults.seed", System.nanoTime());
  private final Random random = new Random(seed);

  /** Where the output is. */
  private interface Outputs {
    /** How the ledger calls the outputs that can be seen. */
    List<String> seen() throws IOException;

    /** The names in one. */
    Set<String> names(String output) throws IOException;

    byte[] read(String output, String name) throws IOException;

    /** What attempts left besides. */
    List<String> left() throws IOException;
  }

  FileKillTest(@TempDir Path root) {
    this.root = root;
  }

  @BeforeEach
  void clear() {
    state.clear();
  }

  @AfterAll
  static void stop() throws Exception {
    state.close();
  }

  @Test
  void eachOfFiftyFilesIsPublishedOnceByProcessesThatAreKilled() throws Exception {
    run(new InFolder(root.resolve("out/taxi")), ROWS, "");
  }

  @Test
  void soIsEachThatGoesToABucket() throws Exception {
    try (TestingBucket bucket = new TestingBucket()) {
      run(new InBucket(bucket), FEWER_ROWS, String.valueOf(bucket.settings().endpoint()));
    }
  }

  private void run(Outputs outputs, int rows, String bucket) throws Exception {
    Files.createDirectories(root.resolve("in"));
    for (int i = 0; i < FILES; i++) {
      Path made = TestingParquet.trips(root.resolve(i + ".parquet"), rows + i);
      Files.move(made, root.resolve("in").resolve(i + ".parquet"), StandardCopyOption.ATOMIC_MOVE);
    }
    Process[] workers = {work("a", bucket), work("b", bucket)};
    try {
      for (int i = 0; i < KILLS; i++) {
        int which = i % 2;
        awaitAtWork(which == 0 ? "a" : "b");
        Thread.sleep(random.nextInt(1_200));
        workers[which].destroyForcibly().waitFor();
        look(outputs);
        workers[which] = work(which == 0 ? "a" : "b", bucket);
      }
      awaitAll(outputs);
    } finally {
      for (Process worker : workers) {
        worker.destroyForcibly().waitFor();
      }
    }
    eachIsThereOnce(outputs, rows);
  }

  private void awaitAtWork(String instance) throws Exception {
    Path said = root.resolve("said-" + instance);
    long deadline = System.nanoTime() + 60_000_000_000L;
    while (!Files.readString(said).contains("at work") && System.nanoTime() < deadline) {
      Thread.sleep(20);
    }
  }

  private Process work(String instance, String bucket) throws IOException {
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
            instance,
            bucket)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.to(root.resolve("said-" + instance).toFile()))
        .start();
  }

  private void awaitAll(Outputs outputs) throws Exception {
    long deadline = System.nanoTime() + 240_000_000_000L;
    while (System.nanoTime() < deadline) {
      look(outputs);
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

  /** Whoever looks sees whole outputs only. */
  private void look(Outputs outputs) throws Exception {
    for (String output : outputs.seen()) {
      requireWhole(outputs, output);
    }
  }

  private JsonNode requireWhole(Outputs outputs, String output) throws Exception {
    JsonNode manifest;
    try {
      manifest = JSON.readTree(outputs.read(output, MANIFEST));
    } catch (NoSuchFileException e) {
      throw new AssertionError("seed " + seed + ": no manifest in " + output, e);
    }
    for (JsonNode part : manifest.at("/output/parts")) {
      byte[] content = outputs.read(output, part.path("name").asText());
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(content);
      assertThat(HexFormat.of().formatHex(hash))
          .as("seed %d: %s", seed, output)
          .isEqualTo(part.path("sha256").asText());
    }
    return manifest;
  }

  private void eachIsThereOnce(Outputs outputs, int rows) throws Exception {
    assertThat(outputs.seen()).as("seed %d", seed).hasSize(FILES);
    assertThat(state.texts("select destination from file"))
        .as("seed %d", seed)
        .containsExactlyInAnyOrderElementsOf(outputs.seen());
    for (String output : outputs.seen()) {
      JsonNode manifest = requireWhole(outputs, output);
      int file = Integer.parseInt(manifest.at("/file/name").asText().replace(".parquet", ""));
      Set<String> names = new TreeSet<>(Set.of(MANIFEST));
      long next = 0;
      for (JsonNode part : manifest.at("/output/parts")) {
        names.add(part.path("name").asText());
        String content = new String(outputs.read(output, part.path("name").asText()), UTF_8);
        for (String line : content.lines().toList()) {
          assertThat(JSON.readTree(line).path("trip").asLong()).isEqualTo(next++);
        }
      }
      assertThat(next).as("seed %d: %s", seed, output).isEqualTo(rows + file);
      assertThat(outputs.names(output)).as("seed %d: %s", seed, output).isEqualTo(names);
    }
    assertThat(outputs.left()).as("seed %d: what attempts left", seed).isEmpty();
    System.out.printf(
        "%d files, %d kills, attempts by outcome %s, gone on at a row group %s, seed %d%n",
        FILES,
        KILLS,
        state.texts(
            "select outcome || ' ' || count(*) from file_attempt group by outcome order by 1"),
        state.texts("select count(*)::text from file_attempt where from_row_group > 0"),
        seed);
  }

  /** Folders, each of which is renamed when it is whole. */
  private record InFolder(Path folder) implements Outputs {
    @Override
    public List<String> seen() throws IOException {
      if (Files.notExists(folder)) {
        return List.of();
      }
      try (Stream<Path> found = Files.list(folder)) {
        return found
            .filter(path -> !path.getFileName().toString().startsWith("."))
            .map(Path::toString)
            .toList();
      }
    }

    @Override
    public Set<String> names(String output) throws IOException {
      try (Stream<Path> there = Files.list(Path.of(output))) {
        return there.map(path -> path.getFileName().toString()).collect(Collectors.toSet());
      }
    }

    @Override
    public byte[] read(String output, String name) throws IOException {
      return Files.readAllBytes(Path.of(output).resolve(name));
    }

    @Override
    public List<String> left() throws IOException {
      try (Stream<Path> all = Files.walk(folder)) {
        return all.map(path -> path.getFileName().toString())
            .filter(name -> name.startsWith("."))
            .toList();
      }
    }
  }

  /** Objects, of which those count that a manifest names. */
  private record InBucket(TestingBucket bucket) implements Outputs {
    private static final String SCHEME = "s3://" + TestingBucket.NAME + "/";

    @Override
    public List<String> seen() {
      return bucket.objects().keySet().stream()
          .filter(key -> key.endsWith("/" + MANIFEST))
          .map(key -> SCHEME + key.substring(0, key.length() - MANIFEST.length() - 1))
          .toList();
    }

    @Override
    public Set<String> names(String output) {
      String prefix = output.substring(SCHEME.length()) + "/";
      return bucket.objects().keySet().stream()
          .filter(key -> key.startsWith(prefix))
          .map(key -> key.substring(prefix.length()))
          .collect(Collectors.toSet());
    }

    @Override
    public byte[] read(String output, String name) throws IOException {
      String key = output.substring(SCHEME.length()) + "/" + name;
      byte[] content = bucket.objects().get(key);
      if (content == null) {
        throw new NoSuchFileException(key);
      }
      return content;
    }

    @Override
    public List<String> left() {
      return List.of(); // all of it is below the outputs
    }
  }
}
