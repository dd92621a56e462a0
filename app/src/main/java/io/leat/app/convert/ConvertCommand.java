package io.leat.app.convert;

import io.leat.app.command.CommandFrame;
import io.leat.app.command.GlobalOptions;
import io.leat.app.terminal.Terminal;
import io.leat.app.terminal.Text;
import io.leat.parquet.FileException;
import io.leat.parquet.Layout;
import io.leat.parquet.Limits;
import io.leat.parquet.ParquetFile;
import io.leat.parquet.Schema;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code leat convert}. */
@Command(
    name = "convert",
    customSynopsis = {
      "leat convert [OPTIONS] IN... OUT",
      "       leat convert --schema|--stats [--json] IN...",
      "       leat convert --head N [OPTIONS] IN...",
      "       leat convert --to-parquet --schema-file FILE IN... OUT"
    },
    description = {
      "Convert Parquet to JSON, without a running Leat.",
      "IN is a file, a pattern in quotes, a folder (all Parquet files in it) or - for standard"
          + " input. OUT is a file, a folder for several, or - for standard output. An output"
          + " appears when it is complete."
    },
    footer = {
      "",
      "Examples:",
      "  leat convert taxi.parquet taxi.ndjson.zst",
      "  leat convert 'in/**/*.parquet' out/ --compress gzip",
      "  leat convert taxi.parquet - --columns fare,tip --where 'fare > 10' | head",
      "  leat convert --schema taxi.parquet",
      "  leat convert --to-parquet --schema-file taxi.schema.json taxi.ndjson taxi.parquet"
    })
