package io.leat.files.place;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderPlaceTest {
  private final Path root;
  private final FolderPlace place;
  private final String output;

  FolderPlaceTest(@TempDir Path root) {
    this.root = root;
    this.place = new FolderPlace(root, 1L << 20);
    this.output = place.destination("taxi/2026/a-1234");
  }

  private static void write(Staging staging, String name, String text) throws IOException {
    Staging.PartFile part = staging.part(name);
    part.write(ByteBuffer.wrap(text.getBytes(UTF_8)));
    part.complete();
  }

  private static byte[] manifest(String text) {
    return text.getBytes(UTF_8);
  }

  private List<String> visible() throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      return all.filter(Files::isRegularFile)
          .map(file -> root.relativize(file).toString())
          .filter(name -> !name.contains("/."))
          .sorted()
          .toList();
    }
  }

  private List<String> hidden() throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      return all.map(file -> root.relativize(file).toString())
          .filter(name -> name.contains("/."))
          .toList();
    }
  }

  @Test
  void nothingIsSeenBeforeAllIs() throws IOException {
    Staging staging = place.stage(output, "f", 1, null);
    write(staging, "part-0", "a");
    assertThat(visible()).isEmpty();
    assertThat(place.manifest(output)).isEmpty();

    assertThat(staging.publish(manifest("m"))).isTrue();

    assertThat(visible())
        .containsExactly("taxi/2026/a-1234/manifest.json", "taxi/2026/a-1234/part-0");
    assertThat(place.manifest(output)).hasValue(manifest("m"));
    assertThat(hidden()).isEmpty();
  }

  @Test
  void whatIsPublishedStays() throws IOException {
    Staging first = place.stage(output, "f", 1, null);
    write(first, "part-0", "a");
    first.publish(manifest("first"));

    Staging second = place.stage(output, "f", 2, null);
    write(second, "part-1", "b");

    assertThat(second.publish(manifest("second"))).isFalse();
    assertThat(place.manifest(output)).hasValue(manifest("first"));
    place.clean(output, "f", manifest("first"));
    assertThat(hidden()).isEmpty();
    assertThat(visible())
        .containsExactly("taxi/2026/a-1234/manifest.json", "taxi/2026/a-1234/part-0");
  }

  @Test
  void anAttemptThatWasTakenOverHasNothingToPublish() throws IOException {
    Staging first = place.stage(output, "f", 1, null);
    write(first, "part-0", "a");
    place.stage(output, "f", 2, null);

    assertThatThrownBy(() -> first.publish(manifest("first")))
        .isInstanceOf(NoSuchFileException.class);
    assertThat(visible()).isEmpty();
  }

  @Test
  void anAttemptGoesOnWithThePartsOfAnother() throws IOException {
    Staging first = place.stage(output, "f", 1, null);
    write(first, "part-0", "a");
    Staging.PartFile torn = first.part("part-1");
    torn.write(ByteBuffer.wrap(manifest("half")));

    Staging second = place.stage(output, "f", 3, 1L);
    second.keepOnly(List.of("part-0"));
    write(second, "part-2", "c");
    torn.write(ByteBuffer.wrap(manifest("more"))); // its process is not dead after all
    second.publish(manifest("m"));

    assertThat(visible())
        .containsExactly(
            "taxi/2026/a-1234/manifest.json", "taxi/2026/a-1234/part-0", "taxi/2026/a-1234/part-2");
  }

  @Test
  void partsAreFoundUnderTheNumberOfAnAttemptThatTookThemOverAndDied() throws IOException {
    write(place.stage(output, "f", 2, null), "part-0", "a");
    place.stage(output, "f", 9, 2L);

    Staging third = place.stage(output, "f", 10, 2L);
    third.publish(manifest("m"));

    assertThat(visible())
        .containsExactly("taxi/2026/a-1234/manifest.json", "taxi/2026/a-1234/part-0");
    assertThat(hidden()).isEmpty();
  }

  @Test
  void partsOfAnEarlierAttemptAreNotTakenForThoseOfALaterOne() throws IOException {
    write(place.stage(output, "f", 1, null), "part-0", "old");

    Staging third = place.stage(output, "f", 3, 2L);

    assertThatThrownBy(() -> third.read("part-0")).isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void filesBesideAreLeftAlone() throws IOException {
    Staging other = place.stage(place.destination("taxi/2026/b-5678"), "g", 1, null);
    write(other, "part-0", "b");
    place.stage(output, "f", 1, null);
    place.clean(output, "f", null);

    assertThat(other.publish(manifest("m"))).isTrue();
    assertThat(hidden()).isEmpty();
  }

  @Test
  void theReserveOfTheFileSystemStaysFree() throws IOException {
    Staging staging = new FolderPlace(root, 1L << 62).stage(output, "f", 1, null);
    Staging.PartFile part = staging.part("part-0");

    assertThatThrownBy(() -> part.write(ByteBuffer.wrap(manifest("a"))))
        .isInstanceOf(FileSystemException.class)
        .hasMessageEndingWith(": no space left but for a reserve of " + (5L << 60) + " bytes");
    part.abort();
  }
}
