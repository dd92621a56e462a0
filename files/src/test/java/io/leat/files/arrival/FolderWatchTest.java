package io.leat.files.arrival;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.files.ledger.Sighting;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderWatchTest {
  private static final byte[] WHOLE = "PAR1aaaa\4\0\0\0PAR1".getBytes(US_ASCII);
  private static final byte[] TORN = "PAR1aaaaaaaaaaaaaaaaaa".getBytes(US_ASCII);
  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

  private final Path folder;
  private Instant now = NOON;
  private final List<String> told = new ArrayList<>();

  FolderWatchTest(@TempDir Path folder) {
    this.folder = folder;
  }

  private FolderWatch watch() {
    return watch(Ending::of);
  }

  private FolderWatch watch(FolderWatch.Endings endings) {
    return new FolderWatch(
        "files",
        "taxi",
        folder,
        new Names("*.parquet"),
        Duration.ofSeconds(2),
        Duration.ofMinutes(10),
        () -> now,
        seen -> seen.stream().map(Sighting::name).forEach(told::add),
        endings);
  }

  private void write(String name, byte[] content, Instant at) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.resolveSibling("."));
    Files.write(file, content);
    Files.setLastModifiedTime(file, FileTime.from(at));
  }

  @Test
  void aFileThatWasMovedInCountsAtOnceAndOnce() throws IOException {
    FolderWatch watch = watch();
    write("a.parquet", WHOLE, NOON.minusSeconds(60));

    watch.look();
    watch.look();

    assertThat(told).containsExactly("a.parquet");
  }

  @Test
  void aFileThatIsWrittenIsWaitedFor() throws IOException {
    FolderWatch watch = watch();
    write("a.parquet", WHOLE, NOON.minusMillis(100));
    assertThat(watch.look()).isEqualTo(1);
    now = NOON.plusSeconds(1);
    write("a.parquet", WHOLE, now);
    watch.look();
    assertThat(told).isEmpty();

    now = NOON.plusSeconds(3);
    watch.look();

    assertThat(told).containsExactly("a.parquet");
  }

  @Test
  void aFileWithoutAnEndIsWaitedForAndToldInTheEnd() throws IOException {
    FolderWatch watch = watch();
    write("a.parquet", TORN, NOON.minusSeconds(60));
    watch.look();
    now = NOON.plus(Duration.ofMinutes(9));
    watch.look();
    assertThat(told).isEmpty();

    now = NOON.plus(Duration.ofMinutes(10));
    watch.look();

    assertThat(told).containsExactly("a.parquet");
  }

  @Test
  void whatIsNoParquetAtAllIsNotWaitedFor() throws IOException {
    write("a.parquet", "hello, world".getBytes(US_ASCII), NOON.minusSeconds(60));

    watch().look();

    assertThat(told).containsExactly("a.parquet");
  }

  @Test
  void hiddenFilesAndOthersDoNotCount() throws IOException {
    for (String name :
        List.of(".a.parquet", "_b.parquet", "c.csv", "_tmp/d.parquet", "x/y/e.parquet")) {
      write(name, WHOLE, NOON.minusSeconds(60));
    }

    watch().look();

    assertThat(told).containsExactly("x/y/e.parquet");
  }

  @Test
  void aFileThatIsReplacedIsToldAgain() throws IOException {
    FolderWatch watch = watch();
    write("a.parquet", WHOLE, NOON.minusSeconds(60));
    watch.look();
    write("a.parquet", WHOLE, NOON.minusSeconds(30));
    watch.look();

    assertThat(told).containsExactly("a.parquet", "a.parquet");
  }

  @Test
  void aMissingFolderIsTold() throws IOException {
    Files.delete(folder);

    assertThatThrownBy(() -> watch().look()).isInstanceOf(NoSuchFileException.class);
    Files.createDirectory(folder);
  }

  @Test
  void aFileThatCannotBeReadIsWaitedForAndToldInTheEnd() throws IOException {
    FolderWatch watch =
        watch(
            file -> {
              if (file.endsWith("a.parquet")) {
                throw new AccessDeniedException(file.toString());
              }
              return Ending.of(file);
            });
    write("a.parquet", WHOLE, NOON.minusSeconds(60));
    write("b.parquet", WHOLE, NOON.minusSeconds(60));
    assertThat(watch.look()).isEqualTo(1);
    assertThat(told).containsExactly("b.parquet");
    now = NOON.plus(Duration.ofMinutes(10));

    assertThat(watch.look()).isZero();

    assertThat(told).containsExactly("b.parquet", "a.parquet");
  }
}
