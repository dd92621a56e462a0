package io.leat.app.convert;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;

/** A number of bytes as people write it: {@code 512m}, {@code 2GiB}, {@code 1000000}. */
final class ByteSize implements CommandLine.ITypeConverter<Long> {
  private static final Pattern FORM = Pattern.compile("(\\d{1,12})([kmgt]?)(i?b)?");

  @Override
  public Long convert(String value) {
    Matcher form = FORM.matcher(value.strip().toLowerCase(Locale.ROOT));
    if (!form.matches()) {
      throw new CommandLine.TypeConversionException(
          "'" + value + "' is no size; write 512m, 2g or a number of bytes");
    }
    int power = "kmgt".indexOf(form.group(2)) + (form.group(2).isEmpty() ? 0 : 1);
    long bytes = Long.parseLong(form.group(1));
    if (bytes > Long.MAX_VALUE >> (10 * power)) {
      throw new CommandLine.TypeConversionException("'" + value + "' is too large");
    }
    return bytes << (10 * power);
  }
}
