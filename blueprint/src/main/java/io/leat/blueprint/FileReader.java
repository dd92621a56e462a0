package io.leat.blueprint;

import io.leat.blueprint.RawBlueprint.Located;
import io.leat.blueprint.yaml.Section;
import io.leat.blueprint.yaml.Value;
import io.leat.rules.file.ConvertSpec;
import io.leat.rules.file.FileLimits;
import io.leat.rules.file.FileRetry;
import io.leat.rules.file.FileSourceSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Reads the structure of {@code files}, as {@code blueprint.schema.json} describes it. */
final class FileReader {
  private static final int MAX_SOURCES = 50;
  private static final int MAX_COLUMNS = 2_000;

  /** The format counts a page's bytes in 31 bits. */
  private static final long MOST_OF_A_PAGE = 2_047L << 20;

  private static final long TIB = 1L << 40;
  private static final long MANY = 1_000_000_000_000L;
  private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");
  private static final Pattern QUEUE =
      Pattern.compile("https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?/[A-Za-z0-9/_.-]+");
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration DAY = Duration.ofDays(1);

  private FileReader() {}

  static List<RawFileSource> read(Value value) {
    List<RawFileSource> sources = new ArrayList<>();
    value.section().values().forEach((name, at) -> sources.add(source(name, at)));
    if (sources.size() > MAX_SOURCES) {
      value.problem(
          "has " + sources.size() + " sources.", "At most " + MAX_SOURCES + " are allowed.");
    }
    return sources;
  }

  private static RawFileSource source(String name, Value at) {
    BlueprintReader.refuseUnnamed(name, at);
    Section section = at.section();
    Value fromAt =
        section.required(
            "from",
            "Say how files come: 'from: {folder: inbox}', 'from: {s3: {bucket: <name>}}' or 'from:"
                + " {upload: true}'.");
    Section from = fromAt.section();
    Value pollAt = from.optional("poll");
    Value retry = section.optional("retry");
    RawFileSource raw =
        new RawFileSource(
            name,
            at,
            section.optional("description").textOrNull(),
            place(fromAt, from),
            from.optional("upload").flag(false),
            pollAt.isPresent() ? pollAt.duration(DAY, Duration.ofMillis(100), DAY) : null,
            pollAt,
            queue(from.optional("sqs")),
            BlueprintReader.located(section.optional("match")),
            section.optional("settle").duration(Duration.ofSeconds(2), Duration.ofMillis(1), DAY),
            section
                .optional("incomplete-after")
                .duration(Duration.ofMinutes(10), SECOND, Duration.ofDays(30)),
            limits(section.optional("limits").section()),
            contract(section.optional("contract")),
            convert(section.optional("convert").section()),
            place(section.required("to", "Say where the output goes: 'to: {folder: out}'.")),
            BlueprintReader.located(section.optional("layout")),
            place(section.optional("dead-letters")),
            section.optional("same").oneOf(FileSourceSpec.Same.class, FileSourceSpec.Same.NAME),
            section.optional("then").oneOf(FileSourceSpec.Then.class, FileSourceSpec.Then.KEEP),
            retry(retry.section()),
            retry,
            section
                .optional("retention")
                .duration(Duration.ofDays(400), DAY, Duration.ofDays(36_500)),
            BlueprintReader.located(section.optional("into")));
    from.refuseUnknown();
    section.refuseUnknown();
    return raw;
  }

  private static Located queue(Value at) {
    return new Located(
        at.textLike(
            QUEUE,
            "the address of a queue",
            "Write https://sqs.<region>.amazonaws.com/<account>/<name>."),
        at);
  }

  private static RawFileSource.RawPlace place(Value at) {
    Section section = at.section();
    RawFileSource.RawPlace place = place(at, section);
    section.refuseUnknown();
    return place;
  }

  private static RawFileSource.RawPlace place(Value at, Section section) {
    Value s3 = section.optional("s3");
    Section bucket = s3.section();
    RawFileSource.RawPlace place =
        new RawFileSource.RawPlace(
            at,
            BlueprintReader.located(section.optional("folder")),
            s3,
            bucket
                .required("bucket", "Name the bucket.")
                .textLike(BUCKET, "a bucket's name", "Use lower-case letters, digits, '.', '-'."),
            bucket.optional("prefix").textOrNull());
    bucket.refuseUnknown();
    return place;
  }

