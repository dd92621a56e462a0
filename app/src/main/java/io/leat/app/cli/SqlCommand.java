package io.leat.app.cli;

import io.leat.app.client.LeatClient;
import io.leat.app.client.SqlRows;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code leat sql}. */
@Command(
    name = "sql",
    description = {
      "Query the tables. Without QUERY: a prompt, or the query on standard input.",
      "Tables are called <blueprint>_raw.<stream> and <blueprint>_processed.<stream>."
    },
    footer = {
      "",
      "Example: leat sql 'SELECT count(*) FROM devices_processed.telemetry' --format csv"
    })
final class SqlCommand implements Callable<Integer> {
  @Mixin ConnectionOptions connection = new ConnectionOptions();

  @Parameters(paramLabel = "QUERY", arity = "0..1", description = "A SELECT statement.")
  @Nullable String query;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      defaultValue = "table",
      description = "table, csv or json (default: table).")
  SqlFormat format = SqlFormat.TABLE;

  private final LeatCommand leat;

  SqlCommand(LeatCommand leat) {
    this.leat = leat;
  }

  @Override
  public Integer call() throws IOException {
    LeatClient client = connection.connect(leat.context().environment());
    SqlPrinter printer = new SqlPrinter(leat.terminal(), format);
    if (query == null && leat.terminal().isPrompting()) {
      return new SqlPrompt(client, printer, leat.context()).run();
    }
    String statement =
        query != null
            ? query
            : new String(leat.context().in().readAllBytes(), StandardCharsets.UTF_8);
    if (statement.isBlank()) {
      throw new CommandFailure("there is no query; pass one, or send it on standard input");
    }
    long start = System.nanoTime();
    try (SqlRows rows = SqlRows.query(client, stripped(statement))) {
      long count = printer.print(rows);
      printer.cost(count, Duration.ofNanos(System.nanoTime() - start), rows.facts());
    }
    return 0;
  }

  /** Without the semicolon that ends it. */
  static String stripped(String statement) {
    String text = statement.strip();
    return text.endsWith(";") ? text.substring(0, text.length() - 1).stripTrailing() : text;
  }
}
