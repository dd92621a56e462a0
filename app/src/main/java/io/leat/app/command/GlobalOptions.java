package io.leat.app.command;

import io.leat.app.terminal.ColorMode;
import java.util.Locale;
import picocli.CommandLine.Option;

/** What every command understands. */
public final class GlobalOptions {
  @Option(
      names = "--verbose",
      scope = picocli.CommandLine.ScopeType.INHERIT,
      description = "Show the stack trace of a failure.")
  private boolean verbose;

  @Option(
      names = "--color",
      paramLabel = "WHEN",
      scope = picocli.CommandLine.ScopeType.INHERIT,
      converter = ColorConverter.class,
      completionCandidates = Colors.class,
      description = "Use colour: auto (on a terminal, unless NO_COLOR is set), always or never.")
  private ColorMode color = ColorMode.AUTO;

  /** Whether the stack trace of a failure is wanted. */
  public boolean verbose() {
    return verbose;
  }

  /** When to use colour. */
  public ColorMode color() {
    return color;
  }

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
