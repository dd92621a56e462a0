package io.leat.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.leat.files.ledger.Category;
import io.leat.files.ledger.FileFilter;
import io.leat.files.ledger.FileState;
import io.leat.files.ledger.LedgerFile;
import io.leat.files.ledger.LedgerSearch;
import io.leat.files.place.S3Settings;
import io.leat.files.place.TestingBucket;
import io.leat.files.work.RowFeed;
import io.leat.files.work.WorkSettings;
import io.leat.http.Bodies;
import io.leat.rules.file.Arrival;
import io.leat.rules.file.FileLimits;
import io.leat.rules.file.FileRetry;
import io.leat.rules.file.FileSourceSpec;
import io.leat.rules.file.Place;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How files end that are too much, that meet a defect, or whose places are others now. */
class FileEndsTest {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final Vertx VERTX = Vertx.vertx();
  private static final TestingState state = new TestingState();

  private final Path root;
  private final List<FilePipeline> open = new ArrayList<>();
  private final LedgerSearch search = new LedgerSearch(state.database(), InstantSource.system());
  private S3Settings s3 = new S3Settings(null, "us-east-1", false, null);
  private RowFeed feed = RowFeed.NONE;
  private final Arrival arrival;
  private FileLimits limits = new FileLimits(1L << 30, 1_000_000, 100, 16, 5_000, 0);
  private Place to;
  private Place letters;
  private @Nullable String into;

  FileEndsTest(@TempDir Path root) {
    this.root = root;
    this.arrival =
        new Arrival.InFolder(new Place.Folder(root.resolve("in")), Duration.ofMillis(100));
    this.to = new Place.Folder(root.resolve("out"));
    this.letters = new Place.Folder(root.resolve("dead"));
  }

  @AfterAll
  static void stop() throws Exception {
    state.close();
    VERTX.close();
  }

  @BeforeEach
  void clear() throws IOException {
    state.clear();
    Files.createDirectories(root.resolve("in"));
  }

  @AfterEach
  void close() {
    open.forEach(FilePipeline::close);
  }

