package io.leat.files.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.files.arrival.FolderInputs;
import io.leat.files.deadletter.DeadLetterFolder;
import io.leat.files.ledger.FileState;
import io.leat.files.ledger.LedgerFile;
import io.leat.files.ledger.Progress;
import io.leat.files.ledger.Sighting;
import io.leat.files.place.FileNames;
import io.leat.files.place.FolderPlace;
import io.leat.rules.file.Arrival;
import io.leat.rules.file.ConvertSpec;
import io.leat.rules.file.FileContract;
import io.leat.rules.file.FileLimits;
import io.leat.rules.file.FileRetry;
import io.leat.rules.file.FileSourceSpec;
import io.leat.rules.file.Place;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DestinationsTest {
  private static final FileRetry RETRY =
      new FileRetry(Duration.ofSeconds(1), Duration.ofSeconds(2), 3);

  private static FileSource source() {
    Path out = Path.of("/out");
    return new FileSource(
        "files",
        new FileSourceSpec(
            "taxi",
            null,
            new Arrival.ByUpload(),
            "*",
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            new FileLimits(1, 1, 1, 1, 1, 1, 1, 0),
            FileContract.ANY,
            new ConvertSpec(
                List.of(),
                Map.of(),
                "",
                ConvertSpec.Nulls.WRITE,
                ConvertSpec.NonFinite.STRING,
                ConvertSpec.InvalidText.REPLACE,
                ConvertSpec.Decimals.AUTO,
                ConvertSpec.Integers.NUMBER,
                ConvertSpec.Layout.NDJSON,
                ConvertSpec.Compression.NONE,
                0,
                0),
            new Place.Folder(out),
            "{source}/{yyyy}-{mm}-{dd}/{path}",
            null,
            FileSourceSpec.Same.NAME,
            FileSourceSpec.Then.KEEP,
            RETRY,
            Duration.ofDays(1),
            null),
        new FolderInputs(),
        new FolderPlace(out, 0),
        new DeadLetterFolder(Path.of("/dead"), 0),
        new Breakers("files.taxi", RETRY));
  }

  private static LedgerFile file(String name) {
    Instant at = Instant.parse("2026-03-01T12:00:00Z");
    return new LedgerFile(
        new Sighting("files", "taxi", name, "upload:" + name, "v1", 10),
        "0123456789abcdef",
        at,
        new FileState.Discovered(at),
        0,
        0,
        null,
        at,
        null,
        null,
        null,
        null,
        null,
        null,
        Progress.NONE,
        null,
        null,
        null,
        null,
        null,
        null);
  }

  @Test
  void anOutputIsCalledAsItsFileBelowTheLayout() throws Exception {
    assertThat(Destinations.of(source(), file("a/../b/trips.parquet")))
        .isEqualTo("/out/taxi/2026-03-01/a/b/trips-01234567");
  }

  /** Each character has three bytes. */
  @Test
  void ofANameThatIsTooLongTheEndAndTheWholeIdAreLeft() throws Exception {
    String long_ = "\u8ca8".repeat(90);

    Path output = Path.of(Destinations.of(source(), file(long_ + "/" + long_ + ".parquet")));

    assertThat(String.valueOf(output.getFileName()))
        .isEqualTo("\u8ca8".repeat(79) + "-0123456789abcdef")
        .satisfies(name -> assertThat(FileNames.bytes(name)).isLessThanOrEqualTo(255));
    assertThat(output.getName(output.getNameCount() - 2).toString()).isEqualTo("\u8ca8".repeat(85));
  }

  @Test
  void aNameThatNoFileHereCanHaveIsTold() {
    // A locale's character set that lacks a letter refuses it as all refuse this one.
    assertThatThrownBy(() -> Destinations.of(source(), file("tri\0ps.parquet")))
        .isInstanceOf(AttemptFailedException.class)
        .extracting(e -> ((AttemptFailedException) e).failure().toString())
        .isEqualTo(
            "Failure[category=CONTRACT, code=unusable-name, reason=No file here can have its name:"
                + " the character set of Leat's locale lacks some of it]");
  }
}
