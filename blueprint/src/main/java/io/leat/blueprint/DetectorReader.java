package io.leat.blueprint;

import io.leat.blueprint.RawBlueprint.Located;
import io.leat.blueprint.yaml.Section;
import io.leat.blueprint.yaml.Value;
import io.leat.rules.alert.Severity;
import io.leat.rules.detect.DetectorSpec.Late;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the structure of {@code detectors}, as {@code blueprint.schema.json} describes it. */
final class DetectorReader {
  private static final int MAX_DETECTORS = 100;
  private static final int MAX_STREAMS = 20;
  private static final int MAX_GROUP_FIELDS = 10;
  private static final int MAX_COUNT = 10_000;
  private static final long MAX_EVENTS = 1_000_000_000;
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration WEEK = Duration.ofDays(7);
  private static final Duration MONTH = Duration.ofDays(30);
  private static final Duration YEAR = Duration.ofDays(365);
  private static final Pattern ADDRESS = Pattern.compile("https?://\\S+");
  private static final Pattern PERCENT = Pattern.compile("(100|[1-9][0-9]?(\\.[0-9]{1,3})?)%");

  private static final Map<String, Function<Value, RawDetector.Kind>> KINDS = kinds();

  private DetectorReader() {}

  /** Whose events count together. */
  private enum Per {
    KEY,
    ALL
  }

  static List<RawDetector> read(Value value) {
    List<RawDetector> detectors = new ArrayList<>();
    value.section().values().forEach((name, at) -> detectors.add(detector(name, at)));
    if (detectors.size() > MAX_DETECTORS) {
      value.problem(
          "has " + detectors.size() + " detectors.", "At most " + MAX_DETECTORS + " are allowed.");
    }
    return detectors;
  }

  private static RawDetector detector(String name, Value at) {
    BlueprintReader.refuseUnnamed(name, at);
    Section section = at.section();
    Value groupBy = section.optional("group-by");
    RawDetector raw =
        new RawDetector(
            name,
            at,
            section.optional("description").textOrNull(),
            kind(section),
            section
                .required("severity", "Say critical, major, minor, warning or info.")
                .oneOf(Severity.class, Severity.INFO),
            BlueprintReader.located(section.optional("summary")),
            BlueprintReader.labels(section.optional("labels").section(), "label"),
            section
                .optional("runbook")
                .textLike(ADDRESS, "an address", "Write https://... or http://..."),
            groupBy.isPresent(),
            groupBy.list(MAX_GROUP_FIELDS).stream().map(BlueprintReader::located).toList(),
            section.optional("lateness").duration(BlueprintReader.Defaults.LATENESS, SECOND, MONTH),
            section.optional("late").oneOf(Late.class, Late.COUNT));
    if (groupBy.isPresent() && groupBy.isEmptyList()) {
      groupBy.problem("is empty.", "Remove it, or name what alerts are grouped by.");
    }
    section.refuseUnknown();
    return raw;
  }

  private static RawDetector.@Nullable Kind kind(Section section) {
    List<String> present = new ArrayList<>();
    RawDetector.Kind kind = null;
    for (Map.Entry<String, Function<Value, RawDetector.Kind>> known : KINDS.entrySet()) {
      Value value = section.optional(known.getKey());
      if (value.isPresent()) {
        present.add(known.getKey());
        kind = known.getValue().apply(value);
      }
    }
    if (section.isPresent() && present.size() != 1) {
      section.problem(
          present.isEmpty()
              ? "looks for nothing."
              : "looks for several things: " + String.join(", ", present) + ".",
          "Give it one of " + String.join(", ", KINDS.keySet()) + ".");
    }
    return present.size() == 1 ? kind : null;
  }

  private static Map<String, Function<Value, RawDetector.Kind>> kinds() {
    Map<String, Function<Value, RawDetector.Kind>> kinds = new LinkedHashMap<>();
    kinds.put("silence", DetectorReader::silence);
    kinds.put("threshold", DetectorReader::threshold);
    kinds.put("rate", DetectorReader::rate);
    kinds.put("change", DetectorReader::change);
    kinds.put("sequence", DetectorReader::sequence);
    kinds.put("anomaly", DetectorReader::anomaly);
    kinds.put("missing-data", DetectorReader::missingData);
    return kinds;
  }

  private static RawDetector.Silence silence(Value at) {
    Section section = at.section();
    Value one = section.optional("stream");
    Value several = section.optional("streams");
    if (section.isPresent() && one.isPresent() == several.isPresent()) {
      section.problem(
          one.isPresent() ? "has 'stream' and 'streams'." : "has no stream.",
          "Name one with 'stream', or several with 'streams'.");
    }
    List<Value> items = several.list(MAX_STREAMS);
    if (several.isEmptyList()) {
      several.problem("is empty.", "Name the streams that are signs of life.");
    }
    List<Located> streams = new ArrayList<>();
    if (one.isPresent()) {
      streams.add(BlueprintReader.located(one));
    }
    items.forEach(item -> streams.add(BlueprintReader.located(item)));
    RawDetector.Silence raw =
        new RawDetector.Silence(
            at,
            streams,
            section
                .required("after", "Say after which silence it fires: 'after: 90s'.")
                .duration(MINUTE, SECOND, MONTH),
            section.optional("grace").duration(MINUTE, SECOND, Duration.ofDays(1)));
    section.refuseUnknown();
    return raw;
  }

