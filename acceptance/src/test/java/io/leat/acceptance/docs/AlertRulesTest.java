package io.leat.acceptance.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The alerts that come with the documents are rules, and ask for metrics that there are. */
class AlertRulesTest {
  private static final String RULES = "docs/reference/leat-alerts.yml";

  @Test
  void everyAlertUsesMetricsThatTheReferenceNames() {
    Set<String> used = names(Pattern.compile("(?m)^ +expr: (.*)$"), SourceTree.read(RULES));
    Set<String> known =
        names(Pattern.compile("`(leat_[a-z_]+)`"), SourceTree.read("docs/reference/metrics.md"));

    assertThat(used).hasSizeGreaterThan(5);
    assertThat(known).containsAll(used);
  }

  private static Set<String> names(Pattern where, String text) {
    Set<String> names = new TreeSet<>();
    where
        .matcher(text)
        .results()
        .map(found -> found.group(1))
        .flatMap(part -> Pattern.compile("leat_[a-z_]+").matcher(part).results())
        .map(MatchResult::group)
        .forEach(names::add);
    return names;
  }

  @Test
  void everyAlertSaysWhatToDo() {
    String rules = SourceTree.read(RULES);
    assertThat(count(rules, "- alert: ")).isEqualTo(count(rules, " remedy: "));
    Pattern.compile("docs/[a-z/-]+\\.md")
        .matcher(rules)
        .results()
        .forEach(named -> assertThat(SourceTree.root().resolve(named.group())).exists());
  }

  private static int count(String text, String part) {
    return text.split(Pattern.quote(part), -1).length - 1;
  }

  @Test
  void prometheusUnderstandsTheRules() throws Exception {
    assumeTrue(isThere(), "promtool is not installed (Debian's package prometheus has it)");
    Process promtool =
        new ProcessBuilder(List.of("promtool", "check", "rules", RULES))
            .directory(SourceTree.root().toFile())
            .redirectErrorStream(true)
            .start();
    String said = new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(promtool.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(promtool.exitValue()).as(said).isZero();
    assertThat(said).contains("14 rules found");
  }

  private static boolean isThere() {
    return Pattern.compile(":")
        .splitAsStream(System.getenv().getOrDefault("PATH", ""))
        .anyMatch(
            folder -> java.nio.file.Files.isExecutable(java.nio.file.Path.of(folder, "promtool")));
  }
}
