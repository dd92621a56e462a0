package io.leat.blueprint;

import io.leat.blueprint.RawBlueprint.Located;
import io.leat.blueprint.yaml.Suggestions;
import io.leat.blueprint.yaml.Units;
import io.leat.blueprint.yaml.Value;
import io.leat.parquet.Filter;
import io.leat.rules.file.Arrival;
import io.leat.rules.file.ConvertSpec;
import io.leat.rules.file.FileContract;
import io.leat.rules.file.FileContract.Kind;
import io.leat.rules.file.FileRetry;
import io.leat.rules.file.FileSourceSpec;
import io.leat.rules.file.Place;
import io.leat.schema.Column;
import io.leat.schema.ColumnType;
import io.leat.schema.StreamSchema;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/** Holds the parts of a source of files against each other, the streams and the folder. */
final class FileCheck {
  private static final String DEFAULT_MATCH = "*.parquet";
  private static final String DEFAULT_LAYOUT = "{source}/{yyyy}/{mm}/{dd}";
  private static final Duration POLL_FOLDER = Duration.ofSeconds(5);
  private static final Duration POLL_BUCKET = Duration.ofSeconds(60);
  private static final long SPLIT_BYTES = 1L << 30;
  private static final Pattern FIELD = Pattern.compile("\\{([^}]*)}");
  private static final List<String> FIELDS =
      List.of("blueprint", "source", "yyyy", "mm", "dd", "hh", "path");

  private final Path directory;
  private final SchemaFiles schemas;
  private final KnownStreams streams;

  FileCheck(Path directory, SchemaFiles schemas, KnownStreams streams) {
    this.directory = directory;
    this.schemas = schemas;
    this.streams = streams;
  }

  /** The sources without problems. */
  Map<String, FileSourceSpec> check(List<RawFileSource> sources) {
    Map<String, FileSourceSpec> specs = new LinkedHashMap<>();
    Map<String, String> arrivals = new LinkedHashMap<>();
    for (RawFileSource raw : sources) {
      Arrival arrival = arrival(raw);
      Place to = place(raw.to(), "to");
      boolean hasLetters = raw.deadLetters().at().isPresent();
      Place letters = hasLetters ? place(raw.deadLetters(), "dead-letters") : null;
      Optional<FileContract> contract = contract(raw.contract());
      Optional<ConvertSpec> convert = convert(raw.convert(), raw.contract());
      boolean isWell = hasMatch(raw.match());
      isWell &= hasLayout(raw.layout());
      isWell &= hasRetry(raw);
      isWell &= into(raw, convert.orElse(null));
      if (arrival == null
          || to == null
          || (hasLetters && letters == null)
          || contract.isEmpty()
          || convert.isEmpty()
          || !isWell) {
        continue;
      }
      isWell = isApart(raw.to().at(), "The output", arrival.where(), to);
      if (letters != null) {
        isWell &= isApart(raw.deadLetters().at(), "What fails", arrival.where(), letters);
      }
      isWell &= isSingle(raw, arrival, arrivals);
      if (isWell) {
        specs.put(raw.name(), spec(raw, arrival, to, letters, contract.get(), convert.get()));
      }
    }
    return specs;
  }

  private static FileSourceSpec spec(
      RawFileSource raw,
      Arrival arrival,
      Place to,
      @Nullable Place letters,
      FileContract contract,
      ConvertSpec convert) {
    String match = raw.match().text();
    String layout = raw.layout().text();
    return new FileSourceSpec(
        raw.name(),
        raw.description(),
        arrival,
        match == null ? DEFAULT_MATCH : match,
        raw.settle(),
        raw.incomplete(),
        raw.limits(),
        contract,
        convert,
        to,
        layout == null ? DEFAULT_LAYOUT : layout,
        letters,
        raw.same(),
        raw.then(),
        raw.retry(),
        raw.retention(),
        raw.into().text());
  }

  private @Nullable Arrival arrival(RawFileSource raw) {
    int kinds =
        (raw.from().folder().at().isPresent() ? 1 : 0)
            + (raw.from().bucketAt().isPresent() ? 1 : 0)
            + (raw.isUpload() ? 1 : 0);
    if (kinds != 1) {
      if (raw.from().at().isPresent()) {
        raw.from()
            .at()
            .problem(
                kinds == 0 ? "says nothing." : "says several things.",
                "Name one of 'folder', 's3' and 'upload: true'.");
      }
      return null;
    }
    Located queue = raw.queue();
    if (queue.at().isPresent() && !raw.from().bucketAt().isPresent()) {
      queue.at().problem("only S3 tells of files in a queue.", "Remove it, or name 's3'.");
      return null;
    }
    if (raw.isUpload()) {
      if (raw.pollAt().isPresent()) {
        raw.pollAt().problem("uploads are not looked for.", "Remove it.");
        return null;
      }
      return new Arrival.ByUpload();
    }
    Place place = place(raw.from(), "from");
    Duration poll = raw.poll();
    if (place instanceof Place.Folder folder) {
      return new Arrival.InFolder(folder, poll == null ? POLL_FOLDER : poll);
    }
    return place instanceof Place.Bucket bucket
        ? new Arrival.InBucket(
            bucket,
            poll == null ? POLL_BUCKET : poll,
            queue.text() == null ? null : URI.create(queue.text()))
        : null;
  }