  private FilePipeline pipeline() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    FilePipeline pipeline =
        new FilePipeline(
            new FilePipeline.Surroundings(
                state.database(),
                VERTX,
                new Bodies(VERTX, registry),
                root.resolve("data"),
                new WorkSettings(
                    1,
                    1,
                    64L << 20,
                    root.resolve("data/spool"),
                    Duration.ofSeconds(30),
                    Duration.ofMillis(100),
                    1L << 20),
                s3,
                feed,
                alert -> {},
                "test",
                "leat test",
                InstantSource.system(),
                registry));
    open.add(pipeline);
    pipeline.follow(List.of(new FilePipeline.Followed("files", "v1", List.of(spec()))));
    pipeline.start();
    return pipeline;
  }

  private FileSourceSpec spec() {
    FileSourceSpec like = TestingWorker.spec(root);
    return new FileSourceSpec(
        like.name(),
        null,
        arrival,
        like.match(),
        like.settle(),
        like.incomplete(),
        limits,
        like.contract(),
        like.convert(),
        to,
        like.layout(),
        letters,
        like.same(),
        FileSourceSpec.Then.KEEP,
        new FileRetry(Duration.ofMillis(100), Duration.ofMillis(200), 3),
        like.retention(),
        into);
  }

  /** Writes it elsewhere, then moves it in. */
  private Path drop(String name, int count) throws Exception {
    Path made = TestingParquet.trips(root.resolve(name), count);
    return Files.move(made, root.resolve("in").resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }

  private List<LedgerFile> files() {
    return search.list(new FileFilter(null, null, null, Set.of(), null, null, null, null, 100));
  }

  private LedgerFile await(Predicate<LedgerFile> fits, String what) throws InterruptedException {
    long deadline = System.nanoTime() + SOON.toNanos();
    while (System.nanoTime() < deadline) {
      for (LedgerFile file : files()) {
        if (fits.test(file)) {
          return file;
        }
      }
      Thread.sleep(50);
    }
    throw new AssertionError(what + " did not happen: " + files());
  }

  private LedgerFile await(String name, FileState.Name wanted) throws InterruptedException {
    return await(
        file -> file.seen().name().equals(name) && file.state().name() == wanted,
        name + " " + wanted);
  }

  private List<Path> hidden(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(path -> String.valueOf(path.getFileName()).startsWith(".")).toList();
    }
  }

  @Test
  void whatBecomesMoreThanItMayIsADeadLetterAtOnceAndLeavesNothing() throws Exception {
    limits = new FileLimits(1L << 30, 1_000_000, 100, 16, 5_000, 200_000);
    pipeline();
    drop("a.parquet", 20_000);

    LedgerFile file = await("a.parquet", FileState.Name.DEAD_LETTERED);

    assertThat(String.valueOf(file.failure()))
        .isEqualTo(
            "Failure[category=CONTRACT, code=output-size, reason=the output has more bytes of JSON"
                + " than maxJsonBytes allows]");
    assertThat(file.fence()).isEqualTo(1);
    assertThat(hidden(root.resolve("out"))).isEmpty();
    assertThat(Path.of(String.valueOf(file.deadLetter()))).exists();
  }

  @Test
  void anErrorIsAFailureOfItsFileAndTheWorkerGoesOn() throws Exception {
    into = "trips";
    feed =
        (stream, file, first, rows) -> {
          if (rows.size() == 77) {
            throw new UnsatisfiedLinkError("no library");
          }
          return 0;
        };
    pipeline();
    drop("a.parquet", 77);

    LedgerFile failed = await("a.parquet", FileState.Name.DEAD_LETTERED);
    drop("b.parquet", 10);
    await("b.parquet", FileState.Name.PUBLISHED);

    assertThat(failed.failure()).isNotNull();
    assertThat(failed.failure().category()).isEqualTo(Category.OURS);
    assertThat(failed.failure().reason()).contains("UnsatisfiedLinkError");
    assertThat(failed.fence()).isEqualTo(3);
  }

  @Test
  void aFileThatBeganForAFolderGoesThereThoughABucketIsDeclaredSince() throws Exception {
    try (TestingBucket bucket = new TestingBucket()) {
      s3 = bucket.settings();
      Path input = drop("a.parquet", 100);
      FilePipeline first = pipelineThatOnlyNotes(root.resolve("out/before").toString());
      first.close();
      to = new Place.Bucket(TestingBucket.NAME, "json");

      FilePipeline second = pipeline();
      LedgerFile file = await("a.parquet", FileState.Name.PUBLISHED);
      second.close();

      assertThat(input).exists();
      assertThat(file.destination()).isEqualTo(root.resolve("out/before").toString());
      assertThat(root.resolve("out/before/manifest.json")).exists();
      assertThat(bucket.objects()).isEmpty();
    }
  }

  @Test
  void aFileThatBeganForABucketGoesThereThoughAFolderIsDeclaredSince() throws Exception {
    try (TestingBucket bucket = new TestingBucket()) {
      s3 = bucket.settings();
      drop("a.parquet", 100);
      FilePipeline first = pipelineThatOnlyNotes("s3://" + TestingBucket.NAME + "/json/before");
      first.close();

      FilePipeline second = pipeline();
      LedgerFile file = await("a.parquet", FileState.Name.PUBLISHED);
      second.close();

      assertThat(file.destination()).isEqualTo("s3://" + TestingBucket.NAME + "/json/before");
      assertThat(bucket.objects().keySet())
          .containsExactlyInAnyOrder(
              "json/before/manifest.json", "json/before/part-00000-1.ndjson");
      assertThat(root.resolve("out")).doesNotExist();
      assertThat(Path.of("s3:")).doesNotExist();
    }
  }

  /** The file is discovered, and has the destination of an attempt that ended at once. */
  private FilePipeline pipelineThatOnlyNotes(String destination) throws Exception {
    limits = new FileLimits(1, 1_000_000, 100, 16, 5_000, 0);
    FilePipeline pipeline = pipeline();
    LedgerFile file = await("a.parquet", FileState.Name.DEAD_LETTERED);
    limits = new FileLimits(1L << 30, 1_000_000, 100, 16, 5_000, 0);
    pipeline.close();
    search.retry(file.id(), "ann");
    state.update("update file set destination = ?, fence = 0, retried_fence = 0", destination);
    state.update("delete from file_attempt");
    return pipeline;
  }

  @Test
  void aDeadLetterIsFoundWhereItWasPutThoughAnotherPlaceIsDeclaredSince() throws Exception {
    try (TestingBucket bucket = new TestingBucket()) {
      s3 = bucket.settings();
      letters = new Place.Bucket(TestingBucket.NAME, "dead");
      Files.writeString(root.resolve("in/bad.parquet"), "this is no Parquet file at all");
      FilePipeline first = pipeline();
      LedgerFile dead = await("bad.parquet", FileState.Name.DEAD_LETTERED);
      first.close();
      String key = "dead/bad-" + dead.id().substring(0, 8) + ".parquet";
      assertThat(dead.deadLetter()).isEqualTo("s3://" + TestingBucket.NAME + "/" + key);
      assertThat(new String(bucket.objects().get(key), UTF_8))
          .isEqualTo("this is no Parquet file at all");
      Files.delete(root.resolve("in/bad.parquet"));
      bucket
          .objects()
          .put(key, Files.readAllBytes(TestingParquet.trips(root.resolve("mended"), 10)));
      bucket.removesWithin(Duration.ofMillis(400)); // longer than until progress is written down
      letters = new Place.Folder(root.resolve("dead"));
      search.retry(dead.id(), "ann");

      FilePipeline second = pipeline();
      await("bad.parquet", FileState.Name.PUBLISHED);
      await(any -> bucket.objects().isEmpty(), "the letter's end");
      second.close();
    }
  }
}
