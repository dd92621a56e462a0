package io.leat.query.worker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Runs one statement at a time until its standard input is closed, which it takes as its parent's
 * end and follows at once.
 */
public final class QueryWorker {
  private static final int EXIT_BROKEN = 3;

  private final ObjectMapper mapper = new ObjectMapper();
  private final BlockingQueue<Frame> requests = new LinkedBlockingQueue<>();
  private final DataInputStream in;
  private final DataOutputStream out;
  private final Cancellation cancellation = new Cancellation();

  private QueryWorker(DataInputStream in, DataOutputStream out) {
    this.in = in;
    this.out = out;
  }

  /** Started by the parent only. */
  public static void main(String[] args) throws Exception {
    DataOutputStream out =
        new DataOutputStream(
            new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 64 * 1024));
    DataInputStream in =
        new DataInputStream(new BufferedInputStream(new FileInputStream(FileDescriptor.in)));
    // Whatever a library prints must not be taken for a frame.
    System.setOut(System.err);
    volunteerForTheOomKiller();
    new QueryWorker(in, out).run();
  }

  private void run() throws Exception {
    try (Analyzer analyzer = new Analyzer()) {
      deleteUnpackedLibrary();
      Thread reader = new Thread(this::read, "leat-query-worker-reader");
      reader.setDaemon(true);
      reader.start();
      send(
          Frame.READY,
          mapper
              .createObjectNode()
              .put("pid", ProcessHandle.current().pid())
              .put("version", analyzer.version()));
      while (true) {
        serve(requests.take(), analyzer);
      }
    }
  }

  private void serve(Frame request, Analyzer analyzer) throws IOException {
    long memory = 0;
    try {
      if (request.type() == Frame.ANALYZE) {
        String sql = new String(request.payload(), StandardCharsets.UTF_8);
        send(new Frame(Frame.TREE, analyzer.tree(sql).getBytes(StandardCharsets.UTF_8)));
      } else if (request.type() == Frame.COMPUTE) {
        send(Frame.VALUES, analyzer.compute(mapper.readTree(request.payload()), mapper));
      } else {
        JsonNode query = mapper.readTree(request.payload());
        memory = query.path("memory").asLong();
        new Execution(query, mapper, cancellation, this::send).run();
      }
    } catch (SQLException e) {
      fail(SqlFailure.of(e, memory));
    } catch (OutOfMemoryError e) {
      fail(SqlFailure.tooLarge());
    }
  }

  private void fail(SqlFailure failure) throws IOException {
    send(
        Frame.FAILED,
        mapper.createObjectNode().put("code", failure.code()).put("message", failure.message()));
  }

  private void send(byte type, JsonNode payload) throws IOException {
    send(new Frame(type, mapper.writeValueAsBytes(payload)));
  }

  /** Only the main thread sends. */
  private void send(Frame frame) throws IOException {
    frame.writeTo(out);
  }

  private void read() {
    int status = 0;
    try {
      while (true) {
        Frame frame = Frame.readFrom(in);
        if (frame.type() == Frame.CANCEL) {
          cancellation.cancel(
              Long.parseLong(new String(frame.payload(), StandardCharsets.US_ASCII)));
        } else {
          requests.add(frame);
        }
      }
    } catch (EOFException e) {
      status = 0; // the parent is gone or wants this process gone
    } catch (IOException | SQLException | RuntimeException | OutOfMemoryError e) {
      System.err.println("The worker cannot go on: " + e);
      status = EXIT_BROKEN;
    }
    Runtime.getRuntime().halt(status);
  }

  /** DuckDB's library is mapped by now; its file would stay behind after a kill. */
  private static void deleteUnpackedLibrary() throws IOException {
    Path directory = Path.of(System.getProperty("java.io.tmpdir"));
    try (DirectoryStream<Path> unpacked = Files.newDirectoryStream(directory, "libduckdb_java*")) {
      for (Path file : unpacked) {
        Files.deleteIfExists(file);
      }
    }
  }

  /** When the machine runs out of memory, a query dies rather than ingestion. */
  private static void volunteerForTheOomKiller() {
    Path score = Path.of("/proc/self/oom_score_adj");
    if (Files.isWritable(score)) {
      try {
        Files.writeString(score, "900");
      } catch (IOException e) {
        System.err.println("The worker keeps its OOM score: " + e.getMessage());
      }
    }
  }
}
