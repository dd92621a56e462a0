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
import java.util.concurrent.TimeUnit;
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
  void aDirectoryOfANewerLeatIsRefused() throws IOException {
    Files.createDirectories(directory);
    Files.writeString(directory.resolve("leat-data-version"), "2\n");

    assertThatThrownBy(() -> DataDirectory.open(directory))
        .isInstanceOf(LeatException.class)
        .hasMessage(
            "The data directory "
                + directory
                + " has format '2'; this Leat knows format 1. Use the Leat that wrote it, or give"
                + " another directory with --data.");
    Files.writeString(directory.resolve("leat-data-version"), "1\n");
    DataDirectory.open(directory).close();
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
