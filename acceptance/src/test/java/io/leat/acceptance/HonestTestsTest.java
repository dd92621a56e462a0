package io.leat.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.acceptance.docs.SourceTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/**
 * A test that is skipped says why, and none asserts how long something took. Last of all, when the
 * others have written their reports.
 */
@Order(Integer.MAX_VALUE)
class HonestTestsTest {
  private static final Pattern SKIPPED =
      Pattern.compile(
          "<testcase name=\"([^\"]*)\" classname=\"([^\"]*)\"[^>]*>\\s*<skipped([^>]*)>");

  /** What JUnit writes when no reason was given. */
  private static final Pattern WITHOUT_REASON =
      Pattern.compile(
          "message=\"([^\"]* is @Disabled|Assumption failed: assumption is (not )?(true|false)|)\"");

  private static final Pattern SILENT =
      Pattern.compile(
          "@Disabled(?!\\(\")|\\b(assumeTrue|assumeFalse)\\((?:[^;\"]*)\\);|Assumptions\\.abort\\(\\)");

  /**
   * A bound of ten seconds and more is a guard against waiting for ever; a smaller one is a race.
   */
  private static final Pattern TIMED =
      Pattern.compile(
          "\\bassertTimeout\\w*\\("
              + "|\\.isLessThan(OrEqualTo)?\\(\\s*Duration\\.of(Millis\\(|Nanos\\(|Seconds\\([0-9]\\))");

  @Test
  void everySkippedTestOfThisBuildNamesTheConditionThatTheMachineLacks() throws IOException {
    List<String> silent = new ArrayList<>();
    for (Path report : reports()) {
      SKIPPED
          .matcher(Files.readString(report))
          .results()
          .filter(
              test ->
                  !test.group(3).contains("message=")
                      || WITHOUT_REASON.matcher(test.group(3)).find())
          .forEach(test -> silent.add(test.group(2) + "." + test.group(1)));
    }

    assertThat(silent).as("tests that were skipped without a reason").isEmpty();
  }

  @Test
  void noSourceSkipsATestSilently() {
    assertThat(sourcesWith(SILENT)).as("@Disabled or assumptions without a reason").isEmpty();
  }

  @Test
  void noTestAssertsHowLongSomethingTook() {
    assertThat(sourcesWith(TIMED)).as("assertions on elapsed time").isEmpty();
  }

  private static List<String> sourcesWith(Pattern pattern) {
    return SourceTree.sources().stream()
        .filter(source -> source.toString().contains("/src/test/"))
        .filter(source -> !source.endsWith("HonestTestsTest.java"))
        .filter(source -> pattern.matcher(SourceTree.read(source.toString())).find())
        .map(source -> SourceTree.root().relativize(source).toString())
        .toList();
  }

  private static List<Path> reports() throws IOException {
    List<Path> reports = new ArrayList<>();
    try (Stream<Path> modules = Files.list(SourceTree.root())) {
      for (Path folder : modules.map(m -> m.resolve("target/surefire-reports")).toList()) {
        if (Files.isDirectory(folder)) {
          try (Stream<Path> files = Files.list(folder)) {
            files.filter(f -> f.getFileName().toString().startsWith("TEST-")).forEach(reports::add);
          }
        }
      }
    }
    return reports;
  }
}
