package io.leat.bench;

import io.leat.stream.LogRecord;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.flink.api.common.functions.FilterFunction;

/** Lets everything through, but nothing before a file exists: tasks restore their state first. */
final class Gate implements FilterFunction<LogRecord> {
  private static final long serialVersionUID = 1L;

  private final String file;
  private transient boolean isOpen;

  Gate(String file) {
    this.file = file;
  }

  @Override
  public boolean filter(LogRecord log) throws Exception {
    if (!isOpen) {
      Path path = Path.of(file);
      Waiting.until(
          file + " appears", Options.PATIENCE, Duration.ofMillis(5), () -> Files.exists(path));
      isOpen = true;
    }
    return true;
  }
}
