package io.leat.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * A mounted file system that forgets what was not synced when its power is cut, and can be slow:
 * {@code powercut.c}, which says what survives.
 */
final class PowerCutFileSystem implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** In the data directory, what relies on more than POSIX promises. */
  private static final String KINDLY_TREATED = "postgres";

  private final Process process;
  private final Path root;
  private final BlockingQueue<String> said = new ArrayBlockingQueue<>(100);

  private PowerCutFileSystem(Process process, Path root) {
    this.process = process;
    this.root = root;
    Thread listener = new Thread(this::listen, "test-powercut");
    listener.setDaemon(true);
    listener.start();
  }

  /**
   * Builds it and mounts it; a machine that cannot do so skips the test.
   *
   * @param directory for the program and the mount point
   * @param seed of which writes survive without a sync; 0: none
   */
  static PowerCutFileSystem mount(Path directory, long seed)
      throws IOException, InterruptedException {
    Assumptions.assumeTrue(
        Files.isReadable(Path.of("/dev/fuse")) && Files.isWritable(Path.of("/dev/fuse")),
        "this machine has no /dev/fuse");
    Path program = build(directory);
    Path root = Files.createDirectories(directory.resolve("disk"));
    Process process =
        new ProcessBuilder(
                program.toString(), root.toString(), String.valueOf(seed), KINDLY_TREATED)
            .redirectErrorStream(true)
            .start();
    PowerCutFileSystem mounted = new PowerCutFileSystem(process, root);
    String first = mounted.said.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    if (!"on".equals(first)) {
      mounted.close();
      Assumptions.abort("this machine does not let us mount a FUSE file system: " + first);
    }
    return mounted;
  }

  private static Path build(Path directory) throws IOException, InterruptedException {
    Path program = directory.resolve("powercut");
    Path source = Repository.root().resolve("acceptance/src/test/c/powercut.c");
    String script =
        "gcc -std=gnu11 -O2 -Wall -Wextra -o \"$1\" \"$2\" $(pkg-config --cflags --libs fuse3)";
    Assumptions.assumeTrue(
        succeeds("sh", "-c", "command -v gcc && pkg-config --exists fuse3 && command -v umount"),
        "this machine has no gcc, pkg-config and libfuse3-dev to build a file system with");
    if (!succeeds("sh", "-c", script, "sh", program.toString(), source.toString())) {
      throw new AssertionError(source + " does not compile: " + script);
    }
    return program;
  }

  private static boolean succeeds(String... command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    return process.waitFor() == 0;
  }

  private void listen() {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        said.add(line);
      }
    } catch (IOException e) {
      said.add(e.toString());
    }
  }

  /** Where it is mounted. */
  Path root() {
    return root;
  }

  /** From now on nothing is written, synced or read any more. */
  void off() throws IOException, InterruptedException {
    succeeds("kill", "-USR1", String.valueOf(process.pid()));
  }

  /**
   * Forgets what was not synced, and is there again. After {@link #off}, when nobody uses it any
   * more.
   */
  void on() throws IOException, InterruptedException {
    Until.holds(PATIENCE, () -> succeeds(unmount()), root + " is still in use");
    String next = said.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    if (!"on".equals(next)) {
      throw new AssertionError("the file system did not come back: " + next);
    }
  }

  /**
   * From now on each sync takes so long, also one that is under way; everything else is as fast as
   * ever.
   *
   * @param sync 0 for as fast as it goes
   */
  void slow(Duration sync) throws IOException, InterruptedException {
    String order = "slow " + sync.toMillis();
    OutputStream orders = process.getOutputStream();
    orders.write((order + "\n").getBytes(UTF_8));
    orders.flush();
    String answer = said.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    if (!order.equals(answer)) {
      throw new AssertionError("the file system did not become " + order + ": " + answer);
    }
  }

  private String[] unmount() {
    return System.getProperty("user.name").equals("root")
        ? new String[] {"umount", root.toString()}
        : new String[] {"fusermount3", "-u", root.toString()};
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