  private static FileLimits limits(Section limits) {
    FileLimits read =
        new FileLimits(
            limits.optional("bytes").size(10L << 30, 1, 100 * TIB),
            limits.optional("rows").whole(10_000_000_000L, 1, MANY),
            limits.optional("columns").integer(10_000, 1, 100_000),
            limits.optional("depth").integer(64, 1, 1_000),
            limits.optional("expansion").integer(5_000, 1, 1_000_000),
            limits.optional("page").size(64 << 20, 1 << 10, MOST_OF_A_PAGE),
            limits.optional("dictionary").size(64 << 20, 1 << 10, MOST_OF_A_PAGE),
            limits.optional("output").size(0, 1 << 10, 100_000 * TIB));
    limits.refuseUnknown();
    return read;
  }

  /** What a contract says of columns that it does not name. */
  private enum Others {
    ALLOW,
    REFUSE
  }

  private static RawFileSource.Contract contract(Value at) {
    Section section = at.section();
    Value columns = section.optional("columns");
    Map<String, Value> kinds = columns.section().values();
    kinds.values().forEach(FileReader::kind);
    RawFileSource.Contract contract =
        new RawFileSource.Contract(
            at,
            BlueprintReader.located(section.optional("schema")),
            columns,
            kinds,
            section.optional("others").oneOf(Others.class, Others.ALLOW) == Others.ALLOW);
    section.refuseUnknown();
    return contract;
  }

  static io.leat.rules.file.FileContract.Kind kind(Value value) {
    return value.oneOf(
        io.leat.rules.file.FileContract.Kind.class, io.leat.rules.file.FileContract.Kind.ANY);
  }

  private static RawFileSource.Convert convert(Section convert) {
    Value splitAt = convert.optional("split");
    Section split = splitAt.section();
    Map<String, Located> renames = new LinkedHashMap<>();
    convert
        .optional("rename")
        .section()
        .values()
        .forEach((name, to) -> renames.put(name, BlueprintReader.located(to)));
    RawFileSource.Convert raw =
        new RawFileSource.Convert(
            convert.optional("columns").list(MAX_COLUMNS).stream()
                .map(BlueprintReader::located)
                .toList(),
            renames,
            BlueprintReader.located(convert.optional("where")),
            convert.optional("nulls").oneOf(ConvertSpec.Nulls.class, ConvertSpec.Nulls.WRITE),
            convert
                .optional("non-finite")
                .oneOf(ConvertSpec.NonFinite.class, ConvertSpec.NonFinite.STRING),
            convert
                .optional("invalid-text")
                .oneOf(ConvertSpec.InvalidText.class, ConvertSpec.InvalidText.REPLACE),
            convert
                .optional("decimals")
                .oneOf(ConvertSpec.Decimals.class, ConvertSpec.Decimals.AUTO),
            convert
                .optional("integers")
                .oneOf(ConvertSpec.Integers.class, ConvertSpec.Integers.NUMBER),
            convert.optional("layout").oneOf(ConvertSpec.Layout.class, ConvertSpec.Layout.NDJSON),
            convert
                .optional("compression")
                .oneOf(ConvertSpec.Compression.class, ConvertSpec.Compression.NONE),
            splitAt,
            split.optional("rows").whole(0, 1, MANY),
            split.optional("bytes").size(0, 1 << 10, TIB));
    split.refuseUnknown();
    convert.refuseUnknown();
    return raw;
  }

  private static FileRetry retry(Section retry) {
    FileRetry read =
        new FileRetry(
            retry
                .optional("first")
                .duration(Duration.ofSeconds(5), Duration.ofMillis(100), Duration.ofHours(1)),
            retry.optional("most").duration(Duration.ofMinutes(10), SECOND, DAY),
            retry.optional("attempts").integer(8, 1, 100));
    retry.refuseUnknown();
    return read;
  }
}
