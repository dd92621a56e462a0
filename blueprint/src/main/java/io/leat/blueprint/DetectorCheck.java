package io.leat.blueprint;

import io.leat.blueprint.RawBlueprint.Located;
import io.leat.blueprint.yaml.Suggestions;
import io.leat.blueprint.yaml.Units;
import io.leat.rules.Condition;
import io.leat.rules.detect.DetectorKind;
import io.leat.rules.detect.DetectorSpec;
import io.leat.rules.detect.SummaryTemplate;
import io.leat.schema.Column;
import io.leat.schema.ColumnType;
import io.leat.schema.ColumnType.Primitive;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Holds a detector's parts against each other and against its streams. */
final class DetectorCheck {
  private static final List<String> GROUP_BY =
      List.of(SummaryTemplate.DETECTOR, SummaryTemplate.KEY);

  private final RawDetector raw;
  private final KnownStreams streams;

  private DetectorCheck(RawDetector raw, KnownStreams streams) {
    this.raw = raw;
    this.streams = streams;
  }

  /** The detector; empty when a part without which there is none has problems. */
  static Optional<DetectorSpec> check(RawDetector raw, KnownStreams streams) {
    return new DetectorCheck(raw, streams).check();
  }

  private Optional<DetectorSpec> check() {
    DetectorKind kind = raw.kind() == null ? null : kind(raw.kind());
    Set<String> named =
        new LinkedHashSet<>(
            List.of(SummaryTemplate.KEY, SummaryTemplate.DETECTOR, SummaryTemplate.STREAM));
    raw.labels().keySet().forEach(label -> named.add(SummaryTemplate.LABEL + label));
    if (kind != null) {
      kind.values().forEach(value -> named.add(SummaryTemplate.VALUE + value));
      checkSummary(named);
      named.add("severity");
      checkGroups(named);
    }
    if (kind == null) {
      return Optional.empty();
    }
    List<String> groupBy = new ArrayList<>();
    raw.groupBy().stream().map(Located::text).filter(t -> t != null).forEach(groupBy::add);
    return Optional.of(
        new DetectorSpec(
            raw.name(),
            raw.description(),
            kind,
            raw.severity(),
            raw.summary().text() == null ? summary(kind) : raw.summary().text(),
            raw.labels(),
            raw.runbook(),
            raw.isGrouped() ? groupBy : GROUP_BY,
            raw.lateness(),
            raw.late()));
  }

  private static String summary(DetectorKind kind) {
    if (kind instanceof DetectorKind.Rate rate && !rate.isPerKey()) {
      return "{detector}: {values.count} events of {stream}";
    }
    return kind instanceof DetectorKind.Silence ? "{key} is silent" : "{key}: {detector}";
  }

  private void checkSummary(Set<String> named) {
    String text = raw.summary().text();
    if (text == null) {
      return;
    }
    try {
      for (String name : SummaryTemplate.parse(text).names()) {
        refuseUnnamed(name, raw.summary(), named);
      }
    } catch (IllegalArgumentException e) {
      raw.summary().at().problem(e.getMessage() + ".", "Write a name in braces: {key}.");
    }
  }

  private void checkGroups(Set<String> named) {
    Set<String> seen = new LinkedHashSet<>();
    for (Located located : raw.groupBy()) {
      if (located.text() == null) {
        continue;
      }
      refuseUnnamed(located.text(), located, named);
      if (!seen.add(located.text())) {
        located.at().problem("'" + located.text() + "' is named twice.", "Remove one of them.");
      }
    }
  }

  private static void refuseUnnamed(String name, Located located, Set<String> named) {
    if (!named.contains(name)) {
      located
          .at()
          .problem(
              "'" + name + "' is nothing that its alerts have.", Suggestions.remedy(name, named));
    }
  }

  private @Nullable DetectorKind kind(RawDetector.Kind kind) {
    if (kind instanceof RawDetector.Silence silence) {
      return silence(silence);
    } else if (kind instanceof RawDetector.Threshold threshold) {
      return threshold(threshold);
    } else if (kind instanceof RawDetector.Rate rate) {
      return rate(rate);
    } else if (kind instanceof RawDetector.Change change) {
      return change(change);
    } else if (kind instanceof RawDetector.Sequence sequence) {
      return sequence(sequence);
    } else if (kind instanceof RawDetector.Anomaly anomaly) {
      return anomaly(anomaly);
    }
    return missingData((RawDetector.MissingData) kind);
  }

  private @Nullable DetectorKind silence(RawDetector.Silence silence) {
    List<String> names = new ArrayList<>();
    StreamSpec first = null;
    for (Located located : silence.streams()) {
      StreamSpec stream = streams.find(located);
      if (stream == null) {
        continue;
      }
      if (names.contains(stream.name())) {
        located.at().problem("'" + stream.name() + "' is named twice.", "Remove one of them.");
        continue;
      }
      names.add(stream.name());
      first = first == null ? stream : first;
      ColumnType type = KnownStreams.keyType(stream);
      ColumnType other = KnownStreams.keyType(first);
      if (type != null && other != null && !type.equals(other)) {
        located
            .at()
            .problem(
                "its key '"
                    + stream.key()
                    + "' is "
                    + ColumnCheck.describe(type)
                    + ", that of '"
                    + first.name()
                    + "' is "
                    + ColumnCheck.describe(other)
                    + ".",
                "Streams of one detector must be about the same entities.");
      }
    }
    return names.isEmpty() || names.size() < silence.streams().size()
        ? null
        : new DetectorKind.Silence(names, silence.after(), silence.grace());
  }

