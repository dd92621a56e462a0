package io.leat.blueprint;

import io.leat.blueprint.yaml.Section;
import io.leat.blueprint.yaml.Units;
import io.leat.blueprint.yaml.Value;
import io.leat.rules.incident.TargetKind;
import io.leat.rules.incident.TargetSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the structure of {@code targets}, as {@code blueprint.schema.json} describes it. */
final class TargetReader {
  private static final int MAX_TARGETS = 50;
  private static final int MAX_RECIPIENTS = 50;
  private static final Pattern RATE = Pattern.compile("([1-9][0-9]{0,5})/([smh])");
  private static final Pattern ADDRESS = Pattern.compile("https?://\\S+");
  private static final Pattern HOST = Pattern.compile("[A-Za-z0-9][A-Za-z0-9.:-]{0,253}");
  private static final Pattern MAIL = Pattern.compile("[^@\\s,]+@[^@\\s,]+");
  private static final Pattern TABLE = Pattern.compile("[a-z][a-z0-9_]{0,79}");
  private static final Pattern SYS_ID = Pattern.compile("[0-9a-f]{32}");
  private static final Pattern WORDS = Pattern.compile("\\S(.{0,98}\\S)?");
  private static final Pattern TOPIC = Pattern.compile("[A-Za-z0-9._-]{1,249}");
  private static final Map<String, Duration> PER =
      Map.of("s", Duration.ofSeconds(1), "m", Duration.ofMinutes(1), "h", Duration.ofHours(1));

  private TargetReader() {}

  /** The interfaces of ServiceNow. */
  private enum Api {
    EVENTS,
    INCIDENT
  }

  /** What a webhook is told of. */
  private enum Changes {
    NEWEST,
    EVERY
  }

  /** How a mail server is spoken to. */
  private enum Tls {
    STARTTLS,
    IMPLICIT,
    NONE
  }

  static List<RawRouting.Target> read(Value value) {
    List<RawRouting.Target> targets = new ArrayList<>();
    value.section().values().forEach((name, at) -> targets.add(target(name, at)));
    if (targets.size() > MAX_TARGETS) {
      value.problem(
          "has " + targets.size() + " targets.", "At most " + MAX_TARGETS + " are allowed.");
    }
    return targets;
  }

  private static RawRouting.Target target(String name, Value at) {
    BlueprintReader.refuseUnnamed(name, at);
    Section section = at.section();
    Value kind =
        section.required("kind", "Say what speaks to it: 'kind: log' or 'kind: servicenow'.");
    TargetKind known = kind.oneOf(TargetKind.class, TargetKind.LOG);
    boolean isKnown = known.yaml().equals(kind.plain(""));
    Value retry = section.optional("retry");
    TargetSpec.Limits limits = limits(section, retry.section());
    Map<String, String> options = new LinkedHashMap<>();
    Map<String, Value> optionsAt = new LinkedHashMap<>();
    for (String option : TargetKind.optionNames()) {
      Value value = section.optional(option);
      if (value.isPresent()) {
        optionsAt.put(option, value);
        String text = option(option, value);
        if (text != null) {
          options.put(option, text);
        }
      }
    }
    section.refuseUnknown();
    return new RawRouting.Target(
        name, at, isKnown ? known : null, options, optionsAt, limits, retry);
  }

  private static TargetSpec.Limits limits(Section section, Section retry) {
    String rate =
        section
            .optional("rate")
            .textLike(RATE, "a rate", "Write requests and a unit of time: 5/s, 100/m, 1000/h.");
    Matcher matcher = RATE.matcher(rate == null ? "5/s" : rate);
    if (!matcher.matches()) {
      throw new IllegalStateException("a rate that was read is none");
    }
    TargetSpec.Limits limits =
        new TargetSpec.Limits(
            Integer.parseInt(matcher.group(1)),
            PER.getOrDefault(matcher.group(2), Duration.ofSeconds(1)),
            section.optional("concurrency").integer(2, 1, 100),
            section
                .optional("timeout")
                .duration(Duration.ofSeconds(10), Duration.ofMillis(100), Duration.ofMinutes(5)),
            retry
                .optional("first")
                .duration(Duration.ofSeconds(1), Duration.ofMillis(100), Duration.ofHours(1)),
            retry
                .optional("most")
                .duration(Duration.ofMinutes(5), Duration.ofSeconds(1), Duration.ofDays(1)),
            retry
                .optional("max-age")
                .duration(Duration.ofHours(24), Duration.ofMinutes(1), Duration.ofDays(30)));
    retry.refuseUnknown();
    return limits;
  }

  /** An option's text; null when it is wrong. */
  private static @Nullable String option(String name, Value value) {
    return switch (name) {
      case "auth", "routing-key", "secret", "password" -> value.secret();
      case "url" ->
          value.isSecret()
              ? value.secret()
              : value.textLike(ADDRESS, "an address", "Write https://... or http://...");
      case "allow-private" -> String.valueOf(value.flag(false));
      case "port" -> String.valueOf(value.integer(0, 1, 65_535));
      case "api" -> Value.nameOf(value.oneOf(Api.class, Api.INCIDENT));
      case "changes" -> Value.nameOf(value.oneOf(Changes.class, Changes.NEWEST));
      case "assignment-group", "caller" ->
          value.textLike(SYS_ID, "a sys_id", "Write the 32 hexadecimal digits of its record.");
      case "category", "close-code", "user" ->
          value.textLike(WORDS, "a name", "Write one line of at most 100 characters.");
      case "poll" ->
          Units.format(
              value.duration(Duration.ofSeconds(15), Duration.ofSeconds(1), Duration.ofDays(1)));
      case "tls" -> Value.nameOf(value.oneOf(Tls.class, Tls.STARTTLS));
      case "host" -> value.textLike(HOST, "the name of a host", "Write smtp.example.org.");
      case "from" -> mail(value);
      case "to" -> recipients(value);
      case "table" ->
          value.textLike(TABLE, "the name of a table", "Write it as in ServiceNow: incident.");
      case "topic" ->
          value.textLike(TOPIC, "the name of a topic", "Use letters, digits, '.', '_' and '-'.");
      default -> throw new IllegalStateException("nobody reads the option " + name);
    };
  }

  private static @Nullable String mail(Value value) {
    return value.textLike(MAIL, "a mail address", "Write name@example.org.");
  }

  /** Joined with commas. */
  private static @Nullable String recipients(Value value) {
    List<String> all = new ArrayList<>();
    for (Value item : value.list(MAX_RECIPIENTS)) {
      String address = mail(item);
      if (address != null) {
        all.add(address);
      }
    }
    if (value.isEmptyList()) {
      value.problem("is empty.", "Name at least one address.");
    }
    return all.isEmpty() ? null : String.join(",", all);
  }
}
