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
  @Mixin GlobalOptions global = new GlobalOptions();

  @Spec CommandSpec spec = CommandSpec.create();

  private Context context;

  private LeatCommand(Context context) {
    this.context = context;
  }

  /** The whole command line, ready to execute. */
  static CommandLine commandLine(Context context, Function<ColorMode, Terminal> terminals) {
    LeatCommand root = new LeatCommand(context);
    CommandLine line = new CommandLine(root);
    line.addSubcommand(new UpCommand(root));
    line.addSubcommand(new DemoCommand(root));
    line.addSubcommand(new ValidateCommand(root));
    line.addSubcommand(new ClientCommand(root));
    line.addSubcommand(new SendCommand(root));
    line.addSubcommand(new ConvertCommand(root.global, root::terminal, context.in(), context.clock()));
    line.addSubcommand(new SqlCommand(root));
    line.addSubcommand(new StateCommand(root));
    line.addSubcommand(new StatusCommand(root));
    line.addSubcommand(new DoctorCommand(root));
    line.addSubcommand(new TailCommand(root));
    line.addSubcommand(new TraceCommand(root));
    line.addSubcommand(new ReconcileCommand(root));
    line.addSubcommand(new QuarantineCommand(root));
    line.addSubcommand(new IncidentCommand(root));
    line.addSubcommand(new AlertCommand(root));
    line.addSubcommand(new SilenceCommand(root));
    line.addSubcommand(new DetectorCommand(root));
    line.addSubcommand(new RouteCommand(root));
    line.addSubcommand(new DeliveryCommand(root));
    line.addSubcommand(new TargetCommand(root));
    line.addSubcommand(new ApplyCommand(root));
    line.addSubcommand(new ReplayCommand(root));
    line.addSubcommand(new MaintainCommand(root));
    line.addSubcommand(new BackupCommand(root));
    line.addSubcommand(new RestoreCommand(root));
    line.addSubcommand(new CompletionCommand(root));
    line.addSubcommand(new VersionCommand(root));
    line.addSubcommand(new CommandLine.HelpCommand());
    CommandFrame.apply(line, context.terminal());
    line.setExecutionStrategy(parsed -> root.execute(parsed, terminals));
    line.setParameterExceptionHandler((e, args) -> CommandFrame.misused(e, root.terminal()));
    line.setExecutionExceptionHandler((e, command, parsed) -> root.failed(e));
    return line;
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
