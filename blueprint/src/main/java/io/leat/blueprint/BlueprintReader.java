package io.leat.blueprint;

import io.leat.blueprint.RawBlueprint.Located;
import io.leat.blueprint.yaml.Section;
import io.leat.blueprint.yaml.Suggestions;
import io.leat.blueprint.yaml.Value;
import io.leat.event.Names;
import io.leat.rules.QualityRule.Otherwise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Reads the structure of a {@code blueprint.yaml}: exactly what {@code blueprint.schema.json}
 * describes.
 */
final class BlueprintReader {
  private static final int MAX_STREAMS = 200;
  private static final int MAX_RULES = 100;
  private static final int MAX_PARTITION_FIELDS = 4;
  private static final Pattern LABEL = Pattern.compile("[a-z][a-z0-9-]{0,62}");
  private static final String NAME_FORM = "a lower-case name";
  private static final String NAME_REMEDY =
      "Use a letter, then up to 62 letters, digits and '_', all lower-case.";

  private BlueprintReader() {}

  static RawBlueprint read(Section root) {
    Value nameAt = root.required("blueprint", "Add 'blueprint: <name>'.");
    String name = nameAt.textLike(Names.NAME, NAME_FORM, NAME_REMEDY);
    String owner =
        root.required("owner", "Add the team that answers for it: 'owner: <team>'.").text("");
    RawBlueprint raw =
        new RawBlueprint(
            name == null ? "" : name,
            nameAt,
            owner,
            root.optional("description").textOrNull(),
            labels(root.optional("tags").section(), "tag"),
            streams(streamsOf(root)),
            root.optional("removed").list(MAX_STREAMS).stream()
                .map(BlueprintReader::removed)
                .toList(),
            DetectorReader.read(root.optional("detectors")),
            RoutingReader.read(root),
            FileReader.read(root.optional("files")),
            root.optional("routes"));
    refuseServed(raw);
    root.refuseUnknown();
    return raw;
  }

  /** A blueprint of files needs no stream. */
  private static Value streamsOf(Section root) {
    return root.optional("files").isPresent()
        ? root.optional("streams")
        : root.required("streams", "Add at least one stream: 'streams: {<name>: ...}'.");
  }

  private static Located removed(Value value) {
    return new Located(value.textLike(Names.NAME, NAME_FORM, NAME_REMEDY), value);
  }

  private static void refuseServed(RawBlueprint raw) {
    Set<String> served =
        raw.streams().stream().map(RawBlueprint.Stream::name).collect(Collectors.toSet());
    for (Located removed : raw.removed()) {
      if (removed.text() != null && served.contains(removed.text())) {
        removed
            .at()
            .problem(
                "'" + removed.text() + "' is among the streams too.",
                "Take it out of 'removed' to serve it, or out of 'streams' to remove it.");
      }
    }
  }

  /**
   * Texts by name.
   *
   * @param what one is called in a message
   */
  static Map<String, String> labels(Section section, String what) {
    Map<String, String> labels = new LinkedHashMap<>();
    section
        .values()
        .forEach(
            (name, value) -> {
              if (!LABEL.matcher(name).matches()) {
                value.problem(
                    "'" + name + "' cannot name a " + what + ".",
                    "Use a letter, then up to 62 letters, digits and '-', all lower-case.");
              }
              labels.put(name, value.text(""));
            });
    return labels;
  }

  /** Reports a name that topics, tables and addresses could not have. */
  static void refuseUnnamed(String name, Value at) {
    if (!Names.isName(name)) {
      at.problem("'" + name + "' is not " + NAME_FORM + ".", NAME_REMEDY);
    }
  }

  private static List<RawBlueprint.Stream> streams(Value value) {
    Section section = value.section();
    List<RawBlueprint.Stream> streams = new ArrayList<>();
    section.values().forEach((name, stream) -> streams.add(stream(name, stream)));
    if (section.isPresent() && streams.isEmpty()) {
      value.problem("has no stream.", "Add at least one: '<name>: {schema: ..., key: ...}'.");
    }
    if (streams.size() > MAX_STREAMS) {
      value.problem(
          "has " + streams.size() + " streams.", "At most " + MAX_STREAMS + " are allowed.");
    }
    return streams;
  }

