package io.leat.files.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leat.files.TestingParquet;
import io.leat.files.TestingState;
import io.leat.files.TestingWorker;
import io.leat.files.arrival.UploadedInputs;
import io.leat.files.deadletter.DeadLetterFolder;
import io.leat.files.ledger.Category;
import io.leat.files.ledger.Claimed;
import io.leat.files.ledger.Durations;
import io.leat.files.ledger.Failure;
import io.leat.files.ledger.FileState;
import io.leat.files.ledger.Ledger;
import io.leat.files.ledger.LedgerFile;
import io.leat.files.ledger.LedgerSearch;
import io.leat.files.ledger.Sighting;
import io.leat.files.ledger.Totals;
import io.leat.files.place.FolderPlace;
import io.leat.rules.file.FileSourceSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Attempts that end halfway, and what the next ones make of it. */
class FileAttemptTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<String> SOURCES = Set.of("files.taxi");
  private static final int ROWS = 10_000;
  private static final Failure AWAY =
      new Failure(Category.TRANSIENT, "sink-unavailable", "It does not answer");
  private static final TestingState state = new TestingState();

  private final Path root;
  private final Ledger ledger =
      new Ledger(state.database(), InstantSource.system(), Duration.ofSeconds(30));
  private final LedgerSearch search = new LedgerSearch(state.database(), InstantSource.system());
  private final TestingPlace place;
  private final FileSource source;
  private final FileAttempt.Tools tools;

  FileAttemptTest(@TempDir Path root) {
    this.root = root;
    this.place = new TestingPlace(new FolderPlace(root.resolve("out"), 1L << 20));
    FileSourceSpec spec = TestingWorker.spec(root);
    this.source =
        new FileSource(
            "files",
            spec,
            new UploadedInputs(root.resolve("uploads")),
            place,
            new DeadLetterFolder(root.resolve("dead"), 1L << 20),
            new Breakers("files.taxi", spec.retry()));
    this.tools =
        new FileAttempt.Tools(
            ledger,
            new WorkSettings(
                1,
                1,
                32L << 20,
                root.resolve("spool"),
                Duration.ofSeconds(30),
                Duration.ofMillis(200),
                1L << 20),
            (stream, file, first, rows) -> 0,
            "leat test",
            InstantSource.system());
  }

  @AfterAll
  static void stop() throws Exception {
    state.close();
  }

  @BeforeEach
  void clear() {
    state.clear();
  }

  /** The same bytes under the same name, sent once more. */
  private String send(String upload) throws Exception {
    Path made = root.resolve("made");
    if (!Files.exists(made)) {
      TestingParquet.trips(made, ROWS);
    }
    Files.copy(made, bytes(upload));
    Sighting seen =
        new Sighting(
            "files",
            "taxi",
            "trips.parquet",
            UploadedInputs.location("trips.parquet"),
            upload,
            Files.size(made));
    ledger.discover(List.of(seen));
    return seen.id();
  }

  private Path bytes(String upload) throws Exception {
    return Files.createDirectories(root.resolve("uploads")).resolve(upload);
  }

  private Claimed claim(String id) {
    Claimed claimed = ledger.claim("test/1", SOURCES).orElseThrow();
    assertThat(claimed.lease().file()).isEqualTo(id);
    return claimed;
  }

  private boolean attempt(Claimed claimed) throws Exception {
    return new FileAttempt(source, claimed, running(claimed), tools).run();
  }

  private RunningAttempt running(Claimed claimed) {
    return new RunningAttempt(claimed.lease(), ledger, Thread.currentThread());
  }

  /** What it had finished was written down; then its process is gone. */
  private void die(Claimed claimed) {
    RunningAttempt running = running(claimed);
    FileAttempt attempt = new FileAttempt(source, claimed, running, tools);
    assertThatThrownBy(attempt::run).isInstanceOf(AttemptFailedException.class);
    running.flush();
    ledger.release("test");
  }

  /** Its output cannot be published; it is tried again after a pause. */
  private void failToPublish(Claimed claimed, Duration pause) {
    place.refusePublication(true);
    FileAttempt attempt = new FileAttempt(source, claimed, running(claimed), tools);
    assertThatThrownBy(attempt::run).isInstanceOf(AttemptFailedException.class);
    assertThat(attempt.state()).isInstanceOf(FileState.Publishing.class);
    ledger.failed(claimed.lease(), attempt.state(), AWAY, pause, attempt.took());
    place.refusePublication(false);
  }

  private LedgerFile file(String id) {
    return search.show(id, 1).file();
  }

  private int beganAt(String id) {
    return search.show(id, 1).attempts().get(0).fromRowGroup();
  }

  private JsonNode manifest(String id) throws Exception {
    return JSON.readTree(
        Path.of(String.valueOf(file(id).destination())).resolve("manifest.json").toFile());
  }

  /** All rows are there in their order; the names of the parts that have them. */
  private List<String> wholeIn(String id) throws Exception {
    assertThat(file(id).totals())
        .isEqualTo(
            new Totals(
                ROWS,
                ROWS,
                0,
                0,
                manifest(id).at("/output/parts").size(),
                manifest(id).at("/output/bytes").asLong()));
    List<String> names = new ArrayList<>();
    long next = 0;
    for (JsonNode part : manifest(id).at("/output/parts")) {
      names.add(part.path("name").asText());
      Path path =
          Path.of(String.valueOf(file(id).destination())).resolve(part.path("name").asText());
      for (String line : Files.readAllLines(path)) {
        assertThat(JSON.readTree(line).path("trip").asLong()).isEqualTo(next++);
      }
    }
    assertThat(next).isEqualTo(ROWS);
    return names;
  }

  @Test
  void partsThatCouldNotBePublishedArePublishedByTheNextAttempt() throws Exception {
    String id = send("u1");
    failToPublish(claim(id), Duration.ZERO);

    assertThat(attempt(claim(id))).isTrue();

    assertThat(beganAt(id)).isEqualTo(manifest(id).at("/file/row_groups").asInt());
    assertThat(wholeIn(id)).hasSize(5).allMatch(name -> name.endsWith("-1.ndjson"));
  }

  @Test
  void anOutputWhoseAnswerWasLostIsNotGivenUp() throws Exception {
    String id = send("u1");
    Claimed claimed = claim(id);
    place.loseAnswers();
    FileAttempt attempt = new FileAttempt(source, claimed, running(claimed), tools);
    assertThatThrownBy(attempt::run).isInstanceOf(AttemptFailedException.class);

    assertThat(attempt.adopt()).isTrue();

    assertThat(file(id).state().name()).isEqualTo(FileState.Name.PUBLISHED);
    assertThat(wholeIn(id)).hasSize(5);
    assertThat(bytes("u1")).doesNotExist();
  }

  @Test
  void anOutputThatIsNotThereCanBeGivenUp() throws Exception {
    String id = send("u1");
    Claimed claimed = claim(id);
    place.refusePublication(true);
    FileAttempt attempt = new FileAttempt(source, claimed, running(claimed), tools);
    assertThatThrownBy(attempt::run).isInstanceOf(AttemptFailedException.class);

    assertThat(attempt.adopt()).isFalse();

    assertThat(attempt.state()).isInstanceOf(FileState.Publishing.class);
  }

  @Test
  void partsOutliveAnAttemptThatDiesBeforeItFinishesMore() throws Exception {
    String id = send("u1");
    place.allowParts(3);
    die(claim(id));
    die(claim(id));
    place.allowParts(Integer.MAX_VALUE);

    assertThat(attempt(claim(id))).isTrue();

    assertThat(beganAt(id)).isEqualTo(3);
    assertThat(wholeIn(id))
        .containsExactly(
            "part-00000-1.ndjson",
            "part-00001-1.ndjson",
            "part-00002-1.ndjson",
            "part-00003-3.ndjson",
            "part-00004-3.ndjson");
  }

  @Test
  void aDuplicateIsPublishedWhenTheFirstComesToNothing() throws Exception {
    String first = send("u1");
    String second = send("u2");
    failToPublish(claim(first), Duration.ofHours(1));
    assertThat(attempt(claim(second))).isFalse();
    assertThat(file(second).sameAs()).isEqualTo(first);
    assertThat(bytes("u2")).exists();

    search.retry(first, "ann");
    Claimed again = claim(first);
    ledger.deadLettered(again.lease(), again.state(), AWAY, null, Durations.NONE);

    assertThat(attempt(claim(second))).isTrue();
    assertThat(wholeIn(second)).hasSize(5);
    assertThat(bytes("u2")).doesNotExist();
  }

  @Test
  void aDuplicateOfAPublishedFileLeavesNothing() throws Exception {
    String first = send("u1");
    assertThat(attempt(claim(first))).isTrue();
    String second = send("u2");

    assertThat(attempt(claim(second))).isFalse();

    assertThat(file(second).state().name()).isEqualTo(FileState.Name.DUPLICATE);
    assertThat(bytes("u2")).doesNotExist();
    assertThat(search.untidy(SOURCES, null, 10)).isEmpty();
  }
}
