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
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one directory that holds everything an embedded Leat keeps. Opened by one process at a time:
 * the lock goes with the process, however it ends.
 */
public final class DataDirectory implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(DataDirectory.class);
  private static final String LOCK = "leat.lock";
  private static final String RESTORING = "restoring";

  /** A folder of secrets, a file each, which may be there before anything else is. */
  private static final String SECRETS = "secrets";

  private static final Set<String> IGNORED =
      Set.of(LOCK, DataFormat.FILE, RESTORING, "lost+found", "logs", SECRETS);
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
   *     ErrorCode#INVALID_CONFIGURATION} when it holds something else, comes from a newer Leat, or
   *     was moved; nothing of it was touched then
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
    DurableFiles.writePrivate(root.resolve(RESTORING), source + "\n");
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
        DurableFiles.createDirectories(root.getParent() == null ? root : root.getParent());
        Files.createDirectory(
            root,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        DurableFiles.createDirectories(root);
      }
      refuseForeign(root);
      Path place = checked(root.toRealPath());
      FileChannel lockFile = lock(root);
      try {
        check.of(root);
        note(place);
        return new DataDirectory(place, lockFile);
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

  /**
   * What wrote the directory; empty when nothing did. Touches nothing.
   *
   * @throws LeatException as {@link #open}
   */
  public static Optional<DataFormat> examine(Path directory) {
    try {
      if (!Files.isDirectory(directory)) {
        return Optional.empty();
      }
      Path root = directory.toRealPath();
      checked(root);
      return Optional.ofNullable(DataFormat.of(root));
    } catch (IOException e) {
      throw new LeatException(
          ErrorCode.INVALID_CONFIGURATION,
          "The data directory " + directory + " cannot be read: " + e,
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

  /** Secrets that settings refer to by name, a file each; who runs Leat puts them there. */
  public Path secrets() {
    return root.resolve(SECRETS);
  }

  /** Flink's checkpoints, savepoints and working files. */
  public Path flink() {
    return root.resolve("flink");
  }

  /** The tables' files, when the lake is local. */
  public Path warehouse() {
    return root.resolve("warehouse");
  }

  /** Files on their way to an object store, when the lake is in one. */
  public Path staging() {
    return root.resolve("staging");
  }

  /**
   * Makes the directory for files on their way to an object store, empty: what an earlier process
   * left is of no use.
   */
  public Path emptyStaging() {
    return empty(staging());
  }

  /** Makes the directory for a replay's temporary files, empty likewise. */
  public Path emptyReplay() {
    return empty(root.resolve("replay"));
  }

  private static Path empty(Path folder) {
    try {
      Files.createDirectories(folder);
      try (Stream<Path> left = Files.list(folder)) {
        for (Path file : left.toList()) {
          Files.delete(file);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot empty " + folder, e);
    }
    return folder;
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
      DurableFiles.writePrivate(runFile(root), run.toString());
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
    if (Files.exists(root.resolve(DataFormat.FILE))) {
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
    channel.write(ByteBuffer.wrap((self() + "\n").getBytes(UTF_8)));
    return channel;
  }

  /** Before anything is touched. Returns the directory as what is in it calls it. */
  private static Path checked(Path root) throws IOException {
    DataFormat found = DataFormat.of(root);
    if (found == null) {
      return root;
    }
    found.check(root);
    return found.placeOf(root);
  }

  /** Before an engine writes: from then on an older Leat must not have it any more. */
  private static void note(Path root) throws IOException {
    DataFormat found = DataFormat.of(root);
    DataFormat present = DataFormat.present(root.toString());
    if (present.equals(found)) {
      return;
    }
    if (found != null) {
      log.info("The data directory {} is upgraded from {} to {}", root, found, present);
    }
    present.write(root);
  }

  /** This process, for others: {@code process 12 on a-host}. */
  public static String self() {
    return "process " + ProcessHandle.current().pid() + " on " + hostName();
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
