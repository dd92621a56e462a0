package io.leat.app.cli;

import io.leat.app.client.LeatClient;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code leat version}. */
@Command(
    name = "version",
    description = "Say which Leat, on which Java.",
    footer = {"", "Example: leat version --json"})
final class VersionCommand implements Callable<Integer> {
  private static final String UNPACKAGED = "0.1.0-SNAPSHOT";

  @Option(names = "--json", description = "Answer as JSON.")
  boolean json;

  private final LeatCommand leat;

  VersionCommand(LeatCommand leat) {
    this.leat = leat;
  }

  @Override
  public Integer call() {
    String packaged = VersionCommand.class.getPackage().getImplementationVersion();
    String version = packaged == null ? UNPACKAGED : packaged;
    String java = System.getProperty("java.version", "?");
    String vendor = System.getProperty("java.vendor", "?");
    if (json) {
      leat.terminal()
          .line(
              LeatClient.JSON
                  .createObjectNode()
                  .put("version", version)
                  .put("java", java)
                  .put("vendor", vendor)
                  .toString());
    } else {
      leat.terminal().line("leat " + version + " (Java " + java + ", " + vendor + ")");
    }
    return 0;
  }
}
