package io.leat.blueprint;

import io.leat.blueprint.RawBlueprint.Located;
import io.leat.blueprint.yaml.Value;
import io.leat.rules.file.ConvertSpec;
import io.leat.rules.file.FileLimits;
import io.leat.rules.file.FileRetry;
import io.leat.rules.file.FileSourceSpec;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A source of files whose parts have their types but are not yet held against each other. */
record RawFileSource(
    String name,
    Value at,
    @Nullable String description,
    RawPlace from,
    boolean isUpload,
    @Nullable Duration poll,
    Value pollAt,
    Located queue,
    Located match,
    Duration settle,
    Duration incomplete,
    FileLimits limits,
    Contract contract,
    Convert convert,
    RawPlace to,
    Located layout,
    RawPlace deadLetters,
    FileSourceSpec.Same same,
    FileSourceSpec.Then then,
    FileRetry retry,
    Value retryAt,
    Duration retention,
    Located into) {

  /**
   * A place, of which one kind has to be named.
   *
   * @param folder as it is written
   */
  record RawPlace(
      Value at, Located folder, Value bucketAt, @Nullable String bucket, @Nullable String prefix) {}

  /** What columns must be: a schema, or a list. */
  record Contract(
      Value at,
      Located schema,
      Value columnsAt,
      Map<String, Value> columns,
      boolean allowsOthers) {}

  /** How rows become JSON, and where what may be wrong with it stands. */
  record Convert(
      List<Located> columns,
      Map<String, Located> renames,
      Located where,
      ConvertSpec.Nulls nulls,
      ConvertSpec.NonFinite nonFinite,
      ConvertSpec.InvalidText invalidText,
      ConvertSpec.Decimals decimals,
      ConvertSpec.Integers integers,
      ConvertSpec.Layout layout,
      ConvertSpec.Compression compression,
      Value splitAt,
      long splitRows,
      long splitBytes) {}
}
