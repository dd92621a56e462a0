package io.leat.app.convert;

import io.leat.parquet.Compression;
import io.leat.parquet.Decimals;
import io.leat.parquet.Integers;
import io.leat.parquet.InvalidText;
import io.leat.parquet.Layout;
import io.leat.parquet.NonFinite;
import io.leat.parquet.Nulls;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;

/** The engine's choices as words of the command line. */
abstract class Words<E extends Enum<E>> extends ArrayList<String>
    implements CommandLine.ITypeConverter<E> {
  private static final long serialVersionUID = 1L;

  private final transient List<E> values;

  Words(E[] values) {
    this.values = List.of(values);
    this.values.forEach(value -> add(word(value)));
  }

  /** As it is written on the command line. */
  static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  @Override
  public E convert(String given) {
    int at = indexOf(given.toLowerCase(Locale.ROOT));
    if (at < 0) {
      throw new CommandLine.TypeConversionException(
          "'" + given + "' is not one of " + String.join(", ", this));
    }
    return values.get(at);
  }

  static final class OfLayout extends Words<Layout> {
    private static final long serialVersionUID = 1L;

    OfLayout() {
      super(Layout.values());
    }
  }

  static final class OfCompression extends Words<Compression> {
    private static final long serialVersionUID = 1L;

    OfCompression() {
      super(Compression.values());
    }
  }

  static final class OfNulls extends Words<Nulls> {
    private static final long serialVersionUID = 1L;

    OfNulls() {
      super(Nulls.values());
    }
  }

  static final class OfNonFinite extends Words<NonFinite> {
    private static final long serialVersionUID = 1L;

    OfNonFinite() {
      super(NonFinite.values());
    }
  }

  static final class OfInvalidText extends Words<InvalidText> {
    private static final long serialVersionUID = 1L;

    OfInvalidText() {
      super(InvalidText.values());
    }
  }

  static final class OfDecimals extends Words<Decimals> {
    private static final long serialVersionUID = 1L;

    OfDecimals() {
      super(Decimals.values());
    }
  }

  static final class OfIntegers extends Words<Integers> {
    private static final long serialVersionUID = 1L;

    OfIntegers() {
      super(Integers.values());
    }
  }
}
