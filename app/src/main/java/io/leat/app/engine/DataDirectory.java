package io.leat.app.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The one directory that holds everything an embedded Leat keeps. Opened by one process at a time:
 * the lock goes with the process, however it ends.
 */
public final class DataDirectory implements AutoCloseable {
  /** The layout that this version writes and reads. */
  static final int FORMAT = 1;

  private static final String LOCK = "leat.lock";
  private static final String VERSION = "leat-data-version";
  private static final String RESTORING = "restoring";
  private static final Set<String> IGNORED = Set.of(LOCK, VERSION, RESTORING, "lost+found", "logs");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path root;
  private final FileChannel lockFile;
  private final RememberedPorts ports;

  private DataDirectory(Path root, FileChannel lockFile) {
    this.root = root;
    this.lockFile = lockFile;
    this.ports = new RememberedPorts(root.resolve("ports.properties"));
  }

  /**
   * Creates the directory if it is missing (for its owner only) and takes its lock.
   *
   * @throws LeatException {@link ErrorCode#CONFLICT} when another process has it; {@link
   *     ErrorCode#INVALID_CONFIGURATION} when it holds something else or comes from a newer Leat
   */
  public static DataDirectory open(Path directory) {
    return open(
        directory,
        root -> {
          if (Files.exists(root.resolve(RESTORING))) {
            throw halfRestored(root);
          }
        });
  }

  /**
   * Opens a directory to restore a backup into it: an empty one, or one in which a restore ended
   * early, which is emptied. Until {@link #restored}, nobody else may use it.
   *
   * @param source what is restored, for whoever finds the directory half restored
   * @throws LeatException {@link ErrorCode#CONFLICT} when it holds anything else
   */
  public static DataDirectory openToRestore(Path directory, String source) {
    return open(directory, root -> beginRestore(root, source));
  }

