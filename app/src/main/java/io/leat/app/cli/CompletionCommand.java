package io.leat.app.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code leat completion}. */
@Command(
    name = "completion",
    description = "Print a script that completes leat's commands and options in the shell.",
    footer = {
      "",
      "Example: leat completion bash > ~/.local/share/bash-completion/completions/leat"
    })
final class CompletionCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "SHELL",
      defaultValue = "bash",
      description = "bash or zsh (the same script serves both).")
  String shell = "bash";

  private final LeatCommand leat;

  CompletionCommand(LeatCommand leat) {
    this.leat = leat;
  }

  @Override
  public Integer call() {
    CommandLine root = leat.spec.commandLine();
    if (!shell.equals("bash") && !shell.equals("zsh")) {
      throw new CommandLine.ParameterException(
          root.getSubcommands().get("completion"),
          "'" + shell + "' is not a shell that can be completed; use bash or zsh");
    }
    leat.terminal().line(AutoComplete.bash("leat", root));
    return 0;
  }
}
