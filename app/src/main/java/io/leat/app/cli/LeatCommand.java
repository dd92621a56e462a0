package io.leat.app.cli;

import io.leat.app.client.HttpProblemException;
import io.leat.app.command.CommandFrame;
import io.leat.app.command.GlobalOptions;
import io.leat.app.convert.ConvertCommand;
import io.leat.app.terminal.ColorMode;
import io.leat.app.terminal.Terminal;
import io.leat.event.LeatException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** {@code leat} itself: its subcommands, and how all of them fail. */
@Command(
    name = "leat",
    description = "An event lakehouse: events in, exact Iceberg tables out.",
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    footer = {
      "",
      "Exit codes: 0 done, 1 failed, 2 wrong usage.",
      "",
      "Start here: leat demo devices",
    })
final class LeatCommand implements Callable<Integer> {
  /** In the order of the help. */
  private static final List<Map.Entry<String, Function<LeatCommand, Object>>> COMMANDS =
      List.of(
          Map.entry("up", UpCommand::new),
          Map.entry("demo", DemoCommand::new),
          Map.entry("validate", ValidateCommand::new),
          Map.entry("client", ClientCommand::new),
          Map.entry("send", SendCommand::new),
          Map.entry("convert", LeatCommand::convert),
          Map.entry("sql", SqlCommand::new),
          Map.entry("state", StateCommand::new),
          Map.entry("status", StatusCommand::new),
          Map.entry("doctor", DoctorCommand::new),
          Map.entry("tail", TailCommand::new),
          Map.entry("trace", TraceCommand::new),
          Map.entry("reconcile", ReconcileCommand::new),
          Map.entry("quarantine", QuarantineCommand::new),
          Map.entry("files", FilesCommand::new),
          Map.entry("incident", IncidentCommand::new),
          Map.entry("alert", AlertCommand::new),
          Map.entry("silence", SilenceCommand::new),
          Map.entry("detector", DetectorCommand::new),
          Map.entry("route", RouteCommand::new),
          Map.entry("delivery", DeliveryCommand::new),
          Map.entry("target", TargetCommand::new),
          Map.entry("apply", ApplyCommand::new),
          Map.entry("replay", ReplayCommand::new),
          Map.entry("maintain", MaintainCommand::new),
          Map.entry("backup", BackupCommand::new),
          Map.entry("restore", RestoreCommand::new),
          Map.entry("completion", CompletionCommand::new),
          Map.entry("version", VersionCommand::new));

  @Mixin GlobalOptions global = new GlobalOptions();

  @Spec CommandSpec spec = CommandSpec.create();

  private Context context;

  private LeatCommand(Context context) {
    this.context = context;
  }

  /** The whole command line, ready to execute. */
  static CommandLine commandLine(Context context, Function<ColorMode, Terminal> terminals) {
    return commandLine(context, terminals, "");
  }

  /**
   * The command line for certain arguments. If they begin with a command it knows no other: reading
   * all their options would take most of a short command's time.
   */
  static CommandLine commandLine(
      Context context, Function<ColorMode, Terminal> terminals, List<String> arguments) {
    String command = "";
    for (int i = 0; i < arguments.size() && command.isEmpty(); i++) {
      String word = arguments.get(i);
      if (word.equals("--color")) {
        i++;
      } else if (!word.startsWith("-")) {
        command = word;
      }
    }
    return commandLine(context, terminals, command.equals("completion") ? "" : command);
  }

  private static CommandLine commandLine(
      Context context, Function<ColorMode, Terminal> terminals, String only) {
    LeatCommand root = new LeatCommand(context);
    CommandLine line = new CommandLine(root);
    boolean isKnown = COMMANDS.stream().anyMatch(command -> command.getKey().equals(only));
    for (Map.Entry<String, Function<LeatCommand, Object>> command : COMMANDS) {
      if (!isKnown || command.getKey().equals(only)) {
        line.addSubcommand(command.getValue().apply(root));
      }
    }
    line.addSubcommand(new CommandLine.HelpCommand());
    CommandFrame.apply(line, context.terminal());
    line.setExecutionStrategy(parsed -> root.execute(parsed, terminals));
    line.setParameterExceptionHandler((e, args) -> CommandFrame.misused(e, root.terminal()));
    line.setExecutionExceptionHandler((e, command, parsed) -> root.failed(e));
    return line;
  }

  private ConvertCommand convert() {
    return new ConvertCommand(global, this::terminal, context.in(), context.clock());
  }

  Context context() {
    return context;
  }

  Terminal terminal() {
    return context.terminal();
  }

  /** Without a subcommand. */
  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getOut());
    return 0;
  }

  private int execute(ParseResult parsed, Function<ColorMode, Terminal> terminals) {
    context = context.with(terminals.apply(global.color()));
    return new CommandLine.RunLast().execute(parsed);
  }

  private int failed(Exception e) {
    terminal().error(CommandFrame.sentence(message(e)));
    if (global.verbose()) {
      e.printStackTrace(terminal().err());
      terminal().err().flush();
    }
    return 1;
  }

  private static String message(Throwable e) {
    if (e instanceof HttpProblemException problem) {
      return problem.code().isEmpty()
          ? message(problem.getMessage(), e)
          : message(problem.getMessage(), e) + " (" + problem.code() + ")";
    }
    if (e instanceof UncheckedIOException io && io.getCause() != null) {
      return message(io.getCause());
    }
    boolean ours = e instanceof CommandFailure || e instanceof LeatException;
    if (ours || e.getClass() == IOException.class) {
      return message(e.getMessage(), e);
    }
    if (e instanceof java.nio.file.NoSuchFileException missing) {
      return "there is no file " + missing.getFile();
    }
    return message(e.getMessage(), e)
        + " ("
        + e.getClass().getSimpleName()
        + "; --verbose shows more)";
  }

  private static String message(@org.jspecify.annotations.Nullable String message, Throwable e) {
    return message == null || message.isBlank() ? e.getClass().getSimpleName() : message;
  }
}
