package io.leat.files.arrival;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.PatternSyntaxException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {
  private static final List<String> NAMES =
      List.of(
          "a.parquet",
          "b.parquet",
          "^.parquet",
          "-.parquet",
          "ab.parquet",
          "a+b(1).parquet",
          "a,b.parquet",
          "{a}.parquet",
          "a.csv",
          "x/a.parquet",
          "x/y/a.parquet",
          "2026/03/01/trips.parquet",
          "parquet");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "*.parquet",
        "*",
        "?.parquet",
        "[ab].parquet",
        "[!ab].parquet",
        "[^a].parquet",
        "[a-c].parquet",
        "[a-].parquet",
        "[-a].parquet",
        "{a,b,2026/**/trips}.{parquet,csv}",
        "**/a.parquet",
        "x/*.parquet",
        "**.parquet",
        "*,*",
        "a+b(1)*",
        "\\{a}.parquet",
        "{a,}b.parquet",
        "[&&a].parquet"
      })
  void aGlobMeansWhatItMeansToTheJdk(String glob) {
    Names names = new Names(glob);
    for (String name : NAMES) {
      String matched = glob.contains("/") ? name : name.substring(name.lastIndexOf('/') + 1);
      assertThat(names.matches(name))
          .as("%s %s", glob, name)
          .isEqualTo(
              FileSystems.getDefault().getPathMatcher("glob:" + glob).matches(Path.of(matched)));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"[a", "{a", "{a{b}}", "[b-a]", "a\\", "[a/b]", "[a-c-]", "[--a]"})
  void whatIsNoGlobToTheJdkIsNone(String glob) {
    assertThatThrownBy(() -> FileSystems.getDefault().getPathMatcher("glob:" + glob))
        .isInstanceOf(PatternSyntaxException.class);
    assertThatThrownBy(() -> new Names(glob)).isInstanceOf(PatternSyntaxException.class);
  }

  @Test
  void aNameThatTheLocaleCannotWriteStopsNoOther(@TempDir Path folder) throws Exception {
    Files.copy(whole(folder.resolve("first")), folder.resolve("a.parquet"));
    Path odd = Path.of(URI.create(folder.toUri() + "%C3%A9%E9.parquet"));
    Files.move(folder.resolve("first"), odd);
    Path said = folder.resolve("said");
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx64m",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            TestingLook.class.getName(),
            folder.toString());
    builder.environment().put("LC_ALL", "C");
    Process process = builder.redirectErrorStream(true).redirectOutput(said.toFile()).start();

    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();

    assertThat(Files.readAllLines(said))
        .contains(
            "waits for 0",
            folder.toUri() + "a.parquet can be read",
            folder.toUri() + "%C3%A9%E9.parquet can be read");
  }

  private static Path whole(Path file) throws IOException {
    return Files.write(file, "PAR1aaaa\4\0\0\0PAR1".getBytes(StandardCharsets.US_ASCII));
  }
}