  private static RawBlueprint.Stream stream(String name, Value at) {
    refuseUnnamed(name, at);
    if (Names.RESERVED_STREAMS.contains(name)) {
      at.problem("'" + name + "' is a name that Leat uses itself.", "Choose another.");
    }
    Section stream = at.section();
    Value dedupe = stream.optional("dedupe");
    Value rules = stream.optional("quality");
    Section range = stream.optional("time-range").section();
    Section lake = stream.optional("lake").section();
    Value partitionBy = lake.optional("partition-by");
    Value keepFor = lake.optional("keep-for");
    RawBlueprint.Stream raw =
        new RawBlueprint.Stream(
            name,
            at,
            stream.optional("description").textOrNull(),
            located(
                stream.required(
                    "schema", "Name the JSON Schema file: 'schema: schemas/" + name + ".json'.")),
            located(
                stream.required(
                    "key", "Name the property of the entity that the events are about.")),
            located(stream.optional("id")),
            located(stream.optional("time")),
            stream.optional("partitions").integer(Defaults.PARTITIONS, 1, 1_000),
            stream.optional("replication").integer(Defaults.REPLICATION, 1, 10),
            stream
                .optional("retention")
                .duration(Defaults.RETENTION, Duration.ofMinutes(1), Duration.ofDays(3_650)),
            dedupe.duration(Defaults.DEDUPE, Duration.ofSeconds(1), Duration.ofDays(90)),
            dedupe,
            range
                .optional("past")
                .duration(Defaults.PAST, Duration.ofMinutes(1), Duration.ofDays(36_500)),
            range
                .optional("future")
                .duration(Defaults.FUTURE, Duration.ofSeconds(1), Duration.ofDays(365)),
            rules(rules),
            partitionBy.isPresent(),
            partitions(partitionBy),
            keepFor.isPresent() ? keepFor(keepFor) : null);
    range.refuseUnknown();
    lake.refuseUnknown();
    stream.refuseUnknown();
    return raw;
  }

  private static Duration keepFor(Value value) {
    return value.duration(Duration.ofDays(36_500), Duration.ofHours(1), Duration.ofDays(36_500));
  }

  private static List<RawBlueprint.Rule> rules(Value value) {
    List<RawBlueprint.Rule> rules = new ArrayList<>();
    for (Value item : value.list(MAX_RULES)) {
      Section section = item.section();
      Value name = section.required("name", "Name the rule: it appears in '_quality'.");
      Value expect = section.required("expect", "Say in CEL what holds for every clean row.");
      Value otherwise = section.required("else", "Say 'flag' or 'quarantine'.");
      rules.add(
          new RawBlueprint.Rule(
              new Located(
                  name.textLike(
                      LABEL,
                      "a rule's name",
                      "Use a letter, then up to 62 letters, digits and '-', all lower-case."),
                  name),
              located(expect),
              otherwise.oneOf(Otherwise.class, Otherwise.FLAG)));
      section.refuseUnknown();
    }
    return rules;
  }

  private static List<RawBlueprint.Partition> partitions(Value value) {
    List<RawBlueprint.Partition> partitions = new ArrayList<>();
    for (Value item : value.list(MAX_PARTITION_FIELDS)) {
      String text = item.textOrNull();
      if (text == null) {
        continue;
      }
      PartitionField.parse(text)
          .ifPresentOrElse(
              field -> partitions.add(new RawBlueprint.Partition(field, item)),
              () ->
                  item.problem(
                      "'" + item.shown() + "' is not a partition field.", partitionRemedy(text)));
    }
    return partitions;
  }

  private static String partitionRemedy(String text) {
    int open = text.indexOf('(');
    String transform = open < 0 ? text : text.substring(0, open).strip();
    return Suggestions.nearest(transform, PartitionField.Transform.names())
        .map(near -> "Did you mean '" + near + "(...)'?")
        .orElse(
            "Write a column, or day(ts), hour(ts), month(ts), year(ts), bucket(16, id) or"
                + " truncate(4, code).");
  }

  static Located located(Value value) {
    return new Located(value.textOrNull(), value);
  }

  /** What a stream is like where its blueprint does not say. */
  static final class Defaults {
    static final int PARTITIONS = 4;
    static final int REPLICATION = 3;
    static final Duration RETENTION = Duration.ofDays(7);
    static final Duration DEDUPE = Duration.ofHours(24);
    static final Duration PAST = Duration.ofDays(365);
    static final Duration FUTURE = Duration.ofMinutes(10);
    static final Duration LATENESS = Duration.ofSeconds(30);

    private Defaults() {}
  }
}
