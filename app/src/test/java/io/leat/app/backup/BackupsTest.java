package io.leat.app.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.state.StateCopy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackupsTest {
  private final Path root;
  private final BackupStore store;
  private Instant now = Instant.parse("2026-03-01T10:00:00Z");
  private final Backups backups;

  BackupsTest(@TempDir Path directory) {
    this.root = directory.resolve("backups");
    this.store = BackupStore.open(root.toString(), Map.of());
    this.backups = new Backups(store, () -> now);
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void whatIsCutOffIsNoBackup() throws IOException {
    complete("a");
    String cut = backups.begin();
    store.write("files/b", out -> out.write('b'));

    Backups.Listing all = backups.list();

    assertThat(all.complete()).hasSize(1);
    assertThat(all.incomplete()).containsOnly(Map.entry(cut, now));
    assertThat(backups.find(null).id()).isEqualTo("20260301T100000.000Z");
    assertThat(backups.shared()).containsOnlyKeys("files/a");
  }

  @Test
  void aFolderThatIsMadeIsForItsOwnerOnly() throws IOException {
    backups.begin();

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root)))
        .isEqualTo("rwx------");
  }

  @Test
  void nobodyPrunesWhileABackupIsBeingWritten() throws IOException {
    complete("a");
    String begun = backups.begin();

    assertThatThrownBy(() -> backups.prune(1))
        .hasMessage(
            "The backup %s is being written, or was cut off less than a day ago. Prune when it is"
                    .formatted(begun)
                + " done; if nobody writes it any more, delete %s/backups/%s."
                    .formatted(root, begun));

    now = now.plus(Duration.ofHours(25));
    Backups.Pruned pruned = backups.prune(1);
    assertThat(pruned.backups()).containsExactly(begun);
    assertThat(root.resolve("files/a")).exists();
  }

  @Test
  void pruningTakesOnlyWhatNoneOfTheKeptNeeds() throws IOException {
    complete("a", "b");
    complete("b", "c");
    complete("c", "d");

    Backups.Pruned pruned = backups.prune(2);

    assertThat(pruned.files()).isEqualTo(1);
    assertThat(pruned.bytes()).isEqualTo(1);
    assertThat(root.resolve("files/a")).doesNotExist();
    for (String kept : List.of("b", "c", "d")) {
      assertThat(root.resolve("files/" + kept)).exists();
    }
    assertThat(backups.list().complete()).hasSize(2);
  }

  @Test
  void aSharedFileThatWentMeanwhileFailsTheBackup() throws IOException {
    String id = backups.begin();
    StoredFile file = store.write("files/a", out -> out.write('a'));
    Files.delete(root.resolve("files/a"));

    assertThatThrownBy(() -> backups.complete(manifest(id, List.of(file))))
        .hasMessage(
            "The file files/a went while the backup was being written; repeat it, and prune at"
                + " other times");
    assertThat(backups.list().complete()).isEmpty();
  }

  @Test
  void onlyFoldersAndS3AreTaken() {
    for (String place : List.of("relative", "ftp://host/x", "s3://", "file:///x")) {
      assertThatThrownBy(() -> BackupStore.open(place, Map.of()))
          .hasMessage(
              "Backups cannot be kept at '"
                  + place
                  + "'. Name a folder by its absolute path, or s3://bucket/prefix.");
    }
  }

  private void complete(String... files) throws IOException {
    String id = backups.begin();
    now = now.plusSeconds(60);
    List<StoredFile> all = new java.util.ArrayList<>();
    for (String name : files) {
      all.add(store.write("files/" + name, out -> out.write(name.charAt(0))));
    }
    backups.complete(manifest(id, all));
  }

  private static Manifest manifest(String id, List<StoredFile> files) {
    return new Manifest(
        Manifest.FORMAT,
        id,
        "test",
        "2026-03-01T09:59:00Z",
        "2026-03-01T10:00:00Z",
        1,
        files,
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        new StateCopy.Contents("3", List.of(), Map.of()));
  }
}
