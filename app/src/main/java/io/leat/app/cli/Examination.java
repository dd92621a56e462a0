package io.leat.app.cli;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.UnixOperatingSystemMXBean;
import io.leat.app.client.RunFile;
import io.leat.app.engine.DataDirectory;
import io.leat.app.settings.SettingsLoader;
import io.leat.app.terminal.Text;
import io.leat.blueprint.Blueprint;
import io.leat.blueprint.BlueprintException;
import io.leat.blueprint.BlueprintLoader;
import io.leat.event.LeatException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The checks of {@code leat doctor}. Each says what it found and what to do. */
final class Examination {
  private static final long GIB = 1L << 30;
  private static final int HTTP_PORT = 8080;
  private static final Instant LEAT_IS_YOUNGER = Instant.parse("2025-01-01T00:00:00Z");

  private final Path data;
  private final @Nullable Path config;
  private final Context context;

  Examination(Path data, @Nullable Path config, Context context) {
    this.data = data;
    this.config = config;
    this.context = context;
  }

  List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    findings.add(java());
    findings.add(memory());
    findings.add(openFiles());
    findings.add(diskSpace());
    findings.add(diskSpeed());
    findings.add(dataVersion());
    findings.add(clock());
    findings.add(postgresUser());
    findings.addAll(blueprints());
    findings.add(configuration());
    findings.addAll(running());
    return findings;
  }

  private static Finding java() {
    int feature = Runtime.version().feature();
    String found = System.getProperty("java.vendor", "?") + " " + Runtime.version();
    return feature >= 17
        ? Finding.ok("Java", found)
        : Finding.failed("Java", found, "Install a JDK 17 or newer, or set JAVA_HOME.");
  }

  private static Finding memory() {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long total = system.getTotalMemorySize();
    String found = Text.bytes(total) + ", " + system.getAvailableProcessors() + " processors";
    if (total < GIB) {
      return Finding.failed("Memory", found, "Leat and PostgreSQL need 1 GiB at the least.");
    }
    return total < 2 * GIB
        ? Finding.warning("Memory", found, "Below 2 GiB set a smaller heap: LEAT_HEAP=384m.")
        : Finding.ok("Memory", found);
  }

  private static Finding openFiles() {
    if (!(ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix)) {
      return Finding.ok("Open files", "not limited on this system");
    }
    long limit = unix.getMaxFileDescriptorCount();
    String found = "at most " + Text.count(limit);
    return limit >= 4_096
        ? Finding.ok("Open files", found)
        : Finding.warning("Open files", found, "Kafka wants more: ulimit -n 65536.");
  }

  private Finding diskSpace() {
    Path existing = existing(data);
    try {
      long free = Files.getFileStore(existing).getUsableSpace();
      String found = Text.bytes(free) + " free for " + data;
      if (free < GIB) {
        return Finding.failed("Disk space", found, "Free 1 GiB, or name another --data.");
      }
      return free < 5 * GIB
          ? Finding.warning("Disk space", found, "Free some, or shorten the streams' retention.")
          : Finding.ok("Disk space", found);
    } catch (IOException e) {
      return Finding.failed("Disk space", existing + ": " + e.getMessage(), "Name another --data.");
    }
  }

  /** Sixteen writes of 1 MiB with an fsync each. */
  private Finding diskSpeed() {
    Path existing = existing(data);
    Path probe = existing.resolve(".leat-doctor-" + ProcessHandle.current().pid());
    int writes = 16;
    ByteBuffer block = ByteBuffer.allocate(1 << 20);
    try (FileChannel channel =
        FileChannel.open(
            probe,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE)) {
      long start = System.nanoTime();
      long slowest = 0;
      for (int i = 0; i < writes; i++) {
        channel.write(block.rewind());
        long syncing = System.nanoTime();
        channel.force(true);
        slowest = Math.max(slowest, System.nanoTime() - syncing);
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      String found =
          Text.bytes((long) (writes * (1 << 20) / seconds))
              + "/s, slowest fsync "
              + Text.duration(Duration.ofNanos(slowest));
      return slowest < 200_000_000
          ? Finding.ok("Disk speed", found)
          : Finding.warning(
              "Disk speed", found, "Commits wait for fsync: put the data on a faster disk.");
    } catch (IOException e) {
      return Finding.failed(
          "Disk speed",
          existing + " cannot be written: " + e,
          "Make it writable for this user, or name another --data.");
    }
  }

  private Finding dataVersion() {
    try {
      return DataDirectory.examine(data)
          .map(format -> Finding.ok("Data directory", format.toString()))
          .orElse(Finding.ok("Data directory", "new"));
    } catch (LeatException e) {
      return Finding.failed("Data directory", String.valueOf(e.getMessage()), "See there.");
    }
  }

  private Finding clock() {
    Instant now = context.clock().instant();
    String shown = now.truncatedTo(ChronoUnit.SECONDS).toString();
    return now.isBefore(LEAT_IS_YOUNGER)
        ? Finding.failed("Clock", shown, "Set the clock; event times depend on it.")
        : Finding.ok("Clock", shown);
  }

  private static Finding postgresUser() {
    if (!"root".equals(System.getProperty("user.name"))) {
      return Finding.ok("PostgreSQL", "runs as " + System.getProperty("user.name"));
    }
    if (succeeds("unshare", "-U", "true")) {
      return Finding.ok("PostgreSQL", "root, with user namespaces");
    }
    if (succeeds("setpriv", "--version")) {
      return Finding.ok("PostgreSQL", "root, with setpriv");
    }
    return Finding.failed(
        "PostgreSQL",
        "root, without user namespaces and setpriv",
        "PostgreSQL refuses to run as root: start Leat as another user, or install util-linux.");
  }

  private List<Finding> blueprints() {
    List<Finding> findings = new ArrayList<>();
    try {
      List<Blueprint> all =
          new BlueprintLoader().loadAll(BlueprintFolders.of(List.of(), context.home()));
      int streams = all.stream().mapToInt(b -> b.streams().size()).sum();
      findings.add(
          Finding.ok(
              "Blueprints",
              Text.plural(all.size(), "blueprint", "blueprints")
                  + " with "
                  + Text.plural(streams, "stream", "streams")));
      FileFolders.examine(all).ifPresent(findings::add);
    } catch (BlueprintException e) {
      findings.add(
          Finding.failed(
              "Blueprints",
              Text.plural(e.problems().size(), "problem", "problems")
                  + ", the first: "
                  + e.problems().get(0),
              "'leat validate' lists all of them."));
    } catch (CommandFailure e) {
      findings.add(
          Finding.warning(
              "Blueprints", String.valueOf(e.getMessage()), "Name the folders: leat up DIR."));
    }
    return findings;
  }

  private Finding configuration() {
    if (config == null) {
      return Finding.ok("Configuration", "none, the defaults");
    }
    if (!Files.isReadable(config)) {
      return Finding.failed("Configuration", config + " cannot be read", "Correct --config.");
    }
    try {
      new SettingsLoader().load(config);
      return Finding.ok("Configuration", config + " is valid");
    } catch (BlueprintException e) {
      return Finding.failed(
          "Configuration", e.problems().get(0).toString(), "Correct " + config + ".");
    }
  }

  private List<Finding> running() {
    if (!Files.isRegularFile(RunFile.in(data))) {
      return List.of(port(HTTP_PORT), Finding.ok("Running", "no Leat on " + data));
    }
    try {
      RunFile run = RunFile.read(data);
      if (!run.isAlive()) {
        return List.of(
            port(HTTP_PORT),
            Finding.warning(
                "Running",
                "process " + run.pid() + " ended without stopping cleanly",
                "Nothing to do: 'leat up' resumes from the last checkpoint."));
      }
      return List.of(reachable(run));
    } catch (IOException e) {
      return List.of(
          Finding.failed(
              "Running",
              RunFile.in(data) + ": " + e.getMessage(),
              "Delete the file if no Leat runs."));
    }
  }

  private static Finding reachable(RunFile run) {
    URI uri = run.baseUri();
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(uri.getHost(), uri.getPort()), 2_000);
      return Finding.ok("Running", "process " + run.pid() + " at " + uri);
    } catch (IOException e) {
      return Finding.failed(
          "Running",
          "process " + run.pid() + " does not answer at " + uri,
          "See its log in the data directory, then stop it and start it again.");
    }
  }

  private static Finding port(int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return Finding.ok("Port " + socket.getLocalPort(), "free");
    } catch (IOException e) {
      return Finding.warning(
          "Port " + port, "taken by another program", "Choose another: leat up --port 9080.");
    }
  }

  private static Path existing(Path path) {
    Path at = path;
    while (at.getParent() != null && !Files.isDirectory(at)) {
      at = at.getParent();
    }
    return at;
  }

  private static boolean succeeds(String... command) {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(5, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      return false; // There is no such program.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
