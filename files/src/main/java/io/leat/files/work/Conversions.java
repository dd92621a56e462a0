package io.leat.files.work;

import io.leat.parquet.Compression;
import io.leat.parquet.Decimals;
import io.leat.parquet.Filter;
import io.leat.parquet.Integers;
import io.leat.parquet.InvalidText;
import io.leat.parquet.JsonOptions;
import io.leat.parquet.Layout;
import io.leat.parquet.Limits;
import io.leat.parquet.NonFinite;
import io.leat.parquet.Nulls;
import io.leat.parquet.OutputOptions;
import io.leat.rules.file.ConvertSpec;
import io.leat.rules.file.FileLimits;

/** What a blueprint declares, as the engine wants it. */
final class Conversions {
  private Conversions() {}

  static JsonOptions json(ConvertSpec spec) {
    return new JsonOptions(
        spec.columns(),
        spec.renames(),
        spec.where().isEmpty() ? Filter.ALL : Filter.parse(spec.where()),
        Nulls.valueOf(spec.nulls().name()),
        nonFinite(spec.nonFinite()),
        InvalidText.valueOf(spec.invalidText().name()),
        Decimals.AUTO,
        Integers.NUMBER);
  }

  private static NonFinite nonFinite(ConvertSpec.NonFinite declared) {
    return switch (declared) {
      case STRING -> NonFinite.STRING;
      case TO_NULL -> NonFinite.NULL;
      case REJECT -> NonFinite.REJECT;
    };
  }

  /** Parts end where row groups end, so that a big file can be gone on with. */
  static OutputOptions output(ConvertSpec spec) {
    return new OutputOptions(
        Layout.valueOf(spec.layout().name()),
        Compression.valueOf(spec.compression().name()),
        spec.splitRows(),
        spec.splitBytes(),
        canResume(spec),
        false,
        0);
  }

  /**
   * Whether an attempt can go on where another ended. An array is one document, and rows that are
   * rejected are counted by the attempt that sees them.
   */
  static boolean canResume(ConvertSpec spec) {
    return spec.layout() == ConvertSpec.Layout.NDJSON
        && (spec.splitRows() > 0 || spec.splitBytes() > 0)
        && spec.nonFinite() != ConvertSpec.NonFinite.REJECT
        && spec.invalidText() != ConvertSpec.InvalidText.REJECT;
  }

  static Limits limits(FileLimits limits, long memory) {
    Limits defaults = Limits.DEFAULT;
    return new Limits(
        memory,
        Math.min(defaults.maxPageBytes(), memory),
        Math.min(defaults.maxDictionaryBytes(), memory),
        Math.min(defaults.maxFooterBytes(), memory),
        limits.columns(),
        limits.depth(),
        limits.expansion(),
        limits.rows(),
        Math.min(defaults.maxRowBytes(), memory));
  }
}
