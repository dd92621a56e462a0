package io.leat.acceptance;

import io.leat.query.worker.QueryWorker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import java.util.stream.Stream;

/** What may happen to a running Leat. */
enum Fault {
  /** The process is gone at once; it is started again. */
  KILL(true) {
    @Override
    void strike(LeatProcess leat, Path data, Random random) throws Exception {
      leat.signal("KILL");
    }
  },
  /** The database server dies alone. */
  KILL_POSTGRES(false) {
    @Override
    void strike(LeatProcess leat, Path data, Random random) throws Exception {
      signal("KILL", List.of(postmaster(data)));
    }
  },
  /** The query workers die alone. */
  KILL_WORKERS(false) {
    @Override
    void strike(LeatProcess leat, Path data, Random random) throws Exception {
      try (Stream<ProcessHandle> children = leat.handle().children()) {
        signal(
            "KILL",
            children
                .filter(child -> child.info().commandLine().orElse("").contains(WORKER))
                .toList());
      }
    }
  },
  /** Nothing of Leat runs for a while, as when a machine is moved. */
  PAUSE(false) {
    @Override
    void strike(LeatProcess leat, Path data, Random random) throws Exception {
      leat.signal("STOP");
      Thread.sleep(500 + random.nextInt(5_500));
      leat.signal("CONT");
    }
  },
  /** The catalog does not answer for a while. */
  CATALOG_HANGS(false) {
    @Override
    void strike(LeatProcess leat, Path data, Random random) throws Exception {
      ProcessHandle postmaster = postmaster(data);
      try (Stream<ProcessHandle> descendants = postmaster.descendants()) {
        List<ProcessHandle> all = Stream.concat(Stream.of(postmaster), descendants).toList();
        signal("STOP", all);
        Thread.sleep(500 + random.nextInt(8_500));
        signal("CONT", all);
      }
    }
  },
  /** The catalog's server is there, but closes its connections and lets nobody in for a while. */
  CATALOG_REFUSES(false) {
    @Override
    void strike(LeatProcess leat, Path data, Random random) throws Exception {
      try (Connection beside = besideTheCatalog(data);
          Statement statement = beside.createStatement()) {
        statement.execute("ALTER DATABASE leat WITH ALLOW_CONNECTIONS false");
        try {
          statement.execute(
              "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'leat'");
          Thread.sleep(500 + random.nextInt(8_500));
        } finally {
          statement.execute("ALTER DATABASE leat WITH ALLOW_CONNECTIONS true");
        }
      }
    }
  },
  /** Others fill the disk nearly to its last byte, and later take it back. */
  DISK_FULL(false) {
    @Override
    void strike(LeatProcess leat, Path data, Random random) throws Exception {
      SmallDisk disk = SmallDisk.of(data);
      disk.fill(random.nextInt(8 << 20));
      try {
        Thread.sleep(500 + random.nextInt(9_500));
      } finally {
        disk.takeBack();
      }
    }

    @Override
    boolean mayEnd() {
      return true; // the broker ends the process when it cannot write
    }
  };

  private static final String WORKER = QueryWorker.class.getName();

  private final boolean ends;

  Fault(boolean ends) {
    this.ends = ends;
  }

  /** Whether the process has to be started again. */
  boolean ends() {
    return ends;
  }

  /** Whether the process may not survive it. */
  boolean mayEnd() {
    return ends;
  }

  /** Lets it happen; returns when it is over. */
  abstract void strike(LeatProcess leat, Path data, Random random) throws Exception;

  static ProcessHandle postmaster(Path data) throws IOException, InterruptedException {
    try (Stream<Path> files = Files.walk(data.resolve("postgres"), 3)) {
      Path file =
          files
              .filter(path -> path.endsWith("postmaster.pid"))
              .findFirst()
              .orElseThrow(() -> new IllegalStateException("there is no database server"));
      long pid = Long.parseLong(Files.readAllLines(file).get(0).strip());
      return ProcessHandle.of(pid).orElseThrow();
    }
  }

  /** To another database of the catalog's server, which may just be starting again. */
  private static Connection besideTheCatalog(Path data) throws InterruptedException {
    return Until.fits(
        Duration.ofSeconds(60),
        () -> {
          Properties ports = new Properties();
          try (var in = Files.newBufferedReader(data.resolve("ports.properties"))) {
            ports.load(in);
          }
          return DriverManager.getConnection(
              "jdbc:postgresql://127.0.0.1:" + ports.getProperty("postgres") + "/postgres",
              "leat",
              Files.readString(data.resolve("postgres.password")).strip());
        },
        connection -> true,
        () -> "the catalog's server does not let in");
  }

  static void signal(String name, List<ProcessHandle> processes)
      throws IOException, InterruptedException {
    for (ProcessHandle process : processes) {
      // One that is gone meanwhile needs no signal any more.
      new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
          .redirectErrorStream(true)
          .start()
          .waitFor();
    }
  }
}
