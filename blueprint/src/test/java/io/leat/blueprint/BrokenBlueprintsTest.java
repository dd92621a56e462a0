package io.leat.blueprint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each folder of {@code src/test/resources/broken} holds a blueprint ({@code in}) and all that is
 * to be said of it ({@code expected}). {@code -Dleat.golden=write} writes what is said now.
 */
class BrokenBlueprintsTest {
  private static final Path CASES = Path.of("src/test/resources/broken");

  static List<String> cases() throws IOException {
    try (Stream<Path> folders = Files.list(CASES)) {
      return folders.map(folder -> folder.getFileName().toString()).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void everythingWrongIsToldAtOnce(String name) throws IOException {
    Path folder = CASES.resolve(name);
    Path in = folder.resolve("in");

    BlueprintException refusal =
        catchThrowableOfType(
            BlueprintException.class, () -> new BlueprintLoader(variable -> null).load(in));

    assertThat(refusal).isNotNull();
    String said =
        String.valueOf(refusal.getMessage()).replace(in + "/", "").replace(in.toString(), "in")
            + "\n";
    if ("write".equals(System.getProperty("leat.golden"))) {
      Files.writeString(folder.resolve("expected"), said);
    }
    assertThat(said).isEqualTo(Files.readString(folder.resolve("expected")));
  }
}
