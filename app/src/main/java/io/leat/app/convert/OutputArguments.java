package io.leat.app.convert;

import io.leat.parquet.Compression;
import io.leat.parquet.Layout;
import io.leat.parquet.OutputOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How the output is laid out. */
final class OutputArguments {
  @Spec(Spec.Target.MIXEE)
  CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--layout",
      paramLabel = "HOW",
      converter = Words.OfLayout.class,
      completionCandidates = Words.OfLayout.class,
      description = "ndjson, or array: one JSON document (default: as OUT's extension says).")
  @Nullable Layout layout;

  @Option(
      names = "--compress",
      paramLabel = "HOW",
      converter = Words.OfCompression.class,
      completionCandidates = Words.OfCompression.class,
      description = "none, gzip or zstd (default: as OUT's extension says).")
  @Nullable Compression compression;

  @Option(
      names = "--level",
      paramLabel = "N",
      description = "Of the compression (default: the library's own).")
  int level;

  @Option(
      names = "--split-rows",
      paramLabel = "N",
      description = "Begin another file, OUT-00002, after so many rows.")
  long splitRows;

  @Option(
      names = "--split-bytes",
      paramLabel = "SIZE",
      converter = ByteSize.class,
      description = "The same after so many bytes of JSON, such as 256m.")
  long splitBytes;

  @Option(names = "--force", description = "Overwrite what exists.")
  boolean force;

  boolean isSplit() {
    return splitRows > 0 || splitBytes > 0;
  }

  /** What was asked for; what was not is as the name says, or as is common. */
  Format format(Format named) {
    return new Format(
        layout == null ? named.layout() : layout,
        compression == null ? named.compression() : compression);
  }

  OutputOptions options(Format format) {
    if (splitRows < 0 || level < 0) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "--split-rows and --level are at least 0");
    }
    return new OutputOptions(
        format.layout(),
        format.compression(),
        splitRows,
        splitBytes,
        false,
        false,
        level,
        Long.MAX_VALUE);
  }
}
