package io.leat.files.deadletter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.files.ledger.Category;
import io.leat.files.ledger.Failure;
import io.leat.files.ledger.Sighting;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeadLetterFolderTest {
  private final Path root;
  private final DeadLetterFolder letters;

  DeadLetterFolderTest(@TempDir Path root) {
    this.root = root;
    this.letters = new DeadLetterFolder(root.resolve("dead"), 1L << 20);
  }

  private DeadLetters.Letter letter(String name, @Nullable Path content) {
    Sighting seen = new Sighting("files", "taxi", name, "file:///in/" + name, "v1", 10);
    return new DeadLetters.Letter(
        seen,
        seen.id(),
        new Failure(Category.CORRUPT, "bad-footer", "The footer is broken"),
        1,
        Instant.EPOCH,
        content);
  }

  private Path content() throws IOException {
    return Files.writeString(root.resolve("content"), "broken");
  }

  @Test
  void aLetterIsCalledAsItsFileWithAPartOfItsId() throws IOException {
    DeadLetters.Letter letter = letter("2026/a.parquet", content());

    String place = letters.put(letter);

    assertThat(Path.of(place).getFileName())
        .hasToString("2026_a-" + letter.id().substring(0, 8) + ".parquet");
    assertThat(Path.of(place)).isRegularFile();
  }

  @Test
  void aLongPathIsShortenedToItsEndAndAllOfItsId() throws IOException {
    String path = ("\u00fcber/" + "x".repeat(50) + "/").repeat(6);
    DeadLetters.Letter letter = letter(path + "trips.parquet", content());
    DeadLetters.Letter other = letter("y/" + path + "trips.parquet", content());

    String place = letters.put(letter);

    String name = String.valueOf(Path.of(place).getFileName());
    assertThat(name).endsWith("_trips-" + letter.id() + ".parquet");
    assertThat(name.getBytes(StandardCharsets.UTF_8).length).isBetween(230, 237);
    assertThat(Path.of(place)).hasContent("broken");
    assertThat(Path.of(place + ".reason.json")).exists();
    assertThat(letters.put(letter)).isEqualTo(place);
    assertThat(letters.put(other)).isNotEqualTo(place);
  }

  @Test
  void aNameThatIsAllExtensionIsShortenedToo() throws IOException {
    DeadLetters.Letter letter = letter("a." + "b".repeat(253), content());

    assertThat(letters.put(letter)).endsWith("a-" + letter.id());
  }

  @Test
  void whatHasToStayFreeStaysFree() throws IOException {
    DeadLetterFolder full = new DeadLetterFolder(root.resolve("dead"), Long.MAX_VALUE / 4);
    DeadLetters.Letter letter = letter("a.parquet", content());

    assertThatThrownBy(() -> full.put(letter))
        .isInstanceOf(FileSystemException.class)
        .hasMessageContaining("no space left but for a reserve");
    assertThat(root.resolve("dead")).isEmptyDirectory();
  }

  @Test
  void aReasonAloneIsNoContent() throws IOException {
    String place = letters.put(letter("a.parquet", null));

    assertThat(Path.of(place)).doesNotExist();
    assertThat(Path.of(place + ".reason.json")).exists();
  }
}
