package io.leat.app.command;

import io.leat.app.terminal.Terminal;
import io.leat.blueprint.yaml.Suggestions;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.OptionSpec;

/**
 * How each command line of Leat's looks: its help, its outputs, and what it says of wrong usage.
 */
public final class CommandFrame {
  /** Columns of a help text: picocli takes no fewer, and longer lines are hard to read. */
  private static final int LEAST_HELP = 55;

  private static final int MOST_HELP = 100;

  private CommandFrame() {}

  /** Sets up the command line and all its subcommands. */
  public static void apply(CommandLine line, Terminal terminal) {
    addHelp(line);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setUsageHelpAutoWidth(false);
    line.setUsageHelpWidth(Math.max(LEAST_HELP, Math.min(MOST_HELP, terminal.width())));
    line.setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF));
    line.setOut(new PrintWriter(terminal.out(), true, StandardCharsets.UTF_8));
    line.setErr(new PrintWriter(terminal.err(), true, StandardCharsets.UTF_8));
  }

  /**
   * Tells of wrong usage.
   *
   * @return the exit code
   */
  public static int misused(CommandLine.ParameterException e, Terminal terminal) {
    terminal.error(sentence(String.valueOf(e.getMessage())));
    if (e instanceof CommandLine.UnmatchedArgumentException unmatched) {
      String word = unmatched.getUnmatched().isEmpty() ? "" : unmatched.getUnmatched().get(0);
      Suggestions.nearest(word, known(e.getCommandLine()))
          .ifPresent(name -> terminal.note("Did you mean '" + name + "'?"));
    }
    terminal.note("See '" + e.getCommandLine().getCommandSpec().qualifiedName() + " --help'.");
    return 2;
  }

  /** With a full stop, if it ends with none. */
  public static String sentence(String text) {
    String stripped = text.strip();
    return stripped.endsWith(".") || stripped.endsWith("?") ? stripped : stripped + ".";
  }

  /** Subcommands and options. */
  private static Collection<String> known(CommandLine command) {
    List<String> names = new ArrayList<>(command.getSubcommands().keySet());
    command.getCommandSpec().options().forEach(o -> names.addAll(List.of(o.names())));
    return names;
  }

  private static void addHelp(CommandLine line) {
    for (CommandLine command : line.getSubcommands().values()) {
      addHelp(command);
    }
    if (!"help".equals(line.getCommandName())) {
      line.getCommandSpec()
          .addOption(
              OptionSpec.builder("-h", "--help")
                  .usageHelp(true)
                  .description("Show this help.")
                  .build());
    }
  }
}
