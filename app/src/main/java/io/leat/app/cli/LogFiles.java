package io.leat.app.cli;

import java.nio.file.Path;

/** Where log lines go: read by {@code log4j2.xml} when the first logger is made. */
final class LogFiles {
  private LogFiles() {}

  /** Commands keep no log; what fails is told by themselves. */
  static void none() {
    set("leat.log.console.level", "OFF");
  }

  /** A platform logs to {@code <data>/logs}, and to the terminal only what is broken. */
  static void in(Path data) {
    set("leat.log.dir", data.resolve("logs").toString());
    set("leat.log.file.level", "INFO");
  }

  private static void set(String name, String value) {
    if (System.getProperty(name) == null) {
      System.setProperty(name, value);
    }
  }
}
