package io.leat.files.alert;

import io.leat.rules.alert.Alert;

/** Where alerts go. Thread-safe; blocks. */
@FunctionalInterface
public interface AlertSink {
  /**
   * Says an alert; returns when it surely is in the log.
   *
   * @throws RuntimeException when it may not be: it is said again
   */
  void say(Alert alert);
}
