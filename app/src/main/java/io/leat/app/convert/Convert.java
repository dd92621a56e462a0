package io.leat.app.convert;

import io.leat.app.command.CommandFrame;
import io.leat.app.command.GlobalOptions;
import io.leat.app.terminal.ColorMode;
import io.leat.app.terminal.Terminal;
import java.io.InputStream;
import java.time.InstantSource;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParseResult;

/**
 * The program {@code leat convert} with a class path of its own, which the launcher starts. Besides
 * a faster start it is the same as the command of {@code io.leat.app.cli.Leat}.
 */
@Command(name = "leat")
public final class Convert implements Runnable {
  @Mixin private final GlobalOptions global = new GlobalOptions();

  private final Function<ColorMode, Terminal> terminals;
  private @Nullable Terminal terminal;

  private Convert(Function<ColorMode, Terminal> terminals) {
    this.terminals = terminals;
  }

  /** Runs the command and exits with its code. */
  public static void main(String... args) {
    // The small class path has no logging: what fails is told by the command itself.
    System.setProperty("slf4j.internal.verbosity", "ERROR");
    Function<ColorMode, Terminal> terminals =
        mode -> Terminal.system(mode, System.getProperties(), System.getenv());
    System.exit(run(terminals, System.in, InstantSource.system(), args));
  }

  static int run(
      Function<ColorMode, Terminal> terminals,
      InputStream in,
      InstantSource clock,
      String... args) {
    Convert root = new Convert(terminals);
    CommandLine line = new CommandLine(root);
    line.addSubcommand(new ConvertCommand(root.global, root::terminal, in, clock));
    CommandFrame.apply(line, root.terminal());
    line.setExecutionStrategy(root::execute);
    line.setParameterExceptionHandler((e, given) -> CommandFrame.misused(e, root.terminal()));
    return line.execute(args);
  }

  private Terminal terminal() {
    Terminal now = terminal;
    if (now == null) {
      now = terminals.apply(ColorMode.AUTO);
      terminal = now;
    }
    return now;
  }

  private int execute(ParseResult parsed) {
    if (global.color() != ColorMode.AUTO) {
      terminal = terminals.apply(global.color());
    }
    return new CommandLine.RunLast().execute(parsed);
  }

  /** Without the subcommand, which the launcher always gives. */
  @Override
  public void run() {
    terminal().note("See 'leat convert --help'.");
  }
}
