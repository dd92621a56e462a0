package io.leat.parquet;

/** Chooses how the values of a leaf are written. Each call makes a new one, for one thread. */
final class ValueTexts {
  /** Numbers of at most so many digits are exact in each reader. */
  private static final int SAFE_DIGITS = 15;

  private ValueTexts() {}

  static ValueText of(Leaf leaf, JsonOptions options) {
    Field field = leaf.field();
    LogicalType logical = field.logical();
    return switch (leaf.type()) {
      case 0 -> new NumberTexts.Booleans();
      case 1 -> ofInts(logical, options);
      case 2 -> ofLongs(logical, options);
      case 3 -> new BytesTexts.Int96();
      case 4 -> new NumberTexts.OfFloats(options.nonFinite());
      case 5 -> new NumberTexts.OfDoubles(options.nonFinite());
      default -> ofBytes(logical, options);
    };
  }

  /** As keys of a map, with the colon behind. */
  static ValueText keys(Leaf leaf, JsonOptions options) {
    // A key has no object around base64.
    JsonOptions forKeys =
        options.invalidText() == InvalidText.BASE64
            ? options.withInvalidText(InvalidText.REPLACE)
            : options;
    ValueText values = of(leaf, forKeys);
    if (leaf.field().logical() instanceof LogicalType.Json) {
      values = new BytesTexts.Strings(forKeys.invalidText());
    }
    return values instanceof ValueText.OfLongs numbers
        ? new NumberTexts.Keys(numbers)
        : new BytesTexts.Keys((ValueText.OfBytes) values);
  }

  private static ValueText ofInts(LogicalType logical, JsonOptions options) {
    if (logical instanceof LogicalType.Date) {
      return new NumberTexts.Dates();
    }
    if (logical instanceof LogicalType.Time time) {
      return new NumberTexts.Times(time.unit().digits(), time.utc());
    }
    if (logical instanceof LogicalType.Decimal decimal) {
      return new NumberTexts.OfDecimals(decimal.scale(), isText(decimal, options));
    }
    if (logical instanceof LogicalType.Int integer && !integer.signed()) {
      return new NumberTexts.Unsigned32();
    }
    return new NumberTexts.Signed();
  }

  private static ValueText ofLongs(LogicalType logical, JsonOptions options) {
    if (logical instanceof LogicalType.Timestamp timestamp) {
      return new NumberTexts.Timestamps(timestamp.unit().digits(), timestamp.utc());
    }
    if (logical instanceof LogicalType.Time time) {
      return new NumberTexts.Times(time.unit().digits(), time.utc());
    }
    if (logical instanceof LogicalType.Decimal decimal) {
      return new NumberTexts.OfDecimals(decimal.scale(), isText(decimal, options));
    }
    boolean isSigned = !(logical instanceof LogicalType.Int integer) || integer.signed();
    return isSigned && options.integers() == Integers.NUMBER
        ? new NumberTexts.Signed()
        : new NumberTexts.Wide(isSigned, options.integers());
  }

  private static ValueText ofBytes(LogicalType logical, JsonOptions options) {
    if (logical instanceof LogicalType.Text || logical instanceof LogicalType.EnumText) {
      return new BytesTexts.Strings(options.invalidText());
    }
    if (logical instanceof LogicalType.Json) {
      return new BytesTexts.Documents(options.invalidText());
    }
    if (logical instanceof LogicalType.Decimal decimal) {
      return new BytesTexts.OfDecimals(decimal, isText(decimal, options));
    }
    if (logical instanceof LogicalType.Uuid) {
      return new BytesTexts.Uuids();
    }
    if (logical instanceof LogicalType.Float16) {
      return new BytesTexts.Halves(options.nonFinite());
    }
    if (logical instanceof LogicalType.Interval) {
      return new BytesTexts.Intervals();
    }
    return new BytesTexts.Base64();
  }

  private static boolean isText(LogicalType.Decimal decimal, JsonOptions options) {
    return switch (options.decimals()) {
      case AUTO -> decimal.precision() > SAFE_DIGITS;
      case NUMBER -> false;
      case STRING -> true;
    };
  }
}