public final class ConvertCommand implements Callable<Integer> {
  private static final long MIB = 1L << 20;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      arity = "1..*",
      paramLabel = "FILE",
      description = "Inputs, and the output as the last one.")
  private List<String> files = List.of();

  @Mixin private RowArguments rows = new RowArguments();
  @Mixin private OutputArguments output = new OutputArguments();

  @Option(names = "--schema", description = "Show the columns and their types.")
  private boolean schema;

  @Option(
      names = "--stats",
      description = "Show each column's types, codec, encodings, sizes, nulls, least and greatest.")
  private boolean stats;

  @Option(names = "--head", paramLabel = "N", description = "Show the first rows.")
  private @Nullable Long head;

  @Option(
      names = "--json",
      description = "With --schema: the schema file for --to-parquet; with --stats: one object.")
  private boolean json;

  @Option(names = "--to-parquet", description = "NDJSON back to Parquet.")
  private boolean toParquet;

  @Option(
      names = "--schema-file",
      paramLabel = "FILE",
      description = "What --schema --json wrote, for --to-parquet.")
  private @Nullable Path schemaFile;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "How many work at most (default: one a processor).")
  private int threads;

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      converter = ByteSize.class,
      description = "For pages, dictionaries and output (default: 256m).")
  private @Nullable Long memory;

  private final GlobalOptions global;
  private final Supplier<Terminal> terminals;
  private final InputStream in;
  private final InstantSource clock;

  /**
   * @param in standard input
   */
  public ConvertCommand(
      GlobalOptions global, Supplier<Terminal> terminals, InputStream in, InstantSource clock) {
    this.global = global;
    this.terminals = terminals;
    this.in = in;
    this.clock = clock;
  }

  @Override
  public Integer call() {
    checkUsage();
    try (UnfinishedFiles unfinished = new UnfinishedFiles()) {
      if (schema || stats || head != null) {
        return inspect(unfinished);
      }
      return toParquet ? restore(unfinished) : convert(unfinished);
    } catch (ConvertFailure e) {
      return failed(e, "");
    }
  }

  private void checkUsage() {
    boolean isInspecting = schema || stats || head != null;
    if ((schema ? 1 : 0) + (stats ? 1 : 0) + (head != null ? 1 : 0) + (toParquet ? 1 : 0) > 1) {
      throw misuse("--schema, --stats, --head and --to-parquet exclude each other");
    }
    if (json && !schema && !stats) {
      throw misuse("--json goes with --schema or --stats");
    }
    if (toParquet && schemaFile == null) {
      throw misuse("--to-parquet needs --schema-file, which 'leat convert --schema --json' writes");
    }
    if (!toParquet && schemaFile != null) {
      throw misuse("--schema-file goes with --to-parquet");
    }
    if ((head != null && head < 0) || threads < 0) {
      throw misuse("--head and --threads are at least 0");
    }
    if (!isInspecting && files.size() < 2) {
      throw misuse("say where to: a file, a folder, or - for standard output");
    }
    long standard = inputs().stream().filter(Input.STANDARD::equals).count();
    if (standard > 1) {
      throw misuse("standard input can be read once");
    }
  }

  private CommandLine.ParameterException misuse(String sentence) {
    return new CommandLine.ParameterException(spec.commandLine(), sentence);
  }

  private List<String> inputs() {
    boolean isInspecting = schema || stats || head != null;
    return isInspecting ? files : files.subList(0, files.size() - 1);
  }

  private int inspect(UnfinishedFiles unfinished) throws ConvertFailure {
    Opening opening = new Opening(in, unfinished, limits());
    List<Input> found = Inputs.find(inputs(), Set.copyOf(Inputs.EXTENSIONS)).files();
    Inspection inspection = new Inspection(terminal());
    Converting converting = converting(Format.COMMON, unfinished);
    return each(
        found,
        input -> {
          if (found.size() > 1 && head == null && !json) {
            terminal().line(Text.printable(input.name()));
          }
          return opening.use(input, file -> show(file, input, inspection, converting));
        });
  }

  private boolean show(ParquetFile file, Input input, Inspection inspection, Converting converting)
      throws FileException {
    if (head != null) {
      converting.head(file, head);
    } else if (schema && json) {
      inspection.schemaAsJson(file);
    } else if (schema) {
      inspection.schema(file);
    } else if (json) {
      inspection.statisticsAsJson(file, input.name());
    } else {
      inspection.statistics(file);
    }
    return true;
  }

  private int convert(UnfinishedFiles unfinished) throws ConvertFailure {
    Opening opening = new Opening(in, unfinished, limits());
    Inputs.Found found = Inputs.find(inputs(), Set.copyOf(Inputs.EXTENSIONS));
    Destinations.Assigned assigned = Destinations.assign(found, out(), new ToJson());
    Map<Input, Destination> outputs = assigned.outputs();
    boolean isStream = outputs.values().stream().noneMatch(Destination.Regular.class::isInstance);
    if (isStream && assigned.format().layout() == Layout.ARRAY && outputs.size() > 1) {
      throw new ConvertFailure("several files are several JSON documents; name a folder for them");
    }
    if (isStream && output.isSplit()) {
      throw new ConvertFailure("--split-rows and --split-bytes need a file or a folder");
    }
    Converting converting = converting(assigned.format(), unfinished);
    List<Input> all = List.copyOf(outputs.keySet());
    return each(
        all,
        input -> {
          String number = all.size() == 1 ? "" : (all.indexOf(input) + 1) + "/" + all.size() + " ";
          String label = number + Text.printable(input.name());
          Destination destination = java.util.Objects.requireNonNull(outputs.get(input));
          return opening.use(
              input,
              file -> {
                converting.convert(file, input, destination, label);
                return true;
              });
        });
  }

  private int restore(UnfinishedFiles unfinished) throws ConvertFailure {
    Schema shape = Restoring.schema(java.util.Objects.requireNonNull(schemaFile));
    Inputs.Found found = Inputs.find(inputs(), Restoring.EXTENSIONS);
    if (found.files().size() > 1 && out().equals(Input.STANDARD)) {
      throw new ConvertFailure("several files are several Parquet files; name a folder for them");
    }
    Map<Input, Destination> outputs =
        Destinations.assign(found, out(), new Restoring.ToParquet()).outputs();
    Restoring restoring = new Restoring(shape, output.force, unfinished, in, terminal().out());
    return each(
        List.copyOf(outputs.keySet()),
        input -> {
          Destination destination = java.util.Objects.requireNonNull(outputs.get(input));
          long count = restoring.restore(input, destination);
          if (terminal().isInteractive() && !(destination instanceof Destination.Standard)) {
            terminal()
                .line(
                    Text.printable(input.name() + " → " + destination.name())
                        + "  "
                        + Text.plural(count, "row", "rows"));
          }
          return true;
        });
  }

  private String out() {
    return files.get(files.size() - 1);
  }

  private Converting converting(Format format, UnfinishedFiles unfinished) {
    Format wanted = output.format(format);
    int most = threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
    return new Converting(
        terminal(), clock, unfinished, rows.options(), output.options(wanted), output.force, most);
  }

  /** A quarter of the memory may be one page, or one row; never less than is common. */
  private Limits limits() throws ConvertFailure {
    long heap = Runtime.getRuntime().maxMemory();
    Limits common = Limits.DEFAULT;
    if (memory == null) {
      return common.withMemoryBytes(Math.max(MIB, Math.min(common.memoryBytes(), heap / 2)));
    }
    long bytes = memory;
    if (bytes > heap / 4 * 3 || bytes < MIB) {
      throw new ConvertFailure(
          "--memory is "
              + Text.bytes(bytes)
              + "; it is at least 1 MiB, and at most three quarters of the heap, which is "
              + Text.bytes(heap)
              + ": LEAT_HEAP=8g makes that larger");
    }
    long one = bytes / 4;
    return new Limits(
        bytes,
        Math.max(common.maxPageBytes(), one),
        Math.max(common.maxDictionaryBytes(), one),
        Math.max(common.maxFooterBytes(), one),
        common.maxColumns(),
        common.maxDepth(),
        common.maxExpansion(),
        common.maxRows(),
        Math.max(common.maxRowBytes(), one));
  }

  /** What is done with an input. */
  private interface Work {
    boolean with(Input input) throws IOException, FileException, ConvertFailure;
  }

  /** One failure does not keep the others from being done. */
  private int each(List<Input> inputs, Work work) {
    int failures = 0;
    for (Input input : inputs) {
      try {
        work.with(input);
      } catch (IOException | FileException | ConvertFailure | RuntimeException e) {
        if (Sentences.cause(e, StreamSink.Closed.class) != null) {
          return 1; // As usual where nobody reads any more: not a word.
        }
        failures++;
        failed(e, Text.printable(input.name()));
      }
    }
    if (failures > 0 && inputs.size() > 1) {
      terminal()
          .error(
              Text.count(failures)
                  + " of "
                  + Text.plural(inputs.size(), "file", "files")
                  + " failed.");
    }
    return failures > 0 ? 1 : 0;
  }

  private int failed(Exception e, String file) {
    terminal().error(CommandFrame.sentence(Sentences.of(e, file)));
    if (global.verbose()) {
      e.printStackTrace(terminal().err());
      terminal().err().flush();
    }
    return 1;
  }

  private Terminal terminal() {
    return terminals.get();
  }

  private final class ToJson implements Destinations.Kind {
    @Override
    public Format format(String name) throws ConvertFailure {
      Format.Named named = Format.named(name);
      if (named.layout() == null && output.layout == null) {
        throw new ConvertFailure(
            "the extension of "
                + name
                + " says no format; end it with .ndjson, .jsonl or .json, and .gz or .zst behind,"
                + " or say --layout");
      }
      return output.format(named.format());
    }

    @Override
    public Format format() {
      return output.format(Format.COMMON);
    }

    @Override
    public String extension(Format format) {
      return format.extension();
    }

    @Override
    public Format.Named named(String name) {
      return Format.named(name);
    }
  }
}
