package io.leat.rules.incident;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What can be a target, and what a blueprint has to say about each. */
public enum TargetKind {
  /** Tickets by the Table API, or events of Event Management. */
  SERVICENOW(
      List.of(
          Option.required("url", "the instance: https://example.service-now.com"),
          Option.required("auth", "user:password, or Bearer and a token; a secret"),
          Option.choice("api", "incident", Set.of("incident", "events"), "tickets or events"),
          Option.optional("table", "incident", "of tickets; one that extends task"),
          Option.optional("assignment-group", "", "of new tickets: a sys_id"),
          Option.optional("caller", "", "of new tickets: a sys_id of a user"),
          Option.optional("category", "", "of new tickets"),
          Option.optional("close-code", "Solution provided", "of tickets that Leat resolves"),
          Option.optional("poll", "15s", "how often tickets are asked for what people changed"),
          Option.ALLOW_PRIVATE)),

  /** Messages by an incoming webhook. */
  SLACK(List.of(Option.required("url", "the incoming webhook's; a secret"), Option.ALLOW_PRIVATE)),

  /** Alerts by the Events API v2. */
  PAGERDUTY(
      List.of(
          Option.required("routing-key", "the integration's key; a secret"),
          Option.optional(
              "url",
              "https://events.pagerduty.com/v2/enqueue",
              "of the Events API; in Europe https://events.eu.pagerduty.com/v2/enqueue"),
          Option.ALLOW_PRIVATE)),

  /** JSON, signed as Standard Webhooks says. */
  WEBHOOK(
      List.of(
          Option.required("url", "where to POST"),
          Option.required("secret", "whsec_ and 24 to 64 bytes in base64; two while it changes"),
          Option.choice(
              "changes", "newest", Set.of("newest", "every"), "the newest state, or every change"),
          Option.ALLOW_PRIVATE)),

  /** Mail by SMTP. */
  EMAIL(
      List.of(
          Option.required("host", "the mail server that takes it"),
          Option.optional("port", "", "465 with implicit TLS, else 587"),
          Option.choice(
              "tls", "starttls", Set.of("starttls", "implicit", "none"), "none only inside"),
          Option.optional("user", "", "with password; none when the server wants none"),
          Option.optional("password", "", "a secret"),
          Option.required("from", "leat@example.com"),
          Option.required("to", "addresses, separated by commas"),
          Option.ALLOW_PRIVATE)),

  /** CloudEvents on a topic of Leat's own Kafka. */
  KAFKA(List.of(Option.required("topic", "an existing topic"))),

  /** One line in Leat's log for each change. */
  LOG(List.of());

  @SuppressWarnings("ImmutableEnumChecker") // made by List.of
  private final List<Option> options;

  TargetKind(List<Option> options) {
    this.options = options;
  }

  /**
   * What a blueprint says about a target of a kind, as a text that may refer to secrets.
   *
   * @param name the key in YAML
   * @param required whether it must be there
   * @param fallback what holds when it is not there; empty for none
   * @param choices what it may be; empty when anything
   * @param meaning in a few words
   */
  public record Option(
      String name, boolean required, String fallback, Set<String> choices, String meaning) {
    private static final Option ALLOW_PRIVATE =
        choice(
            "allow-private",
            "false",
            Set.of("true", "false"),
            "whether it may be on this machine or in its networks, and without TLS");

    public Option {
      choices = Set.copyOf(choices);
    }

    private static Option required(String name, String meaning) {
      return new Option(name, true, "", Set.of(), meaning);
    }

    private static Option optional(String name, String fallback, String meaning) {
      return new Option(name, false, fallback, Set.of(), meaning);
    }

    private static Option choice(
        String name, String fallback, Set<String> choices, String meaning) {
      return new Option(name, false, fallback, choices, meaning);
    }
  }

  /** As in YAML: {@code servicenow}. */
  public String yaml() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What a blueprint says about it, in the order of the reference. */
  public List<Option> options() {
    return options;
  }

  /** The options of every kind, each once, in the order of the kinds. */
  public static List<String> optionNames() {
    Set<String> names = new LinkedHashSet<>();
    for (TargetKind kind : values()) {
      kind.options.forEach(option -> names.add(option.name()));
    }
    return List.copyOf(names);
  }

  /**
   * What is told to a target of this kind: what is given, and what holds for the rest.
   *
   * @param given texts by name
   */
  public Map<String, String> complete(Map<String, String> given) {
    Map<String, String> all = new LinkedHashMap<>();
    for (Option option : options) {
      String text = given.getOrDefault(option.name(), option.fallback());
      if (!text.isEmpty()) {
        all.put(option.name(), text);
      }
    }
    return all;
  }

  /** The kind of this name in YAML; empty if there is none. */
  public static Optional<TargetKind> of(String yaml) {
    for (TargetKind kind : values()) {
      if (kind.yaml().equals(yaml)) {
        return Optional.of(kind);
      }
    }
    return Optional.empty();
  }

  /** An option that is wrong: where, what, and what to do. */
  public record Problem(String option, String message, String remedy) {}

  /** All that is wrong with a target's options, as far as that shows without their secrets. */
  public List<Problem> problems(Map<String, String> given) {
    List<Problem> problems = new ArrayList<>();
    Set<String> known = new TreeSet<>();
    for (Option option : options) {
      known.add(option.name());
      String value = given.get(option.name());
      if (value == null) {
        if (option.required()) {
          problems.add(
              new Problem(
                  option.name(),
                  "a target of kind '" + yaml() + "' needs '" + option.name() + "'.",
                  "Give it: " + option.meaning() + "."));
        }
      } else if (value.isBlank()) {
        problems.add(
            new Problem(
                option.name(), "'" + option.name() + "' is empty.", "Give it, or leave it out."));
      } else if (!option.choices().isEmpty()
          && !value.contains("${")
          && !option.choices().contains(value)) {
        problems.add(
            new Problem(
                option.name(),
                "'" + value + "' is not one of them.",
                "Write one of " + String.join(", ", new TreeSet<>(option.choices())) + "."));
      }
    }
    for (String name : new TreeSet<>(given.keySet())) {
      if (!known.contains(name)) {
        problems.add(
            new Problem(
                name,
                "a target of kind '" + yaml() + "' has no option '" + name + "'.",
                known.isEmpty()
                    ? "Leave it out: it has none."
                    : "Use one of " + String.join(", ", known) + ", or leave it out."));
      }
    }
    return problems;
  }
}
