package io.leat.action.target;

import io.leat.action.outbound.SecretText;
import io.leat.action.outbound.Secrets;
import io.leat.rules.incident.TargetKind;
import io.leat.rules.incident.TargetSpec;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;

/** A target's options, with the fallbacks of its kind; references are resolved when asked for. */
final class TargetSettings {
  private final Map<String, String> options;
  private final Duration timeout;
  private final Secrets secrets;

  /**
   * Checks the options.
   *
   * @throws IllegalArgumentException if they do not fit the kind, with all that is wrong
   */
  TargetSettings(TargetKind kind, TargetSpec spec, Secrets secrets) {
    String problems =
        kind.problems(spec.options()).stream()
            .map(problem -> problem.message() + " " + problem.remedy())
            .collect(Collectors.joining(" "));
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(problems);
    }
    this.options =
        kind.options().stream()
            .collect(
                Collectors.toUnmodifiableMap(
                    TargetKind.Option::name,
                    option -> spec.options().getOrDefault(option.name(), option.fallback())));
    this.timeout = spec.limits().timeout();
    this.secrets = secrets;
  }

  /**
   * The value of an option of the kind; empty when there is neither one nor a fallback.
   *
   * @throws io.leat.action.outbound.UnusableSettingException if it refers to what is not there
   */
  String text(String option) {
    String text = options.get(option);
    if (text == null) {
      throw new IllegalArgumentException(option);
    }
    return SecretText.resolve(text, secrets);
  }

  boolean allowPrivate() {
    return text("allow-private").equals("true");
  }

  /** Of one request. */
  Duration timeout() {
    return timeout;
  }
}
