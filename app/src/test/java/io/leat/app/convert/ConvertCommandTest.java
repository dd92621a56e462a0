package io.leat.app.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.leat.app.terminal.TestingTerminal;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConvertCommandTest {
  private final Path folder;
  private TestingTerminal terminal = TestingTerminal.pipe();
  private byte[] input = new byte[0];

  ConvertCommandTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void aFileBecomesWhatTheExtensionOfTheOutputSays() throws IOException {
    String trips = trips("trips.parquet");

    assertThat(run(trips, at("trips.ndjson"))).isZero();
    assertThat(run(trips, at("trips.jsonl.gz"))).isZero();
    assertThat(run(trips, at("trips.json"))).isZero();

    assertThat(folder.resolve("trips.ndjson")).hasContent(TestingParquet.ROWS);
    try (InputStream gzip =
        new GZIPInputStream(Files.newInputStream(folder.resolve("trips.jsonl.gz")))) {
      assertThat(new String(gzip.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8))
          .isEqualTo(TestingParquet.ROWS);
    }
    assertThat(Files.readString(folder.resolve("trips.json")))
        .isEqualTo("[\n" + TestingParquet.ROWS.strip().replace("}\n", "},\n") + "\n]\n");
    assertThat(terminal.out() + terminal.err()).isEmpty();
  }

  @Test
  void columnsAreChosenRenamedAndRowsFiltered() {
    assertThat(
            run(
                trips("trips.parquet"),
                "-",
                "--columns",
                "zone,fare",
                "--rename",
                "fare=price",
                "--where",
                "fare > 10 OR zone IS NULL",
                "--nulls",
                "omit"))
        .isZero();
    assertThat(terminal.out()).isEqualTo("{\"zone\":\"Mitte\",\"price\":12.5}\n{}\n");
  }

  @Test
  void standardInputIsReadAndStandardOutputWritten() throws IOException {
    input = Files.readAllBytes(Path.of(trips("trips.parquet")));
    assertThat(run("-", "-", "--layout", "array", "--columns", "id")).isZero();
    assertThat(terminal.out()).isEqualTo("[\n{\"id\":1},\n{\"id\":2},\n{\"id\":3}\n]\n");
  }

  @Test
  void anExistingOutputIsRefusedUnlessForced() throws IOException {
    String trips = trips("trips.parquet");
    Path out = Files.writeString(folder.resolve("out.ndjson"), "precious");

    assertThat(run(trips, out.toString())).isEqualTo(1);
    assertThat(out).hasContent("precious");
    assertThat(terminal.err()).isEqualTo("leat: " + out + " exists; --force overwrites it.\n");
    assertThat(run(trips, out.toString(), "--force")).isZero();
    assertThat(out).hasContent(TestingParquet.ROWS);
  }

  @Test
  void anInputIsNeverItsOwnOutput() throws IOException {
    String trips = trips("trips.parquet");
    byte[] before = Files.readAllBytes(Path.of(trips));
    assertThat(run(trips, trips, "--layout", "ndjson", "--force")).isEqualTo(1);
    assertThat(terminal.err()).isEqualTo("leat: " + trips + " would be its own output.\n");
    assertThat(Path.of(trips)).hasBinaryContent(before);
  }

  @Test
  void aPatternInQuotesKeepsTheFoldersOfWhatItMatches() throws IOException {
    trips("in/a.parquet");
    trips("in/2026/01/a.parquet");
    trips("in/2026/_temporary/b.parquet");
    trips("in/2026/.hidden.parquet");
    Files.writeString(folder.resolve("in/readme.txt"), "no Parquet");

    assertThat(run(at("in/**/*.parquet"), at("out"), "--compress", "zstd")).isZero();
    assertThat(run(at("in"), at("all") + "/")).isZero();
    assertThat(run(at("in/?.parquet"), at("one.ndjson"))).isZero();

    assertThat(files("out")).containsExactly("2026/01/a.ndjson.zst", "a.ndjson.zst");
    assertThat(files("all")).containsExactly("2026/01/a.ndjson", "a.ndjson");
    assertThat(folder.resolve("one.ndjson")).hasContent(TestingParquet.ROWS);
  }

  @Test
  void oneBrokenFileDoesNotKeepTheOthersFromBeingConverted() throws IOException {
    trips("in/a.parquet");
    Files.writeString(folder.resolve("in/b.parquet"), "PAR1 and no more of it");
    trips("in/c.parquet");

    assertThat(run(at("in/a.parquet"), at("in/b.parquet"), at("in/c.parquet"), at("out")))
        .isEqualTo(1);

    assertThat(files("out")).containsExactly("a.ndjson", "c.ndjson");
    assertThat(terminal.err())
        .isEqualTo(
            "leat: "
                + at("in/b.parquet")
                + ": the file does not end with PAR1: it is not Parquet, or not complete (corrupt,"
                + " not-parquet).\nleat: 1 of 3 files failed.\n");
  }

  @Test
  void whatFailsInTheMiddleLeavesNothingBehind() throws IOException {
    Path file = Path.of(trips("trips.parquet"));
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(java.nio.ByteBuffer.wrap(new byte[40]), 4);
    }
    assertThat(run(file.toString(), at("out/"))).isEqualTo(1);
    assertThat(terminal.err())
        .startsWith("leat: " + file + ": ")
        .contains("(corrupt, ")
        .doesNotContain("Exception");
    assertThat(files("out")).isEmpty();
  }

  @Test
  void outputsAreSplitAndOldPartsGoWithForce() throws IOException {
    String trips = trips("trips.parquet");
    assertThat(run(trips, at("out.ndjson"), "--split-rows", "1")).isZero();
    assertThat(files(""))
        .containsExactly(
            "out-00001.ndjson", "out-00002.ndjson", "out-00003.ndjson", "trips.parquet");
    assertThat(run(trips, at("out.ndjson"), "--split-rows", "2")).isEqualTo(1);
    assertThat(terminal.err())
        .isEqualTo("leat: " + at("out-00001.ndjson") + " exists; --force overwrites it.\n");
    assertThat(run(trips, at("out.ndjson"), "--split-rows", "2", "--force")).isZero();
    assertThat(files("")).containsExactly("out-00001.ndjson", "out-00002.ndjson", "trips.parquet");
  }

  @Test
  void theSchemaIsATableOrTheFileForTheWayBack() throws IOException {
    String trips = trips("trips.parquet");
    assertThat(run("--schema", trips)).isZero();
    assertThat(terminal.out())
        .startsWith(
            """
            column   type                    occurs    physical
            id       int64                   required  int64
            fare     double                  optional  double
            paid_at  timestamp(micros, utc)  optional  int64
            zone     text                    optional  byte_array
            3 rows, 1 row group, 4 columns,""");

    terminal = TestingTerminal.pipe();
    assertThat(run("--schema", "--json", trips)).isZero();
    String schema = Files.writeString(folder.resolve("s.json"), terminal.out()).toString();
    assertThat(run(trips, at("t.ndjson.gz"))).isZero();
    assertThat(run("--to-parquet", "--schema-file", schema, at("t.ndjson.gz"), at("again.parquet")))
        .isZero();
    terminal = TestingTerminal.pipe();
    assertThat(run(at("again.parquet"), "-")).isZero();
    assertThat(terminal.out()).isEqualTo(TestingParquet.ROWS);
  }

  @Test
  void theStatisticsAreThoseOfTheFooter() {
    String trips = trips("trips.parquet");
    assertThat(run("--stats", "--json", trips)).isZero();
    assertThat(terminal.out())
        .contains("\"rows\":3,\"row_groups\":1,")
        .contains("{\"column\":\"id\",\"logical\":\"int64\",\"physical\":\"int64\",")
        .contains("\"codecs\":[\"zstd\"]")
        .contains("\"values\":3,\"nulls\":1,\"min\":7.25,\"max\":12.5}")
        .contains(
            "\"min\":\"2026-01-31T12:00:00.000000Z\",\"max\":\"2026-01-31T12:05:00.250000Z\"}")
        .contains("\"min\":\"Mitte\",\"max\":\"Wedding\"}");
    terminal = new TestingTerminal(true, false, 200);
    assertThat(run("--stats", trips)).isZero();
    assertThat(terminal.out()).contains("│ zone", "│ zstd ", "\"Mitte\"", "\"Wedding\"");
  }

  @Test
  void theFirstRowsAreShown() {
    String trips = trips("trips.parquet");
    assertThat(run("--head", "2", "--columns=id", trips)).isZero();
    assertThat(run("--head", "0", trips)).isZero();
    assertThat(run("--head", "9", "--columns=id", trips)).isZero();
    assertThat(terminal.out())
        .isEqualTo("{\"id\":1}\n{\"id\":2}\n{\"id\":1}\n{\"id\":2}\n{\"id\":3}\n");
  }

  @Test
  void rejectedRowsAreCountedOnStandardError() {
    String schema =
        TestingParquet.SCHEMA.replace(
            "\"required\",\"physical\":\"int64\"", "\"required\",\"physical\":\"double\"");
    Path file =
        TestingParquet.write(
            folder.resolve("nan.parquet"),
            schema,
            "{\"id\":1.0}\n{\"id\":\"NaN\"}\n{\"id\":2.0}\n");
    assertThat(run(file.toString(), "-", "--columns=id", "--non-finite=reject")).isZero();
    assertThat(terminal.out()).isEqualTo("{\"id\":1.0}\n{\"id\":2.0}\n");
    assertThat(terminal.err())
        .isEqualTo(file + ": 1 row was left out, non-finite; counted from 0 the first are 1\n");
  }

  @Test
  void wrongUsageIsToldWithARemedy() {
    String trips = trips("trips.parquet");
    trips("other/trips.parquet");
    assertThat(run(trips)).isEqualTo(2);
    assertThat(run(trips, "-", "--where", "fare >")).isEqualTo(2);
    assertThat(run("--schema", "--stats", trips)).isEqualTo(2);
    assertThat(run("--to-parquet", trips, "-")).isEqualTo(2);
    assertThat(run(trips, "-", "--nulls", "hide")).isEqualTo(2);
    assertThat(run(trips, "-", "--memory", "lots")).isEqualTo(2);
    assertThat(run(trips, "-", "--colums", "id")).isEqualTo(2);
    assertThat(terminal.err().lines().filter(line -> !line.startsWith("See ")))
        .hasSize(8)
        .startsWith("leat: say where to: a file, a folder, or - for standard output.")
        .contains("leat: --schema, --stats, --head and --to-parquet exclude each other.")
        .contains(
            "leat: --to-parquet needs --schema-file, which 'leat convert --schema --json' writes.")
        .contains(
            "leat: Invalid value for option '--nulls': 'hide' is not one of write, omit.",
            "leat: Invalid value for option '--memory': 'lots' is no size; write 512m, 2g or a"
                + " number of bytes.")
        .endsWith("leat: Unknown option: '--colums'.", "Did you mean '--columns'?")
        .anyMatch(line -> line.startsWith("leat: --where: "));
  }

  @Test
  void whatCannotBeDoneIsToldBeforeAnythingIsWritten() throws IOException {
    String trips = trips("trips.parquet");
    String other = trips("other/trips.parquet");
    assertThat(run(trips, at("out.csv"))).isEqualTo(1);
    assertThat(run(trips, other, at("out"))).isEqualTo(1);
    assertThat(run(trips, other, at("out.ndjson"))).isEqualTo(1);
    assertThat(run(at("*.parq"), at("out"))).isEqualTo(1);
    assertThat(run(at("none.parquet"), "-")).isEqualTo(1);
    assertThat(run(trips, "-", "--columns", "nothing")).isEqualTo(1);
    assertThat(run(trips, "-", "--memory", "900t")).isEqualTo(1);
    assertThat(terminal.err().lines().limit(6))
        .containsExactly(
            "leat: the extension of out.csv says no format; end it with .ndjson, .jsonl or .json,"
                + " and .gz or .zst behind, or say --layout.",
            "leat: "
                + trips
                + " and "
                + other
                + " would have the same output; name their common folder, or a pattern in quotes,"
                + " so that their folders are kept.",
            "leat: several files go into a folder, and " + at("out.ndjson") + " is a file.",
            "leat: nothing matches '" + at("*.parq") + "'.",
            "leat: " + at("none.parquet") + ": there is no such file.",
            terminal.err().lines().skip(5).findFirst().orElseThrow());
    assertThat(terminal.err())
        .containsPattern("leat: " + trips + ": .*\\(contract, .*\\)\\.\n")
        .contains("leat: --memory is 900 TiB; it is at least 1 MiB, and at most");
    assertThat(files("")).containsExactly("other/trips.parquet", "trips.parquet");
  }

  @Test
  void aDeviceIsWrittenAsItIs() {
    assumeTrue(Files.exists(Path.of("/dev/null")), "needs /dev/null");
    assertThat(run(trips("trips.parquet"), "/dev/null")).isZero();
    assertThat(Path.of("/dev/null")).exists();
    assertThat(Files.isRegularFile(Path.of("/dev/null"))).isFalse();
  }

  @Test
  void whoWatchesIsToldWhatBecameOfEachFile() {
    terminal = new TestingTerminal(true, false, 200);
    assertThat(run(trips("trips.parquet"), at("out.ndjson"))).isZero();
    assertThat(terminal.out())
        .isEqualTo(
            "✓ "
                + at("trips.parquet")
                + " → "
                + at("out.ndjson")
                + "  3 rows, 202 B in 0 ms (0.2 MB/s)\n");
  }

  @Test
  void theTrainingOfTheLauncherDoesWhatTheCommandIsUsedFor() throws IOException {
    Training.run(folder);
    assertThat(files(""))
        .contains("in.parquet", "out.ndjson", "out.ndjson.gz", "out/in.ndjson.zst");
  }

  private String trips(String name) {
    return TestingParquet.trips(folder.resolve(name)).toString();
  }

  private String at(String name) {
    return folder + "/" + name;
  }

  /** All files, sorted, as they are called from the folder. */
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

  private int run(String... args) {
    return Convert.run(
        mode -> terminal.terminal(),
        new ByteArrayInputStream(input),
        InstantSource.fixed(Instant.EPOCH),
        Stream.concat(Stream.of("convert"), Stream.of(args)).toArray(String[]::new));
  }
}