  private static RawDetector.Threshold threshold(Value at) {
    Section section = at.section();
    Value within = section.optional("within");
    Value untilCount = section.optional("until-count");
    RawDetector.Threshold raw =
        new RawDetector.Threshold(
            at,
            stream(section),
            condition(section, "when"),
            section.optional("count").integer(1, 1, MAX_COUNT),
            within,
            within.duration(Duration.ZERO, SECOND, WEEK),
            BlueprintReader.located(section.optional("until")),
            untilCount.integer(1, 1, MAX_COUNT),
            untilCount);
    section.refuseUnknown();
    return raw;
  }

  private static RawDetector.Rate rate(Value at) {
    Section section = at.section();
    Value moreThan = section.optional("more-than");
    Value lessThan = section.optional("less-than");
    if (section.isPresent() && !moreThan.isPresent() && !lessThan.isPresent()) {
      section.problem("has no bound.", "Add 'more-than: <count>', 'less-than: <count>' or both.");
    }
    RawDetector.Rate raw =
        new RawDetector.Rate(
            at,
            stream(section),
            BlueprintReader.located(section.optional("when")),
            section.optional("per").oneOf(Per.class, Per.KEY) == Per.KEY,
            moreThan.isPresent() ? (Long) moreThan.whole(0, 0, MAX_EVENTS) : null,
            lessThan.isPresent() ? (Long) lessThan.whole(1, 1, MAX_EVENTS) : null,
            within(section));
    section.refuseUnknown();
    return raw;
  }

  private static RawDetector.Change change(Value at) {
    Section section = at.section();
    Value clearAfter = section.optional("clear-after");
    RawDetector.Change raw =
        new RawDetector.Change(
            at,
            stream(section),
            column(section),
            plain(section.optional("from")),
            plain(section.optional("to")),
            clearAfter.duration(Duration.ofMinutes(10), SECOND, MONTH),
            clearAfter);
    section.refuseUnknown();
    return raw;
  }

  private static RawDetector.Sequence sequence(Value at) {
    Section section = at.section();
    Value clearAfter = section.optional("clear-after");
    RawDetector.Sequence raw =
        new RawDetector.Sequence(
            at,
            stream(section),
            condition(section, "first"),
            BlueprintReader.located(section.optional("then")),
            BlueprintReader.located(section.optional("without")),
            within(section),
            BlueprintReader.located(section.optional("clear")),
            clearAfter.duration(Duration.ofHours(1), SECOND, MONTH),
            clearAfter);
    if (section.isPresent()
        && !section.optional("then").isPresent()
        && !section.optional("without").isPresent()) {
      section.problem(
          "ends with its first event.",
          "Add 'then: <condition>' for an event that follows, 'without: <condition>' for one that"
              + " must not, or both.");
    }
    section.refuseUnknown();
    return raw;
  }

  private static RawDetector.Anomaly anomaly(Value at) {
    Section section = at.section();
    Value season = section.optional("season");
    RawDetector.Anomaly raw =
        new RawDetector.Anomaly(
            at,
            stream(section),
            column(section),
            season,
            season.duration(Duration.ZERO, MINUTE, YEAR),
            section.optional("sensitivity").decimal(5, 1, 100),
            section.optional("count").integer(1, 1, 1_000),
            section.optional("learn").duration(Duration.ofDays(2), MINUTE, YEAR));
    section.refuseUnknown();
    return raw;
  }

  private static RawDetector.MissingData missingData(Value at) {
    Section section = at.section();
    String atLeast =
        section
            .required("at-least", "Say which share must come: 'at-least: 90%'.")
            .textLike(PERCENT, "a percentage", "Write 1% to 100%: 90%.");
    RawDetector.MissingData raw =
        new RawDetector.MissingData(
            at,
            stream(section),
            section
                .required("every", "Say how often an entity sends: 'every: 60s'.")
                .duration(MINUTE, SECOND, Duration.ofDays(1)),
            section
                .required("over", "Say over which time it is judged: 'over: 1h'.")
                .duration(Duration.ofHours(1), SECOND, MONTH),
            atLeast == null ? 1 : share(atLeast));
    section.refuseUnknown();
    return raw;
  }

  private static double share(String percent) {
    return new BigDecimal(percent.substring(0, percent.length() - 1))
        .movePointLeft(2)
        .doubleValue();
  }

  private static Located stream(Section section) {
    return BlueprintReader.located(
        section.required("stream", "Name the stream that it reads: 'stream: <name>'."));
  }

  private static Located column(Section section) {
    return BlueprintReader.located(section.required("of", "Name a column: 'of: <name>'."));
  }

  private static Located condition(Section section, String key) {
    return BlueprintReader.located(
        section.required(key, "Say in CEL which events are meant: '" + key + ": \"a > 1\"'."));
  }

  private static Duration within(Section section) {
    return section
        .required("within", "Say within which time: 'within: 5m'.")
        .duration(MINUTE, SECOND, WEEK);
  }

  /** A value as it is written, of whatever type. */
  private static Located plain(Value value) {
    String text = value.plain("");
    return new Located(value.isScalar() ? text : null, value);
  }
}