  private static void beginRestore(Path root, String source) throws IOException {
    boolean isHalfRestored = Files.exists(root.resolve(RESTORING));
    try (Stream<Path> files = Files.list(root)) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        if (IGNORED.contains(name)) {
          continue;
        }
        if (!isHalfRestored) {
          throw new LeatException(
              ErrorCode.CONFLICT,
              "The directory "
                  + root
                  + " is not empty ("
                  + name
                  + "). Restore into an empty or a new one, named by --data.");
        }
        PostgresPrograms.deleteTree(file);
      }
    }
    writePrivate(root.resolve(RESTORING), source + "\n");
  }

  private static LeatException halfRestored(Path root) throws IOException {
    return new LeatException(
        ErrorCode.CONFLICT,
        "The data directory "
            + root
            + " is half restored from "
            + Files.readString(root.resolve(RESTORING)).strip()
            + ". Repeat 'leat restore' with the same --data, or delete the directory.");
  }

  /** The restore is done: from now on the directory is one like others. */
  public void restored() {
    try {
      forceDirectories();
      Files.delete(root.resolve(RESTORING));
      try (FileChannel entries = FileChannel.open(root, StandardOpenOption.READ)) {
        entries.force(true);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot end the restore in " + root, e);
    }
  }

  /** The files are on the device already; so are the names that lead to them, then. */
  private void forceDirectories() throws IOException {
    List<Path> directories;
    try (Stream<Path> all = Files.walk(root)) {
      directories = all.filter(Files::isDirectory).toList();
    }
    for (Path directory : directories) {
      try (FileChannel entries = FileChannel.open(directory, StandardOpenOption.READ)) {
        entries.force(true);
      }
    }
  }

  private interface Check {
    void of(Path root) throws IOException;
  }

  private static DataDirectory open(Path directory, Check check) {
    Path root = directory.toAbsolutePath().normalize();
    try {
      if (!Files.isDirectory(root)) {
        Files.createDirectories(root.getParent() == null ? root : root.getParent());
        Files.createDirectory(
            root,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      refuseForeign(root);
      FileChannel lockFile = lock(root);
      try {
        check.of(root);
        checkVersion(root);
        return new DataDirectory(root.toRealPath(), lockFile);
      } catch (IOException | RuntimeException e) {
        lockFile.close();
        throw e;
      }
    } catch (IOException e) {
      throw new LeatException(
          ErrorCode.INVALID_CONFIGURATION,
          "The data directory " + root + " cannot be used: " + e + ". Give another with --data.",
          e);
    }
  }

  /** The directory itself, absolute. */
  public Path root() {
    return root;
  }

  /** The embedded broker's logs. */
  public Path kafka() {
    return root.resolve("kafka");
  }

  /** The embedded PostgreSQL's cluster. */
  public Path postgres() {
    return root.resolve("postgres");
  }

  /** Flink's checkpoints, savepoints and working files. */
  public Path flink() {
    return root.resolve("flink");
  }

  /** The tables' files, when the lake is local. */
  public Path warehouse() {
    return root.resolve("warehouse");
  }

  /**
   * Makes the directory for files on their way to an object store, empty: what an earlier process
   * left is of no use.
   */
  public Path emptyStaging() {
    Path staging = root.resolve("staging");
    try {
      Files.createDirectories(staging);
      try (Stream<Path> left = Files.list(staging)) {
        for (Path file : left.toList()) {
          Files.delete(file);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot empty " + staging, e);
    }
    return staging;
  }

  /** Leat's own log files. */
  public Path logs() {
    return root.resolve("logs");
  }

  /** The ports that the engines had last time. */
  public RememberedPorts ports() {
    return ports;
  }

  /** Writes {@code run.json}, readable by the owner only; it is removed by {@link #close}. */
  public void announce(RunInfo info) {
    try {
      ObjectNode run =
          JSON.createObjectNode()
              .put("pid", info.pid())
              .put("base_uri", info.baseUri().toString())
              .put("started", info.started().toString());
      if (info.certificate() != null) {
        run.put("certificate", info.certificate().toAbsolutePath().toString());
      }
      writePrivate(runFile(root), run.toString());
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write " + runFile(root), e);
    }
  }

  /** What the process that runs on {@code directory} announced; null when none does. */
  public static @Nullable RunInfo running(Path directory) {
    Path root = directory.toAbsolutePath().normalize();
    try {
      JsonNode json = JSON.readTree(Files.readString(runFile(root)));
      RunInfo info =
          new RunInfo(
              json.path("pid").asLong(),
              URI.create(json.path("base_uri").asText()),
              Instant.parse(json.path("started").asText()),
              json.has("certificate") ? Path.of(json.path("certificate").asText()) : null);
      return ProcessHandle.of(info.pid()).map(ProcessHandle::isAlive).orElse(false) ? info : null;
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException | java.time.DateTimeException e) {
      throw new LeatException(
          ErrorCode.INTERNAL, "Cannot understand " + runFile(root) + ": " + e.getMessage(), e);
    }
  }

  /** Writes a file that only its owner may read, so that it is there as a whole or not at all. */
  static void writePrivate(Path file, String content) throws IOException {
    Path temporary = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(temporary);
    Files.createFile(
        temporary,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(content.getBytes(UTF_8)));
      channel.force(true);
    }
    Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Gives the lock back. */
  @Override
  public void close() {
    try (lockFile) {
      Files.deleteIfExists(runFile(root));
    } catch (IOException e) {
      throw new UncheckedIOException("The data directory " + root + " did not close", e);
    }
  }

  private static Path runFile(Path root) {
    return root.resolve("run.json");
  }

  private static void refuseForeign(Path root) throws IOException {
    if (Files.exists(root.resolve(VERSION))) {
      return;
    }
    try (Stream<Path> files = Files.list(root)) {
      Path foreign =
          files.filter(f -> !IGNORED.contains(f.getFileName().toString())).findFirst().orElse(null);
      if (foreign != null) {
        throw new LeatException(
            ErrorCode.INVALID_CONFIGURATION,
            "The directory "
                + root
                + " holds other files ("
                + foreign.getFileName()
                + ") and is no data directory of Leat. Give an empty or a new one with --data.");
      }
    }
  }

  private static FileChannel lock(Path root) throws IOException {
    Path file = root.resolve(LOCK);
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.READ);
    FileLock lock = null;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      lock = null; // this very process has it
    } finally {
      if (lock == null) {
        channel.close();
      }
    }
    if (lock == null) {
      throw new LeatException(
          ErrorCode.CONFLICT,
          "The data directory "
              + root
              + " is in use by "
              + Files.readString(file).strip()
              + ". Stop it, or give another directory with --data.");
    }
    channel.truncate(0);
    channel.write(
        ByteBuffer.wrap(
            ("process " + ProcessHandle.current().pid() + " on " + hostName() + "\n")
                .getBytes(UTF_8)));
    return channel;
  }

  private static void checkVersion(Path root) throws IOException {
    Path file = root.resolve(VERSION);
    if (!Files.exists(file)) {
      writePrivate(file, FORMAT + "\n");
      return;
    }
    String version = Files.readString(file).strip();
    if (!version.equals(String.valueOf(FORMAT))) {
      throw new LeatException(
          ErrorCode.INVALID_CONFIGURATION,
          "The data directory "
              + root
              + " has format '"
              + version
              + "'; this Leat knows format "
              + FORMAT
              + ". Use the Leat that wrote it, or give another directory with --data.");
    }
  }

  private static String hostName() {
    Map<String, String> environment = System.getenv();
    String name = environment.get("HOSTNAME");
    if (name != null && !name.isBlank()) {
      return name;
    }
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "this host";
    }
  }
}
