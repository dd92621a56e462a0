package io.leat.app.cli;

import io.leat.app.terminal.ColorMode;
import io.leat.app.terminal.Terminal;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The program: {@code leat COMMAND}. */
public final class Leat {
  private Leat() {}

  /** Runs a command and exits with its code. */
  public static void main(String... args) {
    PlatformLauncher launcher = new EmbeddedPlatform();
    LogFiles.none();
    Map<String, String> environment = System.getenv();
    Function<ColorMode, Terminal> terminals =
        mode -> Terminal.system(mode, System.getProperties(), environment);
    Context context =
        new Context(
            terminals.apply(ColorMode.AUTO),
            System.in,
            environment,
            Path.of(System.getProperty("leat.home", ".")),
            launcher,
            InstantSource.system());
    int code = run(context, terminals, args);
    FasterStarts.announce(context.terminal());
    System.exit(code);
  }

  static int run(Context context, Function<ColorMode, Terminal> terminals, String... args) {
    return LeatCommand.commandLine(context, terminals, List.of(args)).execute(args);
  }
}
