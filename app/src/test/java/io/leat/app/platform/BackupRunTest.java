package io.leat.app.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.app.backup.BackupStore;
import io.leat.app.detect.Detection;
import io.leat.app.engine.DataDirectory;
import io.leat.app.engine.FlinkEngine;
import io.leat.app.engine.FlinkSettings;
import io.leat.app.engine.PostgresEngine;
import io.leat.app.engine.PostgresSettings;
import io.leat.blueprint.Blueprint;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.lake.CatalogSpec;
import io.leat.lake.EventTables;
import io.leat.lake.SnapshotLeases;
import io.leat.lake.maintenance.TableLocks;
import io.leat.state.AnsweredCounts;
import io.leat.state.Replay;
import io.leat.state.ReplayState;
import io.leat.state.Replays;
import io.leat.state.StateDatabase;
import io.leat.state.StateSettings;
import io.leat.stream.StreamPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What must not happen to tables and state while they are copied. No blueprint has rows here. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BackupRunTest {
  private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
  private static final Replays.Request REQUEST =
      new Replays.Request(
          "gauges", "reading", NOW.minusSeconds(60), NOW.minusSeconds(30), null, "operator");
  private static final String CHANGED =
      "The blueprints were applied, or a replay was switched to, while the backup was taken: its"
          + " parts would not fit. Repeat it";

  private DataDirectory data;
  private PostgresEngine postgres;
  private FlinkEngine flink;
  private StateDatabase state;
  private Replays replays;
  private AnsweredKeeper answered;

  private final InMemoryCatalog catalog = new InMemoryCatalog();
  private final AtomicInteger holds = new AtomicInteger();

  /** What each question for the blueprints is answered; the last one again and again. */
  private final Deque<Supplier<List<Provisioning.Provisioned>>> blueprints = new ArrayDeque<>();

  private Path place;
  private BackupStore store;

  @BeforeAll
  void start(@TempDir Path directory) throws IOException {
    data = DataDirectory.open(directory.resolve("data"));
    postgres = PostgresEngine.start(data, PostgresSettings.defaults());
    flink = FlinkEngine.start(data, FlinkSettings.defaults());
    state =
        StateDatabase.open(
            StateSettings.of(postgres.jdbcUrl(), postgres.user(), postgres.password()));
    replays = new Replays(state, () -> NOW);
    answered = new AnsweredKeeper(new AnsweredCounts(state, InstantSource.system()), data.root());
    catalog.initialize("test", Map.of());
  }

  @AfterAll
  void stop() throws IOException {
    answered.close();
    state.close();
    flink.close();
    postgres.close();
    data.close();
    catalog.close();
  }

  @BeforeEach
  void place(@TempDir Path directory) throws IOException {
    place = Files.createDirectory(directory.resolve("backups"));
    store = BackupStore.open(place.toString(), Map.of());
    blueprints.clear();
    blueprints.add(List::of);
  }

  @AfterEach
  void nothingIsLeft() throws IOException {
    try (Stream<Path> files = Files.walk(place)) {
      assertThat(files.filter(Files::isRegularFile)).as("files of what was given up").isEmpty();
    }
    assertThat(holds).as("holds of the log").hasValue(0);
    store.close();
  }

  private BackupRun run() {
    LakeJobs jobs =
        new LakeJobs(
            flink,
            new Properties(),
            new CatalogSpec("unused", CatalogSpec.Kind.JDBC, Map.of()),
            1,
            group -> {},
            new TableLocks(),
            InstantSource.system());
    return new BackupRun(
        new BackupRun.Sources(
            data.root(),
            catalog,
            state,
            new Properties(),
            jobs,
            new SnapshotLeases(),
            () -> (blueprints.size() > 1 ? blueprints.remove() : blueprints.element()).get(),
            new AppliedFolders((blueprint, version, files) -> {}),
            answered,
            () -> {
              holds.incrementAndGet();
              return holds::decrementAndGet;
            },
            () -> NOW,
            "test"),
        store,
        new BackupProgress(store.root(), NOW),
        () -> false);
  }

  private void isRefused(String message) {
    assertThatThrownBy(() -> run().write())
        .isInstanceOfSatisfying(
            LeatException.class,
            e -> {
              assertThat(e).hasMessage(message);
              assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT);
            });
  }

  @Test
  void whileAReplayIsBuiltSwitchedToOrDroppedNothingIsBackedUp() {
    Replay replay = replays.add(REQUEST);
    isRefusedFor(replay, "building");

    replays.built(replay.id(), "{}");
    replays.move(replay.id(), ReplayState.BUILT, ReplayState.SWITCHING, null);
    isRefusedFor(replay, "switching");

    replays.move(replay.id(), ReplayState.SWITCHING, ReplayState.DROPPING, null);
    isRefusedFor(replay, "dropping");
    replays.move(replay.id(), ReplayState.DROPPING, ReplayState.DROPPED, null);
  }

  private void isRefusedFor(Replay replay, String being) {
    isRefused(
        "The replay "
            + replay.id()
            + " is "
            + being
            + ": its tables and its state would not fit in a backup. Repeat it when"
            + " 'leat replay list' shows that it is done");
  }

  @Test
  void aReplayThatIsSwitchedToMeanwhileSpoilsIt() {
    Replay replay = replays.add(REQUEST);
    replays.built(replay.id(), "{}");
    blueprints.addLast(
        () -> {
          replays.move(replay.id(), ReplayState.BUILT, ReplayState.SWITCHING, null);
          replays.move(replay.id(), ReplayState.SWITCHING, ReplayState.SWITCHED, null);
          return List.of();
        });

    isRefused(CHANGED);
  }

  @Test
  void anApplyMeanwhileSpoilsIt(@TempDir Path directory) throws Exception {
    List<Provisioning.Provisioned> after = provisioned(directory, "value > 0");
    blueprints.addLast(() -> after);

    isRefused(CHANGED);
  }

  @Test
  void anApplyThatChangesWhatAJobDoesIsSeenAndOneThatDoesNotIsNot(@TempDir Path directory)
      throws Exception {
    List<Provisioning.Provisioned> before = provisioned(directory, "value > 0");

    assertThat(BackupRun.areProcessedAlike(before, provisioned(directory, "value > 0"))).isTrue();
    assertThat(BackupRun.areProcessedAlike(before, provisioned(directory, "value > 1"))).isFalse();
    assertThat(BackupRun.areProcessedAlike(before, List.of())).isFalse();
  }

  private static List<Provisioning.Provisioned> provisioned(Path folder, String rule)
      throws IOException {
    Blueprint blueprint = TestingBlueprint.gauges(folder, rule);
    List<StreamPlan> plans =
        blueprint.streams().values().stream()
            .map(
                stream ->
                    StreamPlan.of(
                        stream,
                        blueprint.topic(stream),
                        1,
                        EventTables.processed(stream.schema().columns())))
            .toList();
    return List.of(
        new Provisioning.Provisioned(
            blueprint,
            "version",
            plans,
            1,
            0,
            Detection.of(blueprint, "version", plans),
            List.of(),
            List.of()));
  }
}
