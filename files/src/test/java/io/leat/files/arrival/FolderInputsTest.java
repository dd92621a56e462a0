package io.leat.files.arrival;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.files.ledger.Sighting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderInputsTest {
  private final Path folder;
  private final Path file;
  private final FolderInputs inputs = new FolderInputs();

  FolderInputsTest(@TempDir Path folder) {
    this.folder = folder;
    this.file = folder.resolve("a.parquet");
  }

  private Sighting seen() throws IOException {
    BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
    return new Sighting(
        "files",
        "taxi",
        "a.parquet",
        FolderInputs.location(file),
        FolderInputs.version(now),
        now.size());
  }

  private Path aside(Sighting seen) {
    return folder.resolve(".leat-removed-" + seen.version() + "-1");
  }

  private List<Path> left() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.toList();
    }
  }

  @Test
  void theVersionThatWasSeenIsRemoved() throws IOException {
    Files.writeString(file, "first");

    inputs.remove(seen());

    assertThat(left()).isEmpty();
  }

  @Test
  void anotherVersionStays() throws IOException {
    Files.writeString(file, "first");
    Sighting first = seen();
    Files.writeString(file, "the second one");

    inputs.remove(first);

    assertThat(left()).containsExactly(file);
    assertThat(file).hasContent("the second one");
  }

  /** It was moved in between the look and the removal, by a process that then died. */
  @Test
  void anotherVersionThatWasSetAsideIsPutBack() throws IOException {
    Files.writeString(file, "first");
    Sighting first = seen();
    Files.writeString(file, "the second one");
    Files.move(file, aside(first));

    inputs.remove(first);

    assertThat(left()).containsExactly(file);
    assertThat(file).hasContent("the second one");
  }

  @Test
  void whatWasSetAsideByAProcessThatDiedIsRemoved() throws IOException {
    Files.writeString(file, "first");
    Sighting first = seen();
    Files.move(file, aside(first));
    Files.writeString(file, "the second one");

    inputs.remove(first);

    assertThat(left()).containsExactly(file);
    assertThat(file).hasContent("the second one");
  }

  @Test
  void aVersionThatWasReplacedTwiceIsNotPutBack() throws IOException {
    Files.writeString(file, "first");
    Sighting first = seen();
    Files.writeString(file, "the second one");
    Files.move(file, aside(first));
    Files.writeString(file, "and the third one");

    inputs.remove(first);

    assertThat(left()).containsExactly(file);
    assertThat(file).hasContent("and the third one");
  }

  @Test
  void manyMayRemoveTheSameWhileOthersComeInItsPlace() throws Exception {
    ExecutorService removers = Executors.newFixedThreadPool(4);
    try {
      for (int i = 0; i < 100; i++) {
        Files.writeString(file, "first");
        Sighting first = seen();
        Path next = Files.writeString(folder.resolve("next"), "the second one");
        List<Future<?>> all = new ArrayList<>();
        for (int j = 0; j < 4; j++) {
          all.add(
              removers.submit(
                  () -> {
                    inputs.remove(first);
                    return null;
                  }));
        }
        Files.move(next, file, StandardCopyOption.REPLACE_EXISTING);
        for (Future<?> one : all) {
          one.get(20, TimeUnit.SECONDS);
        }

        assertThat(left()).containsExactly(file);
        assertThat(file).hasContent("the second one");
      }
    } finally {
      removers.shutdownNow();
    }
  }
}