  private @Nullable DetectorKind threshold(RawDetector.Threshold threshold) {
    if (threshold.count() > 1 && !threshold.withinAt().isPresent()) {
      threshold
          .at()
          .problem(
              "'within' is missing: " + threshold.count() + " events need a time to come in.",
              "Add 'within: 60s'.");
    }
    if (threshold.count() == 1 && threshold.withinAt().isPresent()) {
      threshold
          .withinAt()
          .problem("says nothing of a single event.", "Remove it, or add 'count: <events>'.");
    }
    StreamSpec stream = streams.find(threshold.stream());
    if (stream == null) {
      return null;
    }
    Condition when = condition(threshold.when(), stream);
    Condition until = condition(threshold.until(), stream);
    return when == null
        ? null
        : new DetectorKind.Threshold(
            stream.name(),
            when,
            threshold.count(),
            threshold.within(),
            until,
            threshold.untilCount());
  }

  private @Nullable DetectorKind rate(RawDetector.Rate rate) {
    Long more = rate.moreThan();
    Long less = rate.lessThan();
    if (more != null && less != null && less > more) {
      rate.at()
          .problem(
              "no count is both at least " + less + " and at most " + more + ".",
              "Let 'less-than' be no larger than 'more-than'.");
    }
    StreamSpec stream = streams.find(rate.stream());
    if (stream == null) {
      return null;
    }
    return new DetectorKind.Rate(
        stream.name(), condition(rate.when(), stream), rate.isPerKey(), more, less, rate.within());
  }

  private @Nullable DetectorKind change(RawDetector.Change change) {
    boolean hasTo = change.to().at().isPresent();
    if (hasTo && change.clearAfterAt().isPresent()) {
      change
          .clearAfterAt()
          .problem(
              "says nothing beside 'to': it is over when the value is another again.",
              "Remove one of them.");
    }
    StreamSpec stream = streams.find(change.stream());
    if (stream == null) {
      return null;
    }
    Column column =
        ColumnCheck.column(
            change.of(),
            stream.schema(),
            stream.schemaFile(),
            "watched for changes",
            Primitive.STRING,
            Primitive.LONG,
            Primitive.DOUBLE,
            Primitive.BOOLEAN,
            Primitive.DATE);
    if (column == null) {
      return null;
    }
    String from = value(change.from(), column);
    String to = value(change.to(), column);
    if (from != null && from.equals(to)) {
      change.to().at().problem("is the value of 'from'.", "A change leads to another value.");
    }
    return new DetectorKind.Change(
        stream.name(), column.name(), from, to, hasTo ? Duration.ZERO : change.clearAfter());
  }

  /** A value as text, the way a column's values are written; null when it is absent or wrong. */
  private static @Nullable String value(Located located, Column column) {
    String text = located.text();
    if (text == null) {
      return null;
    }
    try {
      if (column.type() == Primitive.LONG) {
        return String.valueOf(Long.parseLong(text));
      }
      if (column.type() == Primitive.DOUBLE) {
        return String.valueOf(Double.parseDouble(text));
      }
      if (column.type() != Primitive.BOOLEAN || text.equals("true") || text.equals("false")) {
        return text;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    located
        .at()
        .problem(
            "'" + located.at().shown() + "' is not " + ColumnCheck.describe(column.type()) + ".",
            "'" + column.name() + "' never has such a value.");
    return null;
  }

  private @Nullable DetectorKind sequence(RawDetector.Sequence sequence) {
    if (sequence.clear().at().isPresent() && sequence.clearAfterAt().isPresent()) {
      sequence
          .clearAfterAt()
          .problem(
              "says nothing beside 'clear': it is over when that event comes.",
              "Remove one of them.");
    }
    StreamSpec stream = streams.find(sequence.stream());
    if (stream == null) {
      return null;
    }
    Condition first = condition(sequence.first(), stream);
    Condition then = condition(sequence.then(), stream);
    Condition without = condition(sequence.without(), stream);
    Condition clear = condition(sequence.clear(), stream);
    return first == null || (then == null && without == null)
        ? null
        : new DetectorKind.Sequence(
            stream.name(), first, then, without, sequence.within(), clear, sequence.clearAfter());
  }

  private @Nullable DetectorKind anomaly(RawDetector.Anomaly anomaly) {
    if (anomaly.season().compareTo(anomaly.learn()) > 0) {
      anomaly
          .seasonAt()
          .problem(
              "a season of "
                  + Units.format(anomaly.season())
                  + " is not seen in the "
                  + Units.format(anomaly.learn())
                  + " of 'learn'.",
              "Lengthen 'learn' to one season or more.");
    }
    StreamSpec stream = streams.find(anomaly.stream());
    if (stream == null) {
      return null;
    }
    Column column =
        ColumnCheck.column(
            anomaly.of(),
            stream.schema(),
            stream.schemaFile(),
            "compared with what is usual",
            Primitive.DOUBLE,
            Primitive.LONG);
    return column == null
        ? null
        : new DetectorKind.Anomaly(
            stream.name(),
            column.name(),
            anomaly.season(),
            anomaly.sensitivity(),
            anomaly.count(),
            anomaly.learn());
  }

  private @Nullable DetectorKind missingData(RawDetector.MissingData missing) {
    if (missing.over().toMillis() % missing.every().toMillis() != 0) {
      missing
          .at()
          .problem(
              "'over: "
                  + Units.format(missing.over())
                  + "' is not a multiple of 'every: "
                  + Units.format(missing.every())
                  + "'.",
              "Let a whole number of readings be expected.");
    }
    StreamSpec stream = streams.find(missing.stream());
    return stream == null
        ? null
        : new DetectorKind.MissingData(
            stream.name(), missing.every(), missing.over(), missing.atLeast());
  }

  private static @Nullable Condition condition(Located located, StreamSpec stream) {
    return ColumnCheck.condition(located, stream.schema());
  }
}
