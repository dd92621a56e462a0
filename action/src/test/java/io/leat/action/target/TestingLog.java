package io.leat.action.target;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.Property;

/** All that anybody logs, of every level, with the stack traces. */
final class TestingLog extends AbstractAppender implements AutoCloseable {
  final List<String> lines = new CopyOnWriteArrayList<>();
  private final Logger root = (Logger) LogManager.getRootLogger();
  private final Level before = root.getLevel();

  TestingLog() {
    super("testing", null, null, false, Property.EMPTY_ARRAY);
    start();
    root.addAppender(this);
    Configurator.setRootLevel(Level.ALL);
  }

  @Override
  public void append(LogEvent event) {
    StringWriter text = new StringWriter();
    text.append(event.getLoggerName()).append(": ");
    text.append(event.getMessage().getFormattedMessage());
    if (event.getThrown() != null) {
      event.getThrown().printStackTrace(new PrintWriter(text));
    }
    lines.add(text.toString());
  }

  @Override
  public void close() {
    Configurator.setRootLevel(before);
    root.removeAppender(this);
    stop();
  }
}
