package io.leat.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leat.files.ledger.FileState;
import io.leat.files.ledger.LedgerFile;
import io.leat.rules.alert.Alert;
import io.leat.rules.alert.Severity;
import io.leat.rules.file.Arrival;
import io.leat.rules.file.ConvertSpec;
import io.leat.rules.file.FileContract;
import io.leat.rules.file.FileLimits;
import io.leat.rules.file.FileRetry;
import io.leat.rules.file.FileSourceSpec;
import io.leat.rules.file.Place;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a folder to a folder, with a real PostgreSQL and the real engine. */
class FilePipelineTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final TestingState state = new TestingState();

  private final Path root;
  private final List<Alert> alerts = new CopyOnWriteArrayList<>();
  private final List<String> rows = new CopyOnWriteArrayList<>();
  private final TestingPipelines pipelines;

  FilePipelineTest(@TempDir Path root) {
    this.root = root;
    this.pipelines = new TestingPipelines(root, state);
    pipelines.workers = 2;
    pipelines.alerts = alerts::add;
    pipelines.feed =
        (stream, file, first, some) -> {
          for (int i = 0; i < some.size(); i++) {
            rows.add(stream + " " + (first + i) + " " + new String(some.get(i), UTF_8));
          }
          return 0;
        };
  }

  @AfterAll
  static void stop() throws Exception {
    state.close();
  }

  @AfterEach
  void close() {
    pipelines.close();
  }

  private FileSourceSpec spec(FileContract contract, ConvertSpec convert, @Nullable String into) {
    return new FileSourceSpec(
        "taxi",
        null,
        new Arrival.InFolder(new Place.Folder(root.resolve("in")), Duration.ofMillis(100)),
        "*.parquet",
        Duration.ofMillis(1),
        Duration.ofSeconds(1),
        new FileLimits(1L << 30, 1_000_000, 100, 16, 5_000, 64 << 20, 64 << 20, 0),
        contract,
        convert,
        new Place.Folder(root.resolve("out")),
        "{source}/{yyyy}",
        new Place.Folder(root.resolve("dead")),
        FileSourceSpec.Same.NAME,
        FileSourceSpec.Then.KEEP,
        new FileRetry(Duration.ofMillis(100), Duration.ofMillis(200), 3),
        Duration.ofDays(1),
        into);
  }

  private FileSourceSpec spec() {
    return spec(FileContract.ANY, convert("", 0), null);
  }

  private static ConvertSpec convert(String where, long splitRows) {
    return convert(where, splitRows, ConvertSpec.Layout.NDJSON);
  }

  private static ConvertSpec convert(String where, long splitRows, ConvertSpec.Layout layout) {
    return new ConvertSpec(
        List.of(),
        Map.of("trip", "id"),
        where,
        ConvertSpec.Nulls.WRITE,
        ConvertSpec.NonFinite.STRING,
        ConvertSpec.InvalidText.REPLACE,
        ConvertSpec.Decimals.AUTO,
        ConvertSpec.Integers.NUMBER,
        layout,
        ConvertSpec.Compression.NONE,
        splitRows,
        0);
  }

  private List<Path> outputs() throws IOException {
    if (!Files.exists(root.resolve("out"))) {
      return List.of();
    }
    try (Stream<Path> all = Files.walk(root.resolve("out"))) {
      return all.filter(Files::isRegularFile).sorted().toList();
    }
  }

  @Test
  void aFileThatIsMovedInIsPublishedWithItsManifest() throws Exception {
    pipelines.start(spec());
    pipelines.drop("a.parquet", 5_000);

    LedgerFile file = pipelines.await("a.parquet", FileState.Name.PUBLISHED);

    Path output = Path.of(String.valueOf(file.destination()));
    assertThat(output.getParent())
        .isEqualTo(
            root.resolve("out/taxi/2026")
                .resolveSibling(String.valueOf(file.discoveredAt()).substring(0, 4)));
    JsonNode manifest = JSON.readTree(output.resolve("manifest.json").toFile());
    assertThat(manifest.at("/rows").toString())
        .isEqualTo("{\"in\":5000,\"out\":5000,\"filtered\":0,\"rejected\":0}");
    assertThat(manifest.at("/file/sha256").asText()).isEqualTo(file.sha256());
    JsonNode part = manifest.at("/output/parts/0");
    List<String> lines = Files.readAllLines(output.resolve(part.path("name").asText()));
    assertThat(lines).hasSize(5_000);
    assertThat(lines.get(3)).isEqualTo("{\"id\":3,\"fare\":1.5,\"flag\":\"N3\"}");
    assertThat(outputs()).hasSize(2);
  }

  @Test
  void theSameContentUnderTheSameNameIsPublishedOnce() throws Exception {
    pipelines.start(spec());
    pipelines.drop("a.parquet", 100);
    LedgerFile first = pipelines.await("a.parquet", FileState.Name.PUBLISHED);
    Files.copy(root.resolve("in/a.parquet"), root.resolve("again"));
    Files.move(
        root.resolve("again"), root.resolve("in/a.parquet"), StandardCopyOption.REPLACE_EXISTING);

    LedgerFile second = pipelines.await("a.parquet", FileState.Name.DUPLICATE);

    assertThat(second.sameAs()).isEqualTo(first.id());
    assertThat(outputs()).hasSize(2);
  }

  @Test
  void aBrokenFileIsADeadLetterWithItsReasonAndAnAlert() throws Exception {
    pipelines.start(spec());
    Files.writeString(root.resolve("in/bad.parquet"), "this is no Parquet file at all");

    LedgerFile file = pipelines.await("bad.parquet", FileState.Name.DEAD_LETTERED);

    Path letter = Path.of(String.valueOf(file.deadLetter()));
    assertThat(letter).hasContent("this is no Parquet file at all");
    JsonNode reason = JSON.readTree(Path.of(letter + ".reason.json").toFile());
    assertThat(reason.path("category").asText()).isEqualTo("corrupt");
    assertThat(reason.path("reason").asText()).isNotBlank();
    assertThat(outputs()).isEmpty();
    awaitAlerts(1);
    assertThat(alerts.get(0).state()).isEqualTo(Alert.State.FIRING);
    assertThat(alerts.get(0).detector()).isEqualTo("files.taxi");

    pipelines.search().forget(file.id(), "ann");

    awaitAlerts(2);
    assertThat(alerts.get(1).state()).isEqualTo(Alert.State.RESOLVED);
    assertThat(alerts.get(1).id()).isEqualTo(alerts.get(0).id());
  }

  private void awaitAlerts(int count) throws InterruptedException {
    long deadline = System.nanoTime() + SOON.toNanos();
    while (alerts.size() < count && System.nanoTime() < deadline) {
      Thread.sleep(50);
    }
    assertThat(alerts).hasSize(count);
  }

  @Test
  void whatIsNotAsDeclaredIsTold() throws Exception {
    FileContract contract =
        new FileContract(
            List.of(
                new FileContract.Column("trip", FileContract.Kind.STRING, true),
                new FileContract.Column("tip", FileContract.Kind.NUMBER, true)),
            false);
    pipelines.start(spec(contract, convert("", 0), null));
    pipelines.drop("a.parquet", 10);

    LedgerFile file = pipelines.await("a.parquet", FileState.Name.DEAD_LETTERED);

    assertThat(String.valueOf(file.failure()))
        .isEqualTo(
            "Failure[category=CONTRACT, code=schema-mismatch, reason=The columns are not as"
                + " declared: 'trip' is integer, not string; 'tip' is missing; 'fare' is not"
                + " declared; 'flag' is not declared]");
  }

  @Test
  void filteredRowsAreCountedAndPartsAreSplit() throws Exception {
    pipelines.start(spec(FileContract.ANY, convert("fare >= 100", 1_000), null));
    pipelines.drop("a.parquet", 10_000);

    LedgerFile file = pipelines.await("a.parquet", FileState.Name.PUBLISHED);

    assertThat(String.valueOf(file.totals()))
        .startsWith("Totals[rowsIn=10000, rowsOut=9800, rowsFiltered=200, rowsRejected=0");
    assertThat(outputs().size()).isGreaterThan(9);
  }

  @Test
  void anOutputThatTheLedgerDoesNotKnowIsAdopted() throws Exception {
    FilePipeline first = pipelines.start(spec());
    pipelines.drop("a.parquet", 100);
    LedgerFile file = pipelines.await("a.parquet", FileState.Name.PUBLISHED);
    List<Path> before = outputs();
    first.close();
    state.update(
        "update file set state = 'publishing', lease_owner = 'test/1', lease_until ="
            + " clock_timestamp() + interval '1 hour', rows_in = null, published_at = null");

    pipelines.start(spec());

    LedgerFile again = pipelines.await("a.parquet", FileState.Name.PUBLISHED);
    assertThat(again.fence()).isEqualTo(2);
    assertThat(again.totals()).isEqualTo(file.totals());
    assertThat(outputs()).isEqualTo(before);
  }

  @Test
  void aBigFileGoesOnAtTheRowGroupWhereItEnded() throws Exception {
    FilePipeline first = pipelines.start(spec(FileContract.ANY, convert("", 2_048), null));
    pipelines.drop("a.parquet", 600_000);
    pipelines.await(file -> file.resume() != null || file.totals() != null, "a part");
    first.close();
    List<LedgerFile> between = pipelines.files();

    pipelines.start(spec(FileContract.ANY, convert("", 2_048), null));

    LedgerFile file = pipelines.await("a.parquet", FileState.Name.PUBLISHED);
    assertThat(between.get(0).state().name()).isEqualTo(FileState.Name.DISCOVERED);
    assertThat(file.totals()).isNotNull();
    assertThat(file.totals().rowsOut()).isEqualTo(600_000);
    assertThat(pipelines.search().show(file.id(), 1).attempts().get(0).fromRowGroup()).isPositive();
    long next = 0;
    JsonNode manifest =
        JSON.readTree(
            Path.of(String.valueOf(file.destination())).resolve("manifest.json").toFile());
    for (JsonNode part : manifest.at("/output/parts")) {
      List<String> lines =
          Files.readAllLines(
              Path.of(String.valueOf(file.destination())).resolve(part.path("name").asText()));
      for (String line : lines) {
        assertThat(JSON.readTree(line).path("id").asLong()).isEqualTo(next++);
      }
    }
    assertThat(next).isEqualTo(600_000);
  }

  @Test
  void rowsGoToTheStreamOnce() throws Exception {
    pipelines.start(spec(FileContract.ANY, convert("", 0), "trips"));
    pipelines.drop("a.parquet", 2_500);

    LedgerFile file = pipelines.await("a.parquet", FileState.Name.PUBLISHED);

    assertThat(file.rowsLoaded()).isEqualTo(2_500);
    assertThat(rows).hasSize(2_500).doesNotHaveDuplicates();
    assertThat(rows.get(0)).isEqualTo("files.trips 0 {\"id\":0,\"fare\":0.0,\"flag\":\"N0\"}");
  }

  @Test
  void anArrayIsOneDocument() throws Exception {
    pipelines.start(spec(FileContract.ANY, convert("", 0, ConvertSpec.Layout.ARRAY), null));
    pipelines.drop("a.parquet", 3_000);

    LedgerFile file = pipelines.await("a.parquet", FileState.Name.PUBLISHED);

    Path output = Path.of(String.valueOf(file.destination()));
    JsonNode manifest = JSON.readTree(output.resolve("manifest.json").toFile());
    JsonNode rows =
        JSON.readTree(output.resolve(manifest.at("/output/parts/0/name").asText()).toFile());
    assertThat(rows.isArray()).isTrue();
    assertThat(rows).hasSize(3_000);
    assertThat(rows.get(2_999).path("id").asInt()).isEqualTo(2_999);
  }

  @Test
  void aPlaceThatIsAwayIsOneAlertAndWhatWasGivenUpCanBeTriedAgain() throws Exception {
    Files.writeString(root.resolve("out"), "this is in the way of a folder");
    pipelines.start(spec());
    for (int i = 1; i <= 6; i++) {
      pipelines.drop("f" + i + ".parquet", 10 * i);
    }

    Alert away = awaitAlert("sink", Alert.State.FIRING);

    assertThat(away.severity()).isEqualTo(Severity.CRITICAL);
    assertThat(away.summary()).startsWith("The output's place of files taxi does not answer: ");

    Files.delete(root.resolve("out"));
    long deadline = System.nanoTime() + SOON.toNanos();
    while (published() < 6 && System.nanoTime() < deadline) {
      for (LedgerFile file : pipelines.files()) {
        if (file.state().name() == FileState.Name.DEAD_LETTERED) {
          pipelines.search().retry(file.id(), "ann");
        }
      }
      Thread.sleep(50);
    }
    assertThat(published()).isEqualTo(6);
    assertThat(awaitAlert("sink", Alert.State.RESOLVED).id()).isEqualTo(away.id());
    assertThat(alerts.stream().filter(one -> one.key().equals("sink"))).hasSize(2);
    try (Stream<Path> letters = Files.walk(root.resolve("in"))) {
      assertThat(letters.filter(Files::isRegularFile)).hasSize(6);
    }
  }

  private long published() {
    return pipelines.files().stream()
        .filter(one -> one.state().name() == FileState.Name.PUBLISHED)
        .count();
  }

  private Alert awaitAlert(String key, Alert.State wanted) throws InterruptedException {
    long deadline = System.nanoTime() + SOON.toNanos();
    while (System.nanoTime() < deadline) {
      for (Alert alert : alerts) {
        if (alert.key().equals(key) && alert.state() == wanted) {
          return alert;
        }
      }
      Thread.sleep(50);
    }
    throw new AssertionError("no alert of " + key + " is " + wanted + ": " + alerts);
  }

  private FileSourceSpec deleting() {
    FileSourceSpec spec = spec();
    return new FileSourceSpec(
        spec.name(),
        spec.description(),
        spec.arrival(),
        spec.match(),
        spec.settle(),
        spec.incomplete(),
        spec.limits(),
        spec.contract(),
        spec.convert(),
        spec.to(),
        spec.layout(),
        spec.deadLetters(),
        spec.same(),
        FileSourceSpec.Then.DELETE,
        spec.retry(),
        spec.retention(),
        spec.into());
  }

  private void awaitTidy() throws InterruptedException {
    long deadline = System.nanoTime() + SOON.toNanos();
    while (!state.texts("select name from file where not tidied").isEmpty()
        && System.nanoTime() < deadline) {
      Thread.sleep(50);
    }
    assertThat(state.texts("select name from file where not tidied")).isEmpty();
  }

  @Test
  void whatAProcessLeftThatDiedIsRemoved() throws Exception {
    FilePipeline first = pipelines.start(spec());
    pipelines.drop("a.parquet", 100);
    pipelines.await("a.parquet", FileState.Name.PUBLISHED);
    awaitTidy();
    first.close();
    // It died before it removed the file, and a dead letter of before.
    Path letter = Files.createDirectories(root.resolve("dead")).resolve("a-1.parquet");
    Files.writeString(letter, "a");
    Files.writeString(Path.of(letter + ".reason.json"), "{}");
    state.update("update file set tidied = false, dead_letter = ?", letter.toString());
    List<Path> before = outputs();

    pipelines.start(deleting());

    awaitTidy();
    assertThat(root.resolve("in")).isEmptyDirectory();
    assertThat(root.resolve("dead")).isEmptyDirectory();
    assertThat(outputs()).isEqualTo(before);
    assertThat(pipelines.files().get(0).deadLetter()).isNull();
  }

  @Test
  void aForgottenFileLeavesWhatIsNotLeats() throws Exception {
    FilePipeline first = pipelines.start(spec());
    Files.writeString(root.resolve("in/bad.parquet"), "this is no Parquet file at all");
    LedgerFile file = pipelines.await("bad.parquet", FileState.Name.DEAD_LETTERED);
    Path staging =
        Files.createDirectories(
            Path.of(String.valueOf(file.destination()))
                .resolveSibling(".leat-" + file.id() + "-1"));
    Files.writeString(staging.resolve("part-00000-1.ndjson"), "{}");
    first.close();
    pipelines.search().forget(file.id(), "ann");

    pipelines.start(deleting());

    awaitTidy();
    assertThat(root.resolve("in/bad.parquet")).exists();
    assertThat(root.resolve("dead")).isEmptyDirectory();
    assertThat(staging).doesNotExist();
    assertThat(pipelines.files().get(0).state().name()).isEqualTo(FileState.Name.FORGOTTEN);
  }

  @Test
  void whatWasOverForLongIsForgottenUnlessItStillLiesThere() throws Exception {
    FilePipeline first = pipelines.start(spec());
    pipelines.drop("gone.parquet", 100);
    pipelines.drop("there.parquet", 200);
    pipelines.drop("young.parquet", 300);
    pipelines.await("gone.parquet", FileState.Name.PUBLISHED);
    pipelines.await("there.parquet", FileState.Name.PUBLISHED);
    pipelines.await("young.parquet", FileState.Name.PUBLISHED);
    first.close();
    Files.delete(root.resolve("in/gone.parquet"));
    Files.delete(root.resolve("in/young.parquet"));
    state.update("update file set since = since - interval '2 days' where name <> 'young.parquet'");
    List<Path> before = outputs();

    pipelines.start(spec());

    long deadline = System.nanoTime() + SOON.toNanos();
    while (pipelines.files().size() > 2 && System.nanoTime() < deadline) {
      Thread.sleep(50);
    }
    assertThat(pipelines.files())
        .extracting(file -> file.seen().name())
        .containsExactlyInAnyOrder("there.parquet", "young.parquet");
    assertThat(outputs()).isEqualTo(before);
  }
}
