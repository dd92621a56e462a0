package io.leat.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A person with Parquet files, a shell, and no running Leat; with the small class path. */
@Order(81)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConvertStoryTest {
  private static final String SCHEMA =
      """
      {"format":"leat-parquet-schema/1","name":"trips","fields":[
      {"name":"id","repetition":"required","physical":"int64"},
      {"name":"fare","repetition":"optional","physical":"double"},
      {"name":"price","repetition":"optional","physical":"int64","logical":"decimal","precision":12,"scale":2},
      {"name":"zone","repetition":"optional","physical":"byte_array","logical":"text"}]}
      """;
  private static final int MANY = 300_000;

  private final Path folder;

  ConvertStoryTest(@TempDir Path folder) {
    this.folder = folder;
  }

  private record Ended(int code, String out, String err) {}

  @BeforeAll
  void filesAreMadeOfJson() throws Exception {
    Files.writeString(folder.resolve("schema.json"), SCHEMA);
    rows(folder.resolve("few.ndjson"), 3);
    rows(folder.resolve("many.ndjson"), MANY);
    Ended ended =
        sh(
            """
            mkdir -p in/deep && leat convert --to-parquet --schema-file schema.json few.ndjson in/a.parquet
            leat convert --to-parquet --schema-file schema.json many.ndjson many.parquet
            cp in/a.parquet in/deep/b.parquet
            """);
    assertThat(ended).isEqualTo(new Ended(0, "", ""));
  }

  private static void rows(Path file, int count) throws IOException {
    try (Writer out = Files.newBufferedWriter(file)) {
      for (int i = 0; i < count; i++) {
        out.write(
            "{\"id\":%d,\"fare\":%d.25,\"price\":%d.50,\"zone\":\"zone %d\"}\n"
                .formatted(i, i % 97, i % 89, i * 7919 % 10_007));
      }
    }
  }

  @Test
  void patternsAreTheShellsOrOurs() throws Exception {
    Ended ended =
        sh(
            """
            leat convert in/*.parquet in/deep/*.parquet by-shell
            leat convert 'in/**/*.parquet' by-us --compress gzip
            leat convert in/a.parquet one.json
            """);
    assertThat(ended).isEqualTo(new Ended(0, "", ""));
    assertThat(files("by-shell")).containsExactly("a.ndjson", "b.ndjson");
    assertThat(files("by-us")).containsExactly("a.ndjson.gz", "deep/b.ndjson.gz");
    assertThat(folder.resolve("by-shell/b.ndjson"))
        .hasSameTextualContentAs(folder.resolve("few.ndjson"));
    assertThat(Files.readString(folder.resolve("one.json"))).startsWith("[\n{\"id\":0,");
  }

  @Test
  void aPipeIsReadAndWrittenAndMayBeClosedEarly() throws Exception {
    assertThat(sh("cat in/a.parquet | leat convert - - --columns id --where 'id >= 1' | cat"))
        .isEqualTo(new Ended(0, "{\"id\":1}\n{\"id\":2}\n", ""));
    assertThat(sh("leat convert many.parquet - --columns id | head -n 1"))
        .isEqualTo(new Ended(0, "{\"id\":0}\n", ""));
    assertThat(sh("leat convert many.parquet - | cmp - many.ndjson"))
        .isEqualTo(new Ended(0, "", ""));
    assertThat(sh("leat convert many.parquet - >/dev/full"))
        .isEqualTo(
            new Ended(
                1,
                "",
                "leat: many.parquet: standard output cannot be written: No space left on device"
                    + " (transient, io).\n"));
  }

  @Test
  void anOutputIsNotOverwrittenAndAFailureEndsWithOne() throws Exception {
    assertThat(sh("echo precious >kept.ndjson; leat convert in/a.parquet kept.ndjson"))
        .isEqualTo(new Ended(1, "", "leat: kept.ndjson exists; --force overwrites it.\n"));
    assertThat(folder.resolve("kept.ndjson")).hasContent("precious\n");
    assertThat(sh("leat convert few.ndjson out.ndjson"))
        .isEqualTo(
            new Ended(
                1,
                "",
                "leat: few.ndjson: the file does not end with PAR1: it is not Parquet, or not"
                    + " complete (corrupt, not-parquet).\n"));
    assertThat(folder.resolve("out.ndjson")).doesNotExist();
  }

  @Test
  void whatAFileHoldsIsShown() throws Exception {
    assertThat(sh("leat convert --schema in/a.parquet").out())
        .startsWith(
            """
            column  type            occurs    physical
            id      int64           required  int64
            fare    double          optional  double
            price   decimal(12, 2)  optional  int64
            zone    text            optional  byte_array
            3 rows, 1 row group, 4 columns,""");
    assertThat(sh("leat convert --stats in/a.parquet").out())
        .containsPattern("price +decimal\\(12, 2\\) +zstd .* 3 +0 +0.50 +2.50\n");
    assertThat(sh("leat convert --head 1 many.parquet").out())
        .isEqualTo("{\"id\":0,\"fare\":0.25,\"price\":0.50,\"zone\":\"zone 0\"}\n");
  }

  /** Also that nothing is left, but after a kill, when nobody can delete anything. */
  @Test
  void whateverEndsItNobodySeesAPartialFile() throws Exception {
    Path out = folder.resolve("killed/many.ndjson.gz");
    Path part = folder.resolve("killed/.many.ndjson.gz.leat-part");
    Files.createDirectories(out.getParent());
    for (String signal : List.of("KILL", "INT", "TERM", "KILL")) {
      Files.write(part, new byte[0]); // as a killed process leaves it; not yet written to again
      LeatProcess leat =
          LeatProcess.start(
              folder, "convert", "many.parquet", "killed/many.ndjson.gz", "--level=9", "--force");
      while (leat.handle().isAlive() && size(part) <= 0) {
        Thread.onSpinWait();
      }
      if (leat.handle().isAlive()) {
        leat.signal(signal);
      }
      leat.await(java.time.Duration.ofSeconds(30));
      if (Files.exists(out)) {
        assertThat(lines(out)).isEqualTo(MANY);
      }
      if (!signal.equals("KILL")) {
        assertThat(part).doesNotExist();
      }
    }
    Ended last = sh("leat convert many.parquet killed/many.ndjson.gz --force");
    assertThat(last).isEqualTo(new Ended(0, "", ""));
    assertThat(files("killed")).containsExactly("many.ndjson.gz");
    assertThat(lines(out)).isEqualTo(MANY);
  }

  private static long size(Path file) {
    return file.toFile().length();
  }

  private static long lines(Path gzip) throws IOException {
    long lines = 0;
    try (InputStream in =
        new BufferedInputStream(new GZIPInputStream(Files.newInputStream(gzip)))) {
      for (int b = in.read(); b >= 0; b = in.read()) {
        lines += b == '\n' ? 1 : 0;
      }
    }
    return lines;
  }

  private List<String> files(String name) throws IOException {
    Path from = folder.resolve(name);
    try (Stream<Path> files = Files.walk(from)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> from.relativize(file).toString())
          .sorted()
          .toList();
    }
  }

  /** Runs a script in which {@code leat} is this build. */
  private Ended sh(String script) throws Exception {
    String command =
        Launch.command("convert").stream()
            .map(word -> "'" + word + "'")
            .collect(Collectors.joining(" "));
    // The last word is the command's name, which the script says itself.
    String leat = command.substring(0, command.lastIndexOf(' '));
    Path file = folder.resolve("script.sh");
    Files.writeString(file, "leat() { " + leat + " \"$@\"; }\n" + script);
    Path out = folder.resolve("script.out");
    Path err = folder.resolve("script.err");
    ProcessBuilder builder =
        new ProcessBuilder("sh", file.toString())
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    Launch.environment(builder);
    Process process = builder.start();
    process.getOutputStream().close();
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    return new Ended(
        process.exitValue(), Files.readString(out, UTF_8), Files.readString(err, UTF_8));
  }
}
