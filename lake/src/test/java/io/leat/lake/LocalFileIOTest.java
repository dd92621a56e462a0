package io.leat.lake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.BulkDeletionFailureException;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.FileAppender;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.PositionOutputStream;
import org.apache.iceberg.io.RangeReadable;
import org.apache.iceberg.io.SeekableInputStream;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalFileIOTest {
  private final Path directory;

  private final LocalFileIO io = new LocalFileIO();

  LocalFileIOTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  void aClosedFileIsDurableAndSoAreTheDirectoriesThatLeadToIt() throws IOException {
    RecordingFsync fsync = new RecordingFsync();
    LocalFileIO recorded = new LocalFileIO(fsync);
    Path file = directory.resolve("table/data/day=1/a.parquet");

    write(recorded, file, "x");

    assertThat(fsync.calls)
        .containsExactly(
            "directory " + directory,
            "directory " + directory.resolve("table"),
            "directory " + directory.resolve("table/data"),
            "file " + file,
            "directory " + file.getParent());
  }

  @Test
  void aKnownDirectoryIsMadeDurableOnceAndOnlyNamesAfterThat() throws IOException {
    RecordingFsync fsync = new RecordingFsync();
    LocalFileIO recorded = new LocalFileIO(fsync);
    write(recorded, directory.resolve("table/a"), "x");
    fsync.calls.clear();

    write(recorded, directory.resolve("table/b"), "x");

    assertThat(fsync.calls)
        .containsExactly(
            "file " + directory.resolve("table/b"), "directory " + directory.resolve("table"));
  }

  @Test
  void directoriesThatAnotherWriterMadeInTheWarehouseAreMadeDurableToo() throws IOException {
    RecordingFsync fsync = new RecordingFsync();
    LocalFileIO recorded = new LocalFileIO(fsync);
    recorded.initialize(Map.of("warehouse", "file://" + directory));
    Files.createDirectories(directory.resolve("table/data"));

    write(recorded, directory.resolve("table/data/a"), "x");

    assertThat(fsync.calls)
        .startsWith(
            "directory " + directory.getParent(),
            "directory " + directory,
            "directory " + directory.resolve("table"));
  }

  @Test
  void anOverwrittenFileIsDurableBeforeItsNameChanges() throws IOException {
    RecordingFsync fsync = new RecordingFsync();
    LocalFileIO recorded = new LocalFileIO(fsync);
    Path file = directory.resolve("version-hint.text");
    write(recorded, file, "1");
    fsync.calls.clear();

    try (PositionOutputStream out = recorded.newOutputFile(file.toString()).createOrOverwrite()) {
      out.write("2".getBytes(UTF_8));
      out.flush();
      assertThat(file).hasContent("1");
    }

    assertThat(file).hasContent("2");
    assertThat(fsync.calls).hasSize(2);
    assertThat(fsync.calls.get(0)).startsWith("file " + directory.resolve(".version-hint.text."));
    assertThat(fsync.calls.get(1)).isEqualTo("directory " + directory);
    assertThat(locations(recorded, directory)).containsExactly(file.toString());
  }

  @Test
  void withFsyncOffNothingIsForced() {
    io.initialize(Map.of(LocalFileIO.FSYNC, "false", "jdbc.password", "secret"));

    assertThat(io.properties()).isEqualTo(Map.of(LocalFileIO.FSYNC, "false"));
  }

  @Test
  void ofConcurrentCreatorsExactlyOneWins() throws Exception {
    Path file = directory.resolve("new/v1.metadata.json");
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Callable<Boolean>> creators = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        String content = "creator " + i;
        creators.add(() -> tryCreate(file, content));
      }
      int winners = 0;
      for (Future<Boolean> result : threads.invokeAll(creators)) {
        winners += result.get() ? 1 : 0;
      }
      assertThat(winners).isEqualTo(1);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void parquetWrittenByIcebergIsReadBack() throws IOException {
    Schema schema =
        new Schema(
            Types.NestedField.required(1, "id", Types.LongType.get()),
            Types.NestedField.optional(2, "name", Types.StringType.get()));
    String location = "file:" + directory.resolve("day=2024-01-01/a%2Fb c.parquet");
    List<Record> records = new ArrayList<>();
    for (long id = 0; id < 100_000; id++) {
      records.add(GenericRecord.create(schema).copy(Map.of("id", id, "name", "device " + id * 7)));
    }

    try (FileAppender<Record> appender =
        Parquet.write(io.newOutputFile(location))
            .schema(schema)
            .createWriterFunc(GenericParquetWriter::create)
            .build()) {
      appender.addAll(records);
    }

    try (CloseableIterable<Record> read =
        Parquet.read(io.newInputFile(location))
            .project(schema)
            .createReaderFunc(file -> GenericParquetReaders.buildReader(schema, file))
            .build()) {
      assertThat(read).containsExactlyElementsOf(records);
    }
    assertThat(directory.resolve("day=2024-01-01/a%2Fb c.parquet")).isRegularFile();
  }

  @Test
  void anyMixtureOfReadsSeesTheBytesThatAnyMixtureOfWritesLeft() throws IOException {
    long seed = 20240601;
    Random random = new Random(seed);
    byte[] expected = new byte[700_000];
    random.nextBytes(expected);
    Path file = directory.resolve("bytes");
    try (PositionOutputStream out = io.newOutputFile(file.toString()).create()) {
      for (int position = 0; position < expected.length; ) {
        assertThat(out.getPos()).isEqualTo(position);
        int length = Math.min(expected.length - position, 1 + random.nextInt(60_000));
        if (length < 100) {
          out.write(expected[position]);
          length = 1;
        } else {
          out.write(expected, position, length);
        }
        position += length;
      }
    }
    try (SeekableInputStream in = io.newInputFile(file.toString()).newStream()) {
      for (int round = 0; round < 2_000; round++) {
        int position = random.nextInt(expected.length);
        if (round % 3 > 0) {
          in.seek(position);
        }
        position = (int) in.getPos();
        if (round % 5 == 0) {
          int value = in.read();
          assertThat(value).isEqualTo(position == expected.length ? -1 : expected[position] & 0xff);
        } else {
          byte[] read = in.readNBytes(random.nextInt(20_000));
          assertThat(read)
              .as("seed %s, round %s", seed, round)
              .isEqualTo(java.util.Arrays.copyOfRange(expected, position, position + read.length));
        }
      }
      byte[] tail = new byte[8];
      assertThat(((RangeReadable) in).readTail(tail)).isEqualTo(8);
      assertThat(tail).isEqualTo(java.util.Arrays.copyOfRange(expected, 699_992, 700_000));
      in.seek(expected.length + 5);
      assertThat(in.read()).isEqualTo(-1);
    }
  }

  @Test
  void aMissingFileIsReportedAsIcebergExpects() {
    String location = directory.resolve("none").toString();

    assertThat(io.newInputFile(location).exists()).isFalse();
    assertThatThrownBy(() -> io.newInputFile(location).newStream())
        .isInstanceOf(NotFoundException.class)
        .hasMessage("File does not exist: " + location);
    assertThatThrownBy(() -> io.newInputFile(location).getLength())
        .isInstanceOf(NotFoundException.class)
        .hasMessage("File does not exist: " + location);
    io.deleteFile(location);
  }

  @Test
  void onlyLocalLocationsAreUnderstood() {
    assertThatThrownBy(() -> io.newInputFile("s3://bucket/a"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Not an absolute path or a file: URI: 's3://bucket/a'."
                + " Give io-impl for other stores.");
    assertThat(LocalFileIO.path("file:///a/b")).isEqualTo(Path.of("/a/b"));
    assertThat(LocalFileIO.path("file:/a/b%20c")).isEqualTo(Path.of("/a/b%20c"));
    assertThat(LocalFileIO.path("file://localhost/a")).isEqualTo(Path.of("/a"));
    assertThat(LocalFileIO.path("/a/../b")).isEqualTo(Path.of("/b"));
  }

  @Test
  void aPrefixIsADirectoryAndNotTheBeginningOfAName() throws IOException {
    write(io, directory.resolve("table/metadata/v1"), "1");
    write(io, directory.resolve("table/data/day=1/a"), "22");
    write(io, directory.resolve("table2/data/b"), "333");

    assertThat(locations(io, directory.resolve("table")))
        .containsExactlyInAnyOrder(
            directory + "/table/metadata/v1", directory + "/table/data/day=1/a");
    FileInfo info = io.listPrefix(directory + "/table2/").iterator().next();
    assertThat(info.size()).isEqualTo(3);
    assertThat(info.createdAtMillis()).isPositive();
    assertThat(io.listPrefix(directory + "/none")).isEmpty();

    io.deletePrefix(directory + "/table");

    assertThat(directory.resolve("table")).doesNotExist();
    assertThat(locations(io, directory)).containsExactly(directory + "/table2/data/b");
    write(io, directory.resolve("table/metadata/v1"), "again");
    io.deletePrefix(directory + "/none");
  }

  @Test
  void bulkDeletionTriesAllAndCountsTheFailures() throws IOException {
    write(io, directory.resolve("a"), "1");
    write(io, directory.resolve("sub/b"), "1");

    assertThatThrownBy(
            () ->
                io.deleteFiles(
                    List.of(directory + "/sub", directory + "/a", directory + "/missing")))
        .isInstanceOf(BulkDeletionFailureException.class)
        .hasMessage("Failed to delete 1 files");
    assertThat(directory.resolve("a")).doesNotExist();
  }

  @Test
  void itTravelsToTasksAndClosesAsOftenAsOneLikes() throws Exception {
    io.initialize(Map.of("warehouse", directory.toString(), LocalFileIO.FSYNC, "false"));

    LocalFileIO travelled = (LocalFileIO) copy(io);
    write(travelled, directory.resolve("x/y"), "z");
    travelled.close();
    travelled.close();

    assertThat(directory.resolve("x/y")).hasContent("z");
    assertThat(travelled.properties()).isEqualTo(io.properties());
  }

  private boolean tryCreate(Path file, String content) throws IOException {
    try {
      write(io, file, content);
      return true;
    } catch (AlreadyExistsException e) {
      assertThat(e).hasMessage("File already exists: " + file);
      return false;
    }
  }

  private static void write(FileIO io, Path file, String content) throws IOException {
    try (PositionOutputStream out = io.newOutputFile(file.toString()).create()) {
      out.write(content.getBytes(UTF_8));
    }
  }

  private static List<String> locations(LocalFileIO io, Path prefix) {
    List<String> locations = new ArrayList<>();
    io.listPrefix(prefix.toString()).forEach(info -> locations.add(info.location()));
    return locations;
  }

  private static Object copy(Object original) throws IOException, ClassNotFoundException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(original);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return in.readObject();
    }
  }
}
