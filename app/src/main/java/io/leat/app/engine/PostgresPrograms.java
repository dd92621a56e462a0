package io.leat.app.engine;

import io.zonky.test.db.postgres.embedded.DefaultPostgresBinaryResolver;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tukaani.xz.XZInputStream;

/** PostgreSQL's programs, unpacked once from the jar that carries them. */
final class PostgresPrograms {
  private static final Logger LOG = LoggerFactory.getLogger(PostgresPrograms.class);

  /** Changes with the version of the binaries in the build; old directories may be deleted. */
  static final String VERSION = "18.3.0";

  private final Path home;

  private PostgresPrograms(Path home) {
    this.home = home;
  }

  /**
   * The programs under the first of {@code places} that can hold them. They appear there as a
   * whole, so several processes may unpack at once.
   */
  static PostgresPrograms unpacked(List<Path> places) throws IOException {
    IOException failure = new IOException("PostgreSQL's programs cannot be unpacked");
    for (Path place : places) {
      try {
        return new PostgresPrograms(unpackedIn(place));
      } catch (FileSystemException e) {
        LOG.debug("PostgreSQL's programs cannot be kept in {}", place, e);
        failure.addSuppressed(e);
      }
    }
    throw failure;
  }

  /** The path of a program, such as {@code initdb}. */
  String program(String name) {
    return home.resolve("bin").resolve(name).toString();
  }

  /** The directory with everything. */
  Path home() {
    return home;
  }

  private static Path unpackedIn(Path place) throws IOException {
    String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String machine = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
    Path home = place.resolve("postgres-" + VERSION + "-" + machine);
    if (Files.isExecutable(home.resolve("bin/postgres"))) {
      return home;
    }
    DurableFiles.createDirectories(place);
    Path temporary = place.resolve(".unpacking-" + UUID.randomUUID());
    try {
      Files.createDirectory(temporary);
      Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
      try (InputStream packed = archive(system, machine)) {
        unpack(packed, temporary);
      }
      DurableFiles.forceTree(temporary); // else a power cut leaves programs without their bytes
      DurableFiles.move(temporary, home);
    } catch (FileSystemException e) {
      if (!Files.isExecutable(home.resolve("bin/postgres"))) {
        throw e;
      } // another process was faster
    } finally {
      deleteTree(temporary);
    }
    return home;
  }

  private static InputStream archive(String system, String machine) throws IOException {
    try {
      return DefaultPostgresBinaryResolver.INSTANCE.getPgBinary(system, machine);
    } catch (IllegalStateException e) {
      throw new IOException(
          "No PostgreSQL for "
              + system
              + " on "
              + machine
              + " is on the classpath. Name an external one with 'postgres: {url: ...}' in"
              + " leat.yaml.",
          e);
    }
  }

  private static void unpack(InputStream packed, Path target) throws IOException {
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(packed)))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        Path file = target.resolve(entry.getName()).normalize();
        if (!file.startsWith(target)) {
          throw new IOException("The archive reaches outside: " + entry.getName());
        }
        if (entry.isDirectory()) {
          Files.createDirectories(file);
          continue;
        }
        Files.createDirectories(file.getParent());
        if (entry.isSymbolicLink()) {
          Files.createSymbolicLink(file, Path.of(entry.getLinkName()));
        } else {
          Files.copy(tar, file);
          Files.setPosixFilePermissions(file, permissions(entry.getMode()));
        }
      }
    }
  }

  private static Set<PosixFilePermission> permissions(int mode) {
    return PosixFilePermissions.fromString((mode & 0111) != 0 ? "rwxr-xr-x" : "rw-r--r--");
  }

  static void deleteTree(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
