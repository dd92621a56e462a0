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
import io.leat.parquet.ParquetFile;
import io.leat.rules.file.ConvertSpec;
import io.leat.rules.file.FileLimits;

/** What a blueprint declares, as the engine wants it. */
final class Conversions {
  /** Bytes of a row group. */
  private static final long WORTH_A_PART = 4L << 20;

  private Conversions() {}

  static JsonOptions json(ConvertSpec spec) {
    return new JsonOptions(
        spec.columns(),
        spec.renames(),
        spec.where().isEmpty() ? Filter.ALL : Filter.parse(spec.where()),
        Nulls.valueOf(spec.nulls().name()),
        nonFinite(spec.nonFinite()),
        InvalidText.valueOf(spec.invalidText().name()),
        Decimals.valueOf(spec.decimals().name()),
        Integers.valueOf(spec.integers().name()));
  }

  private static NonFinite nonFinite(ConvertSpec.NonFinite declared) {
    return switch (declared) {
      case STRING -> NonFinite.STRING;
      case TO_NULL -> NonFinite.NULL;
      case REJECT -> NonFinite.REJECT;
    };
  }

  /**
   * How the output is laid out.
   *
   * @param most bytes of JSON, before compression, that there may be
   */
  static OutputOptions output(ConvertSpec spec, ParquetFile file, long most) {
    return new OutputOptions(
        Layout.valueOf(spec.layout().name()),
        Compression.valueOf(spec.compression().name()),
        spec.splitRows(),
        spec.splitBytes(),
        canResume(spec, file),
        false,
        0,
        most);
  }

  /**
   * Whether an attempt can go on where another ended: then parts end where row groups end, which
   * have to be worth a part each. An array is one document, and rows that are rejected are counted
   * by the attempt that sees them.
   */
  static boolean canResume(ConvertSpec spec, ParquetFile file) {
    int groups = Math.max(1, file.rowGroups().size());
    boolean isWorthIt =
        file.bytes() / groups >= WORTH_A_PART
            || (spec.splitRows() > 0 && file.rows() / groups >= spec.splitRows() / 2);
    return groups > 1
        && isWorthIt
        && spec.layout() == ConvertSpec.Layout.NDJSON
        && (spec.splitRows() > 0 || spec.splitBytes() > 0)
        && spec.nonFinite() != ConvertSpec.NonFinite.REJECT
        && spec.invalidText() != ConvertSpec.InvalidText.REJECT;
  }

  static Limits limits(FileLimits limits, long memory) {
    Limits defaults = Limits.DEFAULT;
    return new Limits(
        memory,
        Math.min(limits.page(), memory),
        Math.min(limits.dictionary(), memory),
        Math.min(defaults.maxFooterBytes(), memory),
        limits.columns(),
        limits.depth(),
        limits.expansion(),
        limits.rows(),
        Math.min(defaults.maxRowBytes(), memory));
  }
}
