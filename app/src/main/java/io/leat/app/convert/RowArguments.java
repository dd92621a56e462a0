package io.leat.app.convert;

import io.leat.parquet.Decimals;
import io.leat.parquet.Filter;
import io.leat.parquet.Integers;
import io.leat.parquet.InvalidText;
import io.leat.parquet.JsonOptions;
import io.leat.parquet.NonFinite;
import io.leat.parquet.Nulls;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Which rows and columns, and how values become JSON. */
final class RowArguments {
  @Spec(Spec.Target.MIXEE)
  CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--columns",
      paramLabel = "A,B",
      split = ",",
      description = "Only these top-level columns, in this order.")
  List<String> columns = List.of();

  @Option(
      names = "--rename",
      paramLabel = "OLD=NEW",
      description = "Another key for a column; may be repeated.")
  Map<String, String> renames = new LinkedHashMap<>();

  @Option(
      names = "--where",
      paramLabel = "FILTER",
      description =
          "Only rows for which this holds: comparisons, IN, IS NULL, AND, OR, NOT, parentheses, as"
              + " in SQL.")
  String where = "";

  @Option(
      names = "--nulls",
      paramLabel = "HOW",
      converter = Words.OfNulls.class,
      completionCandidates = Words.OfNulls.class,
      description = "write (the default) or omit their keys.")
  Nulls nulls = Nulls.WRITE;

  @Option(
      names = "--non-finite",
      paramLabel = "HOW",
      converter = Words.OfNonFinite.class,
      completionCandidates = Words.OfNonFinite.class,
      description = "NaN and infinities: string (the default), null, or reject the row.")
  NonFinite nonFinite = NonFinite.STRING;

  @Option(
      names = "--invalid-text",
      paramLabel = "HOW",
      converter = Words.OfInvalidText.class,
      completionCandidates = Words.OfInvalidText.class,
      description = "Text that is not UTF-8: replace (the default), base64, or reject the row.")
  InvalidText invalidText = InvalidText.REPLACE;

  @Option(
      names = "--decimals",
      paramLabel = "HOW",
      converter = Words.OfDecimals.class,
      completionCandidates = Words.OfDecimals.class,
      description = "auto (the default: strings beyond 15 digits), number or string.")
  Decimals decimals = Decimals.AUTO;

  @Option(
      names = "--integers",
      paramLabel = "HOW",
      converter = Words.OfIntegers.class,
      completionCandidates = Words.OfIntegers.class,
      description =
          "Of 64 bits: number (the default), string-when-large (beyond 2 to the 53rd) or string.")
  Integers integers = Integers.NUMBER;

  JsonOptions options() {
    return new JsonOptions(
        columns, renames, filter(), nulls, nonFinite, invalidText, decimals, integers);
  }

  private Filter filter() {
    if (where.isBlank()) {
      return Filter.ALL;
    }
    try {
      return Filter.parse(where);
    } catch (IllegalArgumentException e) {
      throw new CommandLine.ParameterException(spec.commandLine(), "--where: " + e.getMessage(), e);
    }
  }
}
