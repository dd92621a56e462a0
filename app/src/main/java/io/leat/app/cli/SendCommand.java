package io.leat.app.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.app.client.BatchOutcome;
import io.leat.app.client.EventSender;
import io.leat.app.client.LeatClient;
import io.leat.app.client.Pause;
import io.leat.app.client.RecordResult;
import io.leat.app.client.RetryPolicy;
import io.leat.app.terminal.LiveLines;
import io.leat.app.terminal.Style;
import io.leat.app.terminal.Table;
import io.leat.app.terminal.Terminal;
import io.leat.app.terminal.Text;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code leat send}. */
@Command(
    name = "send",
    description = {
      "Send the events of a file: NDJSON, or a JSON array or object.",
      "A batch that meets 429, 503 or silence is sent again under the same Idempotency-Key."
    },
    footer = {
      "",
      "Examples:",
      "  leat send devices.telemetry readings.ndjson",
      "  zcat old.json.gz | leat send devices.fault - --json"
    })
final class SendCommand implements Callable<Integer> {
  private static final int REASONS_KEPT = 20;

  @Mixin ConnectionOptions connection = new ConnectionOptions();

  @Parameters(index = "0", paramLabel = "STREAM", description = "Such as devices.telemetry.")
  String stream = "";

  @Parameters(index = "1", paramLabel = "FILE", description = "The file, or - for standard input.")
  String file = "";

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "500",
      description = "Records in a request, at most (default: 500).")
  int batch = 500;

  @Option(
      names = "--batch-bytes",
      paramLabel = "BYTES",
      defaultValue = "1000000",
      description = "Bytes in a request before compression, at most (default: 1000000).")
  int batchBytes = 1_000_000;

  @Option(
      names = "--attempts",
      paramLabel = "N",
      defaultValue = "8",
      description = "How often a batch is tried, at most (default: 8).")
  int attempts = 8;

  @Option(names = "--json", description = "Answer as JSON.")
  boolean json;

  private final LeatCommand leat;
  private final Map<String, Long> refused = new TreeMap<>();
  private final Map<String, String> samples = new TreeMap<>();
  private long sent;
  private long accepted;
  private long requests;
  private long pieces;

  SendCommand(LeatCommand leat) {
    this.leat = leat;
  }

  @Override
  public Integer call() throws IOException {
    if (batch < 1 || batchBytes < 1 || attempts < 1) {
      throw new CommandFailure("--batch, --batch-bytes and --attempts must be at least 1");
    }
    LeatClient client = connection.connect(leat.context().environment());
    RetryPolicy usual = RetryPolicy.DEFAULT;
    EventSender sender =
        new EventSender(
            client,
            new RetryPolicy(attempts, usual.first(), usual.longest(), usual.answer()),
            Pause.sleeping());
    long start = System.nanoTime();
    long size = file.equals("-") ? 0 : Files.size(Path.of(file));
    try (RecordSource source = new RecordSource(open());
        LiveLines live = new LiveLines(leat.terminal())) {
      sendAll(sender, source, size, live);
      live.erase();
    }
    report(Duration.ofNanos(System.nanoTime() - start));
    return refused.isEmpty() ? 0 : 1;
  }

  private InputStream open() throws IOException {
    return file.equals("-") ? leat.context().in() : Files.newInputStream(Path.of(file));
  }

  private void sendAll(EventSender sender, RecordSource source, long size, LiveLines live)
      throws IOException {
    String run = UUID.randomUUID().toString();
    List<byte[]> records = new ArrayList<>();
    long bytes = 0;
    for (byte[] record = source.next(); record != null; record = source.next()) {
      if (records.size() >= batch || (!records.isEmpty() && bytes + record.length > batchBytes)) {
        sendBatch(sender, source, records, run);
        draw(live, source.bytes(), size);
        records.clear();
        bytes = 0;
      }
      records.add(record);
      bytes += record.length;
    }
    if (!records.isEmpty()) {
      sendBatch(sender, source, records, run);
    }
  }

  private void sendBatch(EventSender sender, RecordSource source, List<byte[]> records, String run)
      throws IOException {
    BatchOutcome outcome = sender.send(stream, source.format(), records, run + "-" + pieces++);
    requests += outcome.attempts();
    for (RecordResult result : outcome.results()) {
      if (result.isAccepted()) {
        accepted++;
        continue;
      }
      String reason = result.status() + " " + result.code();
      refused.merge(reason, 1L, Long::sum);
      if (samples.size() < REASONS_KEPT) {
        samples.putIfAbsent(
            reason, "record " + (sent + result.index() + 1) + ": " + result.reason());
      }
    }
    sent += records.size();
  }

  private void draw(LiveLines live, long done, long size) {
    String bar = size > 0 ? LiveLines.bar((double) done / size, 30) + "  " : "";
    live.draw(
        List.of(
            bar
                + Text.count(accepted)
                + " accepted, "
                + Text.count(sent - accepted)
                + " rejected, "
                + Text.bytes(done)));
  }

  private void report(Duration took) {
    Terminal terminal = leat.terminal();
    if (json) {
      ObjectNode answer = LeatClient.JSON.createObjectNode();
      answer.put("sent", sent).put("accepted", accepted).put("rejected", sent - accepted);
      ObjectNode reasons = answer.putObject("reasons");
      refused.forEach(reasons::put);
      answer.put("requests", requests).put("millis", took.toMillis());
      terminal.line(answer.toString());
      return;
    }
    double rate = took.isZero() ? 0 : sent * 1e9 / took.toNanos();
    terminal.line(
        Text.plural(sent, "record", "records")
            + " sent to "
            + stream
            + " in "
            + Text.duration(took)
            + " ("
            + Text.rate(rate)
            + "): "
            + terminal.styled(Style.GREEN, Text.count(accepted) + " accepted")
            + (refused.isEmpty()
                ? ""
                : ", " + terminal.styled(Style.RED, Text.count(sent - accepted) + " rejected"))
            + ".");
    if (!refused.isEmpty()) {
      Table table = new Table("status", "records>", "first");
      refused.forEach(
          (reason, n) ->
              table.row(reason, Text.count(n), Text.printable(samples.getOrDefault(reason, ""))));
      table.print(terminal);
    }
  }
}
