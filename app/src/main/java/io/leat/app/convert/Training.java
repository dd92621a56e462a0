package io.leat.app.convert;

import io.leat.app.terminal.ColorMode;
import io.leat.app.terminal.Terminal;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;

/**
 * Does once what {@code leat convert} is used for, and shows nothing: the launcher lets the JVM
 * write down the classes that were loaded, from which the command then starts quickly.
 */
public final class Training {
  private static final String SCHEMA =
      """
      {"format":"leat-parquet-schema/1","name":"training","fields":[
      {"name":"id","repetition":"required","physical":"int64"},
      {"name":"small","repetition":"optional","physical":"int32"},
      {"name":"flag","repetition":"optional","physical":"boolean"},
      {"name":"fare","repetition":"optional","physical":"double"},
      {"name":"ratio","repetition":"optional","physical":"float"},
      {"name":"text","repetition":"optional","physical":"byte_array","logical":"text"},
      {"name":"at","repetition":"optional","physical":"int64","logical":"timestamp","unit":"micros","utc":true},
      {"name":"day","repetition":"optional","physical":"int32","logical":"date"},
      {"name":"price","repetition":"optional","physical":"int64","logical":"decimal","precision":12,"scale":2},
      {"name":"tags","repetition":"optional","logical":"listof","fields":[
        {"name":"list","repetition":"repeated","fields":[
          {"name":"element","repetition":"optional","physical":"byte_array","logical":"text"}]}]},
      {"name":"counts","repetition":"optional","logical":"mapof","fields":[
        {"name":"key_value","repetition":"repeated","fields":[
          {"name":"key","repetition":"required","physical":"byte_array","logical":"text"},
          {"name":"value","repetition":"optional","physical":"int32"}]}]}]}
      """;

  private static final String ROW =
      """
      {"id":%d,"small":7,"flag":true,"fare":12.5,"ratio":0.25,"text":"a \\"b\\"","at":"2026-01-01T00:00:00.000000Z","day":"2026-01-01","price":12.50,"tags":["x","y"],"counts":{"a":1}}
      {"id":%d}
      """;

  private Training() {}

  /** Runs, and exits with 0. */
  public static void main(String... args) throws IOException {
    System.setProperty("slf4j.internal.verbosity", "ERROR");
    Terminal.system(ColorMode.AUTO, System.getProperties(), System.getenv());
    Path folder = Files.createTempDirectory("leat-training");
    try {
      run(folder);
    } finally {
      delete(folder);
    }
    System.exit(0);
  }

  static void run(Path folder) throws IOException {
    Path schema = Files.writeString(folder.resolve("schema.json"), SCHEMA);
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 200; i++) {
      rows.append(ROW.formatted(2 * i, 2 * i + 1));
    }
    Path ndjson = Files.writeString(folder.resolve("in.ndjson"), rows);
    String parquet = folder.resolve("in.parquet").toString();
    Path broken = Files.writeString(folder.resolve("broken.parquet"), "not a Parquet file");
    for (List<String> arguments :
        List.of(
            List.of("--to-parquet", "--schema-file", schema.toString(), ndjson.toString(), parquet),
            List.of("--schema", parquet),
            List.of("--schema", "--json", parquet),
            List.of("--stats", parquet),
            List.of("--head", "3", parquet),
            List.of(parquet, folder.resolve("out.ndjson").toString()),
            List.of(parquet, folder.resolve("out.ndjson.gz").toString(), "--where", "fare > 10"),
            List.of(folder + "/*.parquet", folder + "/out/", "--compress", "zstd"),
            List.of(broken.toString(), "-"),
            List.of(parquet, "-"),
            List.of("--help"),
            List.of("--no-such-option"))) {
      for (boolean isWatched : new boolean[] {true, false}) {
        Stream<String> words = Stream.concat(Stream.of("convert"), arguments.stream());
        Convert.run(
            mode -> nowhere(isWatched),
            InputStream.nullInputStream(),
            InstantSource.system(),
            words.toArray(String[]::new));
      }
    }
  }

  private static Terminal nowhere(boolean isWatched) {
    PrintStream none =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    return new Terminal(none, none, isWatched, isWatched, 100);
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
