package io.leat.app.convert;

import io.leat.app.terminal.Style;
import io.leat.app.terminal.Terminal;
import io.leat.app.terminal.Text;
import io.leat.parquet.Conversion;
import io.leat.parquet.Converted;
import io.leat.parquet.FileException;
import io.leat.parquet.JsonOptions;
import io.leat.parquet.OutputOptions;
import io.leat.parquet.ParquetFile;
import io.leat.parquet.PartSink;
import io.leat.parquet.PartSummary;
import io.leat.parquet.Rejections;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Converts files to JSON. */
final class Converting {
  private final Terminal terminal;
  private final InstantSource clock;
  private final UnfinishedFiles unfinished;
  private final JsonOptions json;
  private final OutputOptions output;
  private final boolean force;
  private final int threads;

  Converting(
      Terminal terminal,
      InstantSource clock,
      UnfinishedFiles unfinished,
      JsonOptions json,
      OutputOptions output,
      boolean force,
      int threads) {
    this.terminal = terminal;
    this.clock = clock;
    this.unfinished = unfinished;
    this.json = json;
    this.output = output;
    this.force = force;
    this.threads = threads;
  }

  /** The first rows, on standard output. */
  void head(ParquetFile file, long rows) throws FileException {
    if (rows == 0) {
      return;
    }
    try {
      Conversion.run(
          file,
          json,
          output.withSplit(rows, 0),
          1,
          0,
          StreamSink.of(terminal, 1),
          ConversionBar.of(null));
    } catch (FileException e) {
      if (Sentences.cause(e, StreamSink.Enough.class) == null) {
        throw e;
      }
    }
  }

  /**
   * All of it.
   *
   * @param label for the progress bar
   */
  void convert(ParquetFile file, Input input, Destination destination, String label)
      throws IOException, FileException, ConvertFailure {
    Instant start = clock.instant();
    Converted converted;
    if (destination instanceof Destination.Regular regular) {
      if (!input.isStandard() && isSame(input.path(), regular.path())) {
        throw new ConvertFailure(input.name() + " would be its own output");
      }
      boolean isSplit = output.splitRows() > 0 || output.splitBytes() > 0;
      try (FileSink sink = new FileSink(regular, isSplit, force, unfinished)) {
        sink.prepare();
        converted = watched(file, label, sink);
        List<Path> published = sink.publish();
        tell(input, published, converted, start);
      }
    } else if (destination instanceof Destination.Device device) {
      try (OutputStream out = Files.newOutputStream(device.path())) {
        converted = watched(file, label, StreamSink.of(out));
      }
      tell(input, List.of(device.path()), converted, start);
    } else {
      converted = run(file, StreamSink.of(terminal, Integer.MAX_VALUE), null);
    }
    warn(input, converted);
  }

  private static boolean isSame(Path one, Path other) throws IOException {
    return Files.exists(other) && Files.exists(one) && Files.isSameFile(one, other);
  }

  private Converted watched(ParquetFile file, String label, PartSink sink) throws FileException {
    try (ConversionBar bar = new ConversionBar(terminal, clock, label, file.rows())) {
      return run(file, sink, bar);
    }
  }

  private Converted run(ParquetFile file, PartSink sink, @Nullable ConversionBar bar)
      throws FileException {
    return Conversion.run(file, json, output, threads, 0, sink, ConversionBar.of(bar));
  }

  /** To people only. */
  private void tell(Input input, List<Path> outputs, Converted converted, Instant start) {
    if (!terminal.isInteractive()) {
      return;
    }
    Duration took = Duration.between(start, clock.instant());
    long bytes = converted.parts().stream().mapToLong(PartSummary::bytes).sum();
    String out =
        outputs.size() == 1
            ? outputs.get(0).toString()
            : outputs.get(0) + " to " + outputs.get(outputs.size() - 1).getFileName();
    terminal.line(
        terminal.styled(Style.GREEN, "✓")
            + " "
            + Text.printable(input.name() + " → " + out)
            + "  "
            + Text.plural(converted.rowsWritten(), "row", "rows")
            + (converted.rowsFiltered() == 0 ? "" : " of " + Text.count(converted.rowsRead()))
            + ", "
            + Text.bytes(bytes)
            + " in "
            + Text.duration(took)
            + " ("
            + ConversionBar.rate(bytes, Math.max(0.001, took.toNanos() / 1e9))
            + ")");
  }

  /** Rows that are left out because of their values are never left out in silence. */
  private void warn(Input input, Converted converted) {
    for (Map.Entry<String, Rejections> reason : converted.rejected().entrySet()) {
      Rejections rejected = reason.getValue();
      String first =
          rejected.firstRows().stream().map(Text::count).collect(Collectors.joining(", "));
      terminal.note(
          Text.printable(input.name())
              + ": "
              + Text.plural(rejected.count(), "row was", "rows were")
              + " left out, "
              + reason.getKey()
              + "; counted from 0 the first are "
              + first);
    }
  }
}
