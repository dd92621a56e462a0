package io.leat.rules.incident;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.rules.incident.TargetKind.Option;
import io.leat.rules.incident.TargetKind.Problem;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TargetKindTest {
  @Test
  void allThatIsWrongIsToldAtOnce() {
    assertThat(
            TargetKind.SERVICENOW.problems(
                Map.of("auth", " ", "api", "tickets", "usr", "x", "allow-private", "yes")))
        .containsExactly(
            new Problem(
                "url",
                "a target of kind 'servicenow' needs 'url'.",
                "Give it: the instance: https://example.service-now.com."),
            new Problem("auth", "'auth' is empty.", "Give it, or leave it out."),
            new Problem("api", "'tickets' is not one of them.", "Write one of events, incident."),
            new Problem("allow-private", "'yes' is not one of them.", "Write one of false, true."),
            new Problem(
                "usr",
                "a target of kind 'servicenow' has no option 'usr'.",
                "Use one of allow-private, api, assignment-group, auth, caller, category,"
                    + " close-code, poll, table, url, or leave it out."));
  }

  @Test
  void aKindWithoutOptionsTakesNone() {
    assertThat(TargetKind.LOG.problems(Map.of())).isEmpty();
    assertThat(TargetKind.LOG.problems(Map.of("url", "x")))
        .containsExactly(
            new Problem(
                "url",
                "a target of kind 'log' has no option 'url'.",
                "Leave it out: it has none."));
  }

  @Test
  void aReferenceMayBecomeAnyChoice() {
    assertThat(
            TargetKind.SERVICENOW.problems(
                Map.of("url", "${env:URL}", "auth", "${secret:a}", "api", "${env:API}")))
        .isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void aKindIsFoundByItsNameAndItsFallbacksFit(TargetKind kind) {
    assertThat(TargetKind.of(kind.yaml())).contains(kind);
    for (Option option : kind.options()) {
      assertThat(option.choices().isEmpty() || option.choices().contains(option.fallback()))
          .as(option.name())
          .isTrue();
    }
  }

  @Test
  void whatIsNoKindIsNotFound() {
    assertThat(TargetKind.of("jira")).isEmpty();
  }
}