  private @Nullable Place place(RawFileSource.RawPlace raw, String key) {
    boolean isFolder = raw.folder().at().isPresent();
    boolean isBucket = raw.bucketAt().isPresent();
    if (isFolder == isBucket) {
      if (raw.at().isPresent()) {
        raw.at()
            .problem(
                isFolder ? "says several things." : "says nothing.",
                "Write '"
                    + key
                    + ": {folder: <path>}' or '"
                    + key
                    + ": {s3: {bucket: <name>, prefix: <prefix>}}'.");
      }
      return null;
    }
    if (isFolder) {
      Path path = raw.folder().at().path(directory.toAbsolutePath());
      return path == null ? null : new Place.Folder(path);
    }
    String bucket = raw.bucket();
    String prefix = raw.prefix();
    return bucket == null
        ? null
        : new Place.Bucket(
            bucket, prefix == null ? "" : prefix.replaceFirst("^/+", "").replaceFirst("/+$", ""));
  }

  /** What is written must not count as having arrived. */
  private static boolean isApart(Value at, String what, @Nullable Place from, Place to) {
    boolean isInside = false;
    if (from instanceof Place.Folder a && to instanceof Place.Folder b) {
      isInside = b.path().startsWith(a.path());
    } else if (from instanceof Place.Bucket a && to instanceof Place.Bucket b) {
      isInside =
          a.bucket().equals(b.bucket())
              && (a.prefix().isEmpty() || (b.prefix() + "/").startsWith(a.prefix() + "/"));
    }
    if (isInside) {
      at.problem(what + " would lie where files arrive.", "Choose a place beside it.");
    }
    return !isInside;
  }

  /** Two sources of one place would both convert a file. */
  private static boolean isSingle(RawFileSource raw, Arrival arrival, Map<String, String> others) {
    Place place = arrival.where();
    if (place == null) {
      return true;
    }
    String match = raw.match().text();
    String other = others.putIfAbsent(place.text() + " " + match, raw.name());
    if (other != null) {
      raw.from()
          .at()
          .problem(
              "'" + other + "' takes the same files.",
              "Let their 'match' differ, or remove one of them.");
    }
    return other == null;
  }

  private static boolean hasMatch(Located match) {
    String glob = match.text();
    if (glob == null) {
      return !match.at().isPresent();
    }
    try {
      FileSystems.getDefault().getPathMatcher("glob:" + glob);
      return true;
    } catch (PatternSyntaxException e) {
      match.at().problem("'" + match.at().shown() + "' is not a pattern.", "Write '*.parquet'.");
      return false;
    }
  }

  private static boolean hasLayout(Located layout) {
    String text = layout.text();
    if (text == null) {
      return !layout.at().isPresent();
    }
    boolean isWell = true;
    Matcher fields = FIELD.matcher(text);
    while (fields.find()) {
      if (!FIELDS.contains(fields.group(1))) {
        layout
            .at()
            .problem(
                "'" + fields.group() + "' is no part of a layout.",
                Suggestions.remedy(fields.group(1), FIELDS));
        isWell = false;
      }
    }
    String rest = fields.replaceAll("");
    if (rest.indexOf('{') >= 0 || rest.indexOf('}') >= 0) {
      layout.at().problem("has a brace too many.", "Write {source}/{yyyy}/{mm}/{dd}.");
      isWell = false;
    }
    try {
      Path path = Path.of(text);
      if (path.isAbsolute() || path.normalize().startsWith("..")) {
        layout.at().problem("leads out of 'to'.", "Write {source}/{yyyy}/{mm}/{dd}.");
        isWell = false;
      }
    } catch (InvalidPathException e) {
      layout.at().problem("'" + layout.at().shown() + "' is not a path.", "");
      isWell = false;
    }
    return isWell;
  }

  private static boolean hasRetry(RawFileSource raw) {
    FileRetry retry = raw.retry();
    if (retry.first().compareTo(retry.most()) <= 0) {
      return true;
    }
    raw.retryAt()
        .problem(
            "'first: "
                + Units.format(retry.first())
                + "' is longer than 'most: "
                + Units.format(retry.most())
                + "'.",
            "Pauses grow from the first to the longest.");
    return false;
  }

  private boolean into(RawFileSource raw, @Nullable ConvertSpec convert) {
    String stream = raw.into().text();
    if (stream == null) {
      return !raw.into().at().isPresent();
    }
    if (streams.find(raw.into()) == null) {
      return false;
    }
    if (convert != null && convert.layout() != ConvertSpec.Layout.NDJSON) {
      raw.into()
          .at()
          .problem("an array is one document, not rows.", "Write 'layout: ndjson' in 'convert'.");
      return false;
    }
    return true;
  }

