package io.leat.app.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
  private final Path directory;

  DataDirectoryTest(@TempDir Path temporary) throws IOException {
    this.directory = temporary.toRealPath().resolve("data");
  }

  @Test
  void aSecondProcessIsRefusedWithThePidOfTheFirst() throws Exception {
    Process first = TestingProcess.start(Holder.class, directory.toString());
    try {
      assertThat(TestingProcess.line(first)).isEqualTo("open");

      assertThatThrownBy(() -> DataDirectory.open(directory))
          .isInstanceOfSatisfying(
              LeatException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT))
          .message()
          .matches(
              "The data directory "
                  + directory
                  + " is in use by process "
                  + first.pid()
                  + " on \\S+\\. Stop it, or give another directory with --data\\.");
    } finally {
      first.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    }
    DataDirectory.open(directory).close();
  }

  @Test
  void theSameProcessIsRefusedToo() {
    try (DataDirectory data = DataDirectory.open(directory)) {
      assertThatThrownBy(() -> DataDirectory.open(data.root()))
          .isInstanceOf(LeatException.class)
          .hasMessageContaining("is in use by process " + ProcessHandle.current().pid());
    }
  }

  @Test
  void itAnnouncesItselfToItsOwnerWhileItIsUp() throws IOException {
    RunInfo info =
        new RunInfo(
            ProcessHandle.current().pid(),
            URI.create("http://127.0.0.1:8080"),
            Instant.parse("2024-06-01T10:00:00Z"));
    try (DataDirectory data = DataDirectory.open(directory)) {
      data.announce(info);

      assertThat(DataDirectory.running(directory)).isEqualTo(info);
      assertThat(permissions(directory)).isEqualTo("rwx------");
      assertThat(permissions(directory.resolve("run.json"))).isEqualTo("rw-------");
    }
    assertThat(DataDirectory.running(directory)).isNull();
  }

  @Test
  void aDirectoryWithOtherFilesIsRefused() throws IOException {
    Files.createDirectories(directory);
    Files.writeString(directory.resolve("thesis.txt"), "precious");

    assertThatThrownBy(() -> DataDirectory.open(directory))
        .isInstanceOf(LeatException.class)
        .hasMessage(
            "The directory "
                + directory
                + " holds other files (thesis.txt) and is no data directory of Leat."
                + " Give an empty or a new one with --data.");
  }

  @Test
  void aDirectoryOfANewerLeatIsRefusedAndNotTouched() throws IOException {
    DataDirectory.open(directory).close();
    DataFormat present = DataFormat.present(directory.toString());
    Map<String, Integer> formats = new TreeMap<>(present.formats());
    formats.merge("postgres", 1, Integer::sum);
    formats.put("format", 3);
    formats.put("detectors", 1);
    new DataFormat("9.1", directory.toString(), formats).write(directory);
    Map<String, String> before = contents();

    assertThatThrownBy(() -> DataDirectory.open(directory))
        .isInstanceOf(LeatException.class)
        .hasMessage(
            "The data directory "
                + directory
                + " was written by Leat 9.1: detectors 1, format 3 (this Leat knows 2), postgres 19"
                + " (this Leat knows 18). Nothing was changed. Use that Leat or a newer one, or"
                + " give another directory with --data.");
    assertThat(contents()).isEqualTo(before);
  }

  @Test
  void aDirectoryOfTheFirstFormatIsUpgraded() throws IOException {
    Files.createDirectories(directory);
    Files.writeString(directory.resolve("leat-data-version"), "1\n");
    assertThat(DataDirectory.examine(directory)).hasToString("Optional[format 1]");

    DataDirectory.open(directory).close();

    assertThat(DataFormat.of(directory)).isEqualTo(DataFormat.present(directory.toString()));
    assertThat(Files.readString(directory.resolve("leat-data-version")))
        .contains("format=2\n", "directory=" + directory + "\n", "postgres=18\n");
  }

  @Test
  void aMovedDirectoryIsRefusedUntilItsOldPlaceLeadsToIt() throws IOException {
    DataDirectory.open(directory).close();
    Path moved = directory.resolveSibling("moved");
    Files.move(directory, moved);

    assertThatThrownBy(() -> DataDirectory.open(moved))
        .isInstanceOf(LeatException.class)
        .hasMessage(
            "The data directory "
                + moved
                + " was moved or copied from "
                + directory
                + ", by which its tables and checkpoints name their files. Nothing was changed."
                + " Move it back, or let the old place lead here: ln -s "
                + moved
                + " "
                + directory);

    Files.createSymbolicLink(directory, moved);
    try (DataDirectory data = DataDirectory.open(moved)) {
      assertThat(data.root()).isEqualTo(directory);
    }
  }

  @Test
  void aVersionFileThatIsNotUnderstoodIsRefused() throws IOException {
    Files.createDirectories(directory);
    Files.writeString(directory.resolve("leat-data-version"), "format=new\n");

    assertThatThrownBy(() -> DataDirectory.open(directory))
        .isInstanceOf(LeatException.class)
        .hasMessageContaining("leat-data-version is not understood: ");
  }

  /** By file, its content and when it was written. */
  private Map<String, String> contents() throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.toList()) {
        contents.put(
            file.toString(),
            Files.getLastModifiedTime(file)
                + (Files.isRegularFile(file) ? Files.readString(file) : ""));
      }
    }
    return contents;
  }

  @Test
  void aPortIsRememberedUntilSomeoneElseHasIt() throws IOException {
    int first;
    try (DataDirectory data = DataDirectory.open(directory)) {
      first = data.ports().choose("broker");
      assertThat(data.ports().choose("broker")).isEqualTo(first);
      assertThat(data.ports().choose("controller")).isNotEqualTo(first);
    }
    try (ServerSocket squatter = new ServerSocket();
        DataDirectory data = DataDirectory.open(directory)) {
      squatter.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), first));
      assertThat(data.ports().choose("broker")).isNotEqualTo(first);
    }
  }

  private static String permissions(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  /** Holds a data directory until it is killed. */
  static final class Holder {
    private Holder() {}

    public static void main(String[] args) throws Exception {
      DataDirectory data = DataDirectory.open(Path.of(args[0]));
      data.announce(
          new RunInfo(
              ProcessHandle.current().pid(), URI.create("http://127.0.0.1:1"), Instant.EPOCH));
      TestingProcess.sayAndWait("open");
    }
  }
}
