package io.leat.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.leat.files.ledger.Category;
import io.leat.files.ledger.FileState;
import io.leat.files.ledger.LedgerFile;
import io.leat.files.place.TestingBucket;
import io.leat.rules.file.Arrival;
import io.leat.rules.file.FileLimits;
import io.leat.rules.file.FileRetry;
import io.leat.rules.file.FileSourceSpec;
import io.leat.rules.file.Place;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How files end that are too much, that meet a defect, or whose places are others now. */
class FileEndsTest {
  private static final TestingState state = new TestingState();

  private final Path root;
  private final TestingPipelines pipelines;
  private final Arrival arrival;
  private FileLimits limits =
      new FileLimits(1L << 30, 1_000_000, 100, 16, 5_000, 64 << 20, 64 << 20, 0);
  private Place to;
  private Place letters;
  private FileSourceSpec.Then then = FileSourceSpec.Then.KEEP;
  private @Nullable String into;
  private int attempts = 3;

  FileEndsTest(@TempDir Path root) {
    this.root = root;
    this.pipelines = new TestingPipelines(root, state);
    this.arrival =
        new Arrival.InFolder(new Place.Folder(root.resolve("in")), Duration.ofMillis(100));
    this.to = new Place.Folder(root.resolve("out"));
    this.letters = new Place.Folder(root.resolve("dead"));
  }

  @AfterAll
  static void stop() throws Exception {
    state.close();
  }

