package io.leat.app.cli;

import io.leat.app.client.HttpProblemException;
import io.leat.app.client.LeatClient;
import io.leat.app.client.SqlRows;
import io.leat.app.terminal.Style;
import io.leat.app.terminal.Table;
import io.leat.app.terminal.Terminal;
import io.leat.app.terminal.Text;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jline.reader.EOFError;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.ParsedLine;
import org.jline.reader.Parser;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.terminal.TerminalBuilder;

/** The prompt of {@code leat sql}: statements end with {@code ;}, Ctrl-C ends a running query. */
final class SqlPrompt {
  private static final String HELP =
      """
      A statement ends with ; and may span lines. Ctrl-C ends a running query, Ctrl-D leaves.
        \\d          the tables
        \\d TABLE    a table's columns
        \\?          this help
        \\q          leave""";

  private final LeatClient client;
  private final SqlPrinter printer;
  private final Terminal terminal;
  private final Path history;
  private final SqlWords words = new SqlWords();

  SqlPrompt(LeatClient client, SqlPrinter printer, Context context) {
    this.client = client;
    this.printer = printer;
    this.terminal = context.terminal();
    String share = context.environment().getOrDefault("XDG_DATA_HOME", "");
    Path base =
        share.isBlank()
            ? Path.of(System.getProperty("user.home", "."), ".local", "share")
            : Path.of(share);
    this.history = base.resolve("leat").resolve("sql-history");
  }

  int run() throws IOException {
    words.read(client.get("/v1/sql/tables"));
    Files.createDirectories(history.getParent());
    try (org.jline.terminal.Terminal screen = TerminalBuilder.builder().system(true).build()) {
      LineReader reader =
          LineReaderBuilder.builder()
              .terminal(screen)
              .parser(new StatementParser())
              .completer(words)
              .variable(LineReader.HISTORY_FILE, history)
              .variable(LineReader.HISTORY_SIZE, 5_000)
              .variable(LineReader.SECONDARY_PROMPT_PATTERN, "  ... ")
              .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
              .option(LineReader.Option.CASE_INSENSITIVE, true)
              .build();
      terminal.line("Leat at " + client.base() + ". Statements end with ;  \\? helps, \\q leaves.");
      boolean more = true;
      while (more) {
        more = turn(reader, screen);
      }
    }
    return 0;
  }

  private boolean turn(LineReader reader, org.jline.terminal.Terminal screen) {
    try {
      String text = reader.readLine("leat> ").strip();
      return text.isEmpty() || act(text, screen);
    } catch (UserInterruptException e) {
      return true; // Ctrl-C at the prompt drops the line.
    } catch (EndOfFileException e) {
      return false;
    }
  }

  private boolean act(String text, org.jline.terminal.Terminal screen) {
    try {
      if (text.startsWith("\\")) {
        return command(text);
      }
      query(SqlCommand.stripped(text), screen);
    } catch (HttpProblemException e) {
      terminal.error(String.valueOf(e.getMessage()));
    } catch (UncheckedIOException e) {
      terminal.error(told(e));
    }
    return true;
  }

  private boolean command(String text) {
    String[] parts = text.split("\\s+", 2);
    switch (parts[0]) {
      case "\\q" -> {
        return false;
      }
      case "\\d" -> {
        words.read(client.get("/v1/sql/tables"));
        describe(parts.length > 1 ? SqlCommand.stripped(parts[1]) : "");
      }
      case "\\?" -> terminal.line(HELP);
      default -> terminal.error("'" + parts[0] + "' is not known; \\? lists what is");
    }
    return true;
  }

  private void describe(String name) {
    if (name.isEmpty()) {
      Table table = new Table("table", "columns>");
      words.tables().forEach((t, columns) -> table.row(t, Text.count(columns.size())));
      table.print(terminal);
      return;
    }
    List<String> columns = words.tables().get(name);
    if (columns == null) {
      terminal.error("there is no table '" + name + "'; \\d lists them");
      return;
    }
    Table table = new Table("column", "type");
    for (String column : columns) {
      String[] parts = column.split(" ", 2);
      table.row(parts[0], parts.length > 1 ? parts[1] : "");
    }
    table.print(terminal);
  }

  /** Runs on a thread of its own, so that Ctrl-C can end it. */
  private void query(String sql, org.jline.terminal.Terminal screen) {
    AtomicReference<SqlRows> running = new AtomicReference<>();
    AtomicBoolean cancelled = new AtomicBoolean();
    Thread worker = new Thread(() -> execute(sql, running, cancelled), "leat-sql");
    org.jline.terminal.Terminal.SignalHandler before =
        screen.handle(
            org.jline.terminal.Terminal.Signal.INT, s -> cancel(worker, running, cancelled));
    try {
      worker.start();
      worker.join();
    } catch (InterruptedException e) {
      cancel(worker, running, cancelled);
      Thread.currentThread().interrupt();
    } finally {
      screen.handle(org.jline.terminal.Terminal.Signal.INT, before);
    }
  }

  private void execute(String sql, AtomicReference<SqlRows> running, AtomicBoolean cancelled) {
    long start = System.nanoTime();
    try (SqlRows rows = SqlRows.query(client, sql)) {
      running.set(rows);
      long count = printer.print(rows);
      printer.cost(count, Duration.ofNanos(System.nanoTime() - start), rows.facts());
    } catch (HttpProblemException | IOException | UncheckedIOException e) {
      if (cancelled.get()) {
        terminal.note(terminal.styled(Style.YELLOW, "Cancelled."));
      } else {
        terminal.error(told(e));
      }
    }
  }

  private static String told(Exception e) {
    Throwable cause = e.getCause();
    return String.valueOf(
        e instanceof UncheckedIOException && cause != null ? cause.getMessage() : e.getMessage());
  }

  private static void cancel(
      Thread worker, AtomicReference<SqlRows> running, AtomicBoolean cancelled) {
    cancelled.set(true);
    worker.interrupt();
    SqlRows rows = running.get();
    if (rows != null) {
      try {
        rows.close();
      } catch (IOException e) {
        // The connection is gone, which is what was wanted.
        return;
      }
    }
  }

  /** A line is complete when it ends with a semicolon, is blank, or is a command. */
  private static final class StatementParser implements Parser {
    private final DefaultParser words = new DefaultParser();

    StatementParser() {
      words.setEscapeChars(null);
      words.setQuoteChars(new char[0]);
    }

    @Override
    public ParsedLine parse(String line, int cursor, ParseContext context) {
      String text = line.strip();
      boolean complete = text.isEmpty() || text.startsWith("\\") || text.endsWith(";");
      if (context == ParseContext.ACCEPT_LINE && !complete) {
        throw new EOFError(-1, cursor, "the statement goes on");
      }
      return words.parse(line, cursor, context);
    }
  }
}
