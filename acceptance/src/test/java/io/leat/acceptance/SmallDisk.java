package io.leat.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A file system of its own in a file, which a test can fill. What is filled is only reserved, so
 * that the file stays as small as what is written. Needs the right to mount.
 */
final class SmallDisk implements AutoCloseable {
  private static final String FILLER = "filler";
  private static final Optional<String> REFUSAL = tried();

  private final Path root;

  private SmallDisk(Path root) {
    this.root = root;
  }

  /** Why this machine does not let one be mounted; empty when it does. */
  static Optional<String> refusal() {
    return REFUSAL;
  }

  private static Optional<String> tried() {
    try {
      Path directory = Files.createTempDirectory("leat-disk");
      try (SmallDisk disk = mount(directory.resolve("disk"), 64)) {
        disk.fill(1 << 20);
        disk.takeBack();
      } finally {
        Files.deleteIfExists(directory.resolve("disk.image"));
        Files.deleteIfExists(directory.resolve("disk"));
        Files.deleteIfExists(directory);
      }
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of("interrupted");
    }
  }

  /**
   * Makes and mounts one.
   *
   * @param root where; its file gets the same name with {@code .image}
   */
  static SmallDisk mount(Path root, long mebibytes) throws IOException, InterruptedException {
    Path image = root.resolveSibling(root.getFileName() + ".image");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(mebibytes << 20);
    }
    run("mkfs.ext4", "-q", "-F", "-m", "0", "-i", "65536", "-E", "nodiscard", image.toString());
    Files.createDirectories(root);
    run("mount", "-o", "loop", image.toString(), root.toString());
    return new SmallDisk(root);
  }

  /** The one that {@code data} is a folder of. */
  static SmallDisk of(Path data) {
    return new SmallDisk(Objects.requireNonNull(data.getParent()));
  }

  Path root() {
    return root;
  }

  /** Takes everything but so many bytes, at once. */
  void fill(long left) throws IOException, InterruptedException {
    FileStore store = Files.getFileStore(root);
    Path filler = root.resolve(FILLER);
    // Somebody may write meanwhile: what cannot be had at once is tried with less.
    for (long leave = left; ; leave += 1 << 20) {
      long take = store.getUsableSpace() - leave;
      if (take <= 0) {
        return;
      }
      try {
        run("fallocate", "-l", String.valueOf(take), filler.toString());
        return;
      } catch (IOException e) {
        Files.deleteIfExists(filler);
        if (leave > left + (64 << 20)) {
          throw e;
        }
      }
    }
  }

  /** Gives back what was taken. */
  void takeBack() throws IOException {
    Files.deleteIfExists(root.resolve(FILLER));
  }

  private static void run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
    if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
      process.destroyForcibly();
      throw new IOException(command[0] + " failed: " + said);
    }
  }

  @Override
  public void close() throws IOException {
    try {
      run("umount", "-l", root.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