  private Optional<FileContract> contract(RawFileSource.Contract raw) {
    if (!raw.at().isPresent()) {
      return Optional.of(FileContract.ANY);
    }
    boolean hasSchema = raw.schema().at().isPresent();
    if (hasSchema == raw.columnsAt().isPresent()) {
      raw.at()
          .problem(
              hasSchema ? "says several things." : "says nothing of columns.",
              "Write 'schema: schemas/<name>.json' or 'columns: {<name>: <kind>}'.");
      return Optional.empty();
    }
    List<FileContract.Column> columns = new ArrayList<>();
    if (hasSchema) {
      String name = raw.schema().text();
      Optional<StreamSchema> schema =
          name == null ? Optional.empty() : schemas.schema(name, raw.schema().at());
      if (schema.isEmpty()) {
        return Optional.empty();
      }
      for (Column column : schema.get().columns()) {
        columns.add(new FileContract.Column(column.name(), kind(column.type()), column.required()));
      }
    } else {
      raw.columns()
          .forEach(
              (name, at) -> columns.add(new FileContract.Column(name, FileReader.kind(at), true)));
    }
    return Optional.of(new FileContract(columns, raw.allowsOthers()));
  }

  private static Kind kind(ColumnType type) {
    if (type instanceof ColumnType.Primitive primitive) {
      return switch (primitive) {
        case BOOLEAN -> Kind.BOOLEAN;
        case LONG -> Kind.INTEGER;
        case DOUBLE -> Kind.NUMBER;
        case STRING -> Kind.STRING;
        case TIMESTAMP -> Kind.TIMESTAMP;
        case DATE -> Kind.DATE;
        case JSON -> Kind.ANY;
      };
    }
    return type instanceof ColumnType.ListOf ? Kind.LIST : Kind.OBJECT;
  }

  private Optional<ConvertSpec> convert(
      RawFileSource.Convert raw, RawFileSource.Contract contract) {
    boolean isWell = isWhere(raw.where());
    Set<String> columns = new HashSet<>();
    List<String> names = new ArrayList<>();
    for (Located column : raw.columns()) {
      String name = column.text();
      if (name == null) {
        isWell = false;
      } else if (!columns.add(name)) {
        column.at().problem("'" + name + "' is named twice.", "Remove one of them.");
        isWell = false;
      } else {
        isWell &= isDeclared(column.at(), name, contract);
        names.add(name);
      }
    }
    Map<String, String> renames = new LinkedHashMap<>();
    Set<String> targets = new HashSet<>();
    for (Map.Entry<String, Located> rename : raw.renames().entrySet()) {
      String to = rename.getValue().text();
      Value at = rename.getValue().at();
      if (to == null) {
        isWell = false;
      } else if (!targets.add(to)) {
        at.problem("'" + to + "' is the name of two columns.", "Choose another.");
        isWell = false;
      } else {
        if (!names.isEmpty() && !names.contains(rename.getKey())) {
          at.problem(
              "'" + rename.getKey() + "' is not converted.",
              Suggestions.remedy(rename.getKey(), names));
          isWell = false;
        }
        isWell &= isDeclared(at, rename.getKey(), contract);
        renames.put(rename.getKey(), to);
      }
    }
    boolean isArray = raw.layout() == ConvertSpec.Layout.ARRAY;
    if (isArray && raw.splitAt().isPresent()) {
      raw.splitAt().problem("an array is one document.", "Remove it, or 'layout: array'.");
      isWell = false;
    }
    String where = raw.where().text();
    boolean isSplit = raw.splitRows() > 0 || raw.splitBytes() > 0;
    return !isWell
        ? Optional.empty()
        : Optional.of(
            new ConvertSpec(
                names,
                renames,
                where == null ? "" : where,
                raw.nulls(),
                raw.nonFinite(),
                raw.invalidText(),
                raw.decimals(),
                raw.integers(),
                raw.layout(),
                raw.compression(),
                raw.splitRows(),
                isArray || isSplit ? raw.splitBytes() : SPLIT_BYTES));
  }

  /** A contract that refuses others knows all columns. */
  private static boolean isDeclared(Value at, String name, RawFileSource.Contract contract) {
    if (contract.allowsOthers()
        || !contract.columnsAt().isPresent()
        || contract.columns().containsKey(name)) {
      return true;
    }
    at.problem(
        "the contract has no '" + name + "'.",
        Suggestions.remedy(name, contract.columns().keySet()));
    return false;
  }

  private static boolean isWhere(Located where) {
    String text = where.text();
    if (text == null) {
      return !where.at().isPresent();
    }
    try {
      Filter.parse(text);
      return true;
    } catch (IllegalArgumentException e) {
      where
          .at()
          .problem(
              "is not a condition: " + e.getMessage() + ".",
              "Write it as in SQL: fare_amount > 0 AND flag = 'N'.");
      return false;
    }
  }
}
