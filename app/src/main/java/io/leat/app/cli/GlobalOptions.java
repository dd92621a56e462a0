package io.leat.app.cli;

import io.leat.app.terminal.ColorMode;
import java.util.Locale;
import picocli.CommandLine.Option;

/** What every command understands. */
final class GlobalOptions {
  @Option(
      names = "--verbose",
      scope = picocli.CommandLine.ScopeType.INHERIT,
      description = "Show the stack trace of a failure.")
  boolean verbose;

  @Option(
      names = "--color",
      paramLabel = "WHEN",
      scope = picocli.CommandLine.ScopeType.INHERIT,
      converter = ColorConverter.class,
      completionCandidates = Colors.class,
      description = "Use colour: auto (on a terminal, unless NO_COLOR is set), always or never.")
  ColorMode color = ColorMode.AUTO;

  static final class Colors extends java.util.ArrayList<String> {
    private static final long serialVersionUID = 1L;

    Colors() {
      super(java.util.List.of("auto", "always", "never"));
    }
  }

  static final class ColorConverter implements picocli.CommandLine.ITypeConverter<ColorMode> {
    @Override
    public ColorMode convert(String value) {
      try {
        return ColorMode.valueOf(value.toUpperCase(Locale.ROOT));
      } catch (IllegalArgumentException e) {
        throw new picocli.CommandLine.TypeConversionException(
            "'" + value + "' is not one of auto, always, never");
      }
    }
  }
}
