package io.leat.app.cli;

import io.leat.app.terminal.Terminal;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;

/**
 * What the commands stand on.
 *
 * @param terminal standard output and error
 * @param in standard input
 * @param environment the process's environment variables
 * @param home the folder of the launcher, where {@code blueprints/} lies
 * @param launcher starts a platform
 * @param clock the time
 */
record Context(
    Terminal terminal,
    InputStream in,
    Map<String, String> environment,
    Path home,
    PlatformLauncher launcher,
    InstantSource clock) {

  Context with(Terminal other) {
    return new Context(other, in, environment, home, launcher, clock);
  }
}