  @AfterEach
  void close() {
    pipelines.close();
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
        then,
        new FileRetry(Duration.ofMillis(100), Duration.ofMillis(200), attempts),
        like.retention(),
        into);
  }

  private List<Path> hidden(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(path -> String.valueOf(path.getFileName()).startsWith(".")).toList();
    }
  }

  @Test
  void whatBecomesMoreThanItMayIsADeadLetterAtOnceAndLeavesNothing() throws Exception {
    limits = new FileLimits(1L << 30, 1_000_000, 100, 16, 5_000, 64 << 20, 64 << 20, 200_000);
    pipelines.start(spec());
    pipelines.drop("a.parquet", 20_000);

    LedgerFile file = pipelines.await("a.parquet", FileState.Name.DEAD_LETTERED);

    assertThat(String.valueOf(file.failure()))
        .isEqualTo(
            "Failure[category=CONTRACT, code=output-size, reason=the output has more bytes of JSON"
                + " than limits.output allows]");
    assertThat(file.fence()).isEqualTo(1);
    assertThat(hidden(root.resolve("out"))).isEmpty();
    assertThat(Path.of(String.valueOf(file.deadLetter()))).exists();
  }

  @Test
  void aPageThatIsLargerThanItMayBeIsNotTriedAgain() throws Exception {
    limits = new FileLimits(1L << 30, 1_000_000, 100, 16, 5_000, 2_000, 64 << 20, 0);
    pipelines.start(spec());
    pipelines.drop("a.parquet", 20_000);

    LedgerFile file = pipelines.await("a.parquet", FileState.Name.DEAD_LETTERED);

    assertThat(String.valueOf(file.failure()))
        .matches(
            "Failure\\[category=CONTRACT, code=page-size, reason=a page has [0-9]+ bytes, more"
                + " than the limit of 2000]");
    assertThat(file.fence()).isEqualTo(1);
    assertThat(hidden(root.resolve("out"))).isEmpty();
  }

  @Test
  void whatADeadLetterIsACopyOfIsRemovedThoughTheWorkerDiedBefore() throws Exception {
    FilePipeline pipeline = pipelines.start(spec());
    Path input = root.resolve("in/a.parquet");
    Files.writeString(input, "This is not Parquet.");
    LedgerFile file = pipelines.await("a.parquet", FileState.Name.DEAD_LETTERED);
    pipeline.close();
    assertThat(input).exists();
    state.update("update file set tidied = false");
    then = FileSourceSpec.Then.DELETE;

    pipelines.start(spec());
    TestingPipelines.awaitGone(input);

    assertThat(Path.of(String.valueOf(file.deadLetter()))).exists();
    LedgerFile after = pipelines.await("a.parquet", FileState.Name.DEAD_LETTERED);
    assertThat(after.deadLetter()).isEqualTo(file.deadLetter());
  }

  @Test
  void anErrorIsAFailureOfItsFileAndTheWorkerGoesOn() throws Exception {
    into = "trips";
    pipelines.feed =
        (stream, file, first, rows) -> {
          if (rows.size() == 77) {
            throw new UnsatisfiedLinkError("no library");
          }
          return 0;
        };
    pipelines.start(spec());
    pipelines.drop("a.parquet", 77);

    LedgerFile failed = pipelines.await("a.parquet", FileState.Name.DEAD_LETTERED);
    pipelines.drop("b.parquet", 10);
    pipelines.await("b.parquet", FileState.Name.PUBLISHED);

    assertThat(failed.failure()).isNotNull();
    assertThat(failed.failure().category()).isEqualTo(Category.OURS);
    assertThat(failed.failure().reason()).contains("UnsatisfiedLinkError");
    assertThat(failed.fence()).isEqualTo(3);
  }

  @Test
  void anOutputWhoseLastAnswerWasLostIsPublished() throws Exception {
    try (TestingBucket bucket = new TestingBucket()) {
      pipelines.s3 = bucket.settings();
      to = new Place.Bucket(TestingBucket.NAME, "json");
      attempts = 1;
      bucket.losesAnswers("manifest.json");
      pipelines.start(spec());
      pipelines.drop("a.parquet", 100);

      LedgerFile file = pipelines.await("a.parquet", FileState.Name.PUBLISHED);

      assertThat(file.fence()).isEqualTo(1);
      assertThat(file.totals()).isNotNull();
      assertThat(root.resolve("dead")).doesNotExist();
    }
  }

  @Test
  void aFileThatBeganForAFolderGoesThereThoughABucketIsDeclaredSince() throws Exception {
    try (TestingBucket bucket = new TestingBucket()) {
      pipelines.s3 = bucket.settings();
      Path input = pipelines.drop("a.parquet", 100);
      FilePipeline first = pipelineThatOnlyNotes(root.resolve("out/before").toString());
      first.close();
      to = new Place.Bucket(TestingBucket.NAME, "json");

      FilePipeline second = pipelines.start(spec());
      LedgerFile file = pipelines.await("a.parquet", FileState.Name.PUBLISHED);
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
      pipelines.s3 = bucket.settings();
      pipelines.drop("a.parquet", 100);
      FilePipeline first = pipelineThatOnlyNotes("s3://" + TestingBucket.NAME + "/json/before");
      first.close();

      FilePipeline second = pipelines.start(spec());
      LedgerFile file = pipelines.await("a.parquet", FileState.Name.PUBLISHED);
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
    limits = new FileLimits(1, 1_000_000, 100, 16, 5_000, 64 << 20, 64 << 20, 0);
    FilePipeline pipeline = pipelines.start(spec());
    LedgerFile file = pipelines.await("a.parquet", FileState.Name.DEAD_LETTERED);
    limits = new FileLimits(1L << 30, 1_000_000, 100, 16, 5_000, 64 << 20, 64 << 20, 0);
    pipeline.close();
    pipelines.search().retry(file.id(), "ann");
    state.update("update file set destination = ?, fence = 0, retried_fence = 0", destination);
    state.update("delete from file_attempt");
    return pipeline;
  }

  @Test
  void aDeadLetterIsFoundWhereItWasPutThoughAnotherPlaceIsDeclaredSince() throws Exception {
    try (TestingBucket bucket = new TestingBucket()) {
      pipelines.s3 = bucket.settings();
      letters = new Place.Bucket(TestingBucket.NAME, "dead");
      Files.writeString(root.resolve("in/bad.parquet"), "this is no Parquet file at all");
      FilePipeline first = pipelines.start(spec());
      LedgerFile dead = pipelines.await("bad.parquet", FileState.Name.DEAD_LETTERED);
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
      pipelines.search().retry(dead.id(), "ann");

      FilePipeline second = pipelines.start(spec());
      pipelines.await("bad.parquet", FileState.Name.PUBLISHED);
      pipelines.await(any -> bucket.objects().isEmpty(), "the letter's end");
      second.close();
    }
  }
}
