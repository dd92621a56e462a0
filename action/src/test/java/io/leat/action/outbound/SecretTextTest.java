package io.leat.action.outbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SecretTextTest {
  private static final Secrets SECRETS =
      new Secrets() {
        private final Map<String, String> secrets =
            Map.of("servicenow", "leat:pw\n", "two.lines", "a\nb", "blank", " ");

        @Override
        public Optional<String> secret(String name) {
          return Optional.ofNullable(secrets.get(name));
        }

        @Override
        public Optional<String> variable(String name) {
          return name.equals("HOST") ? Optional.of("tickets.example") : Optional.empty();
        }
      };

  @ParameterizedTest
  @CsvSource({
    "plain, plain",
    "${secret:servicenow}, leat:pw",
    "https://${env:HOST}/a/${secret:servicenow}, https://tickets.example/a/leat:pw",
    "$${secret:servicenow}, ${secret:servicenow}",
    "costs $5, costs $5"
  })
  void referencesAreReplaced(String text, String resolved) {
    assertThat(SecretText.resolve(text, SECRETS)).isEqualTo(resolved);
  }

  @ParameterizedTest
  @CsvSource({
    "${secret:none},there is no secret 'none': put it where Leat's secrets are kept",
    "${secret:blank},there is no secret 'blank': put it where Leat's secrets are kept",
    "${env:NONE},the environment variable 'NONE' is not set: set it",
    "${secret:servicenow,'a reference is not well formed: write ${secret:name} or ${env:NAME}, or"
        + " $${ for the characters themselves'",
    "${file:x},'a reference is not well formed: write ${secret:name} or ${env:NAME}, or $${ for the"
        + " characters themselves'",
    "${secret:two.lines},'the secret ''two.lines'' has a control character, such as a line feed, in"
        + " it: it must be one line'"
  })
  void whatCannotBeReplacedIsNamedWithoutItsValue(String text, String message) {
    assertThatThrownBy(() -> SecretText.resolve(text, SECRETS))
        .isInstanceOf(UnusableSettingException.class)
        .hasMessage(message);
  }
}
