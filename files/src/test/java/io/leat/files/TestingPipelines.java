package io.leat.files;

import io.leat.files.alert.AlertSink;
import io.leat.files.ledger.FileFilter;
import io.leat.files.ledger.FileState;
import io.leat.files.ledger.LedgerFile;
import io.leat.files.ledger.LedgerSearch;
import io.leat.files.place.S3Settings;
import io.leat.files.work.RowFeed;
import io.leat.files.work.WorkSettings;
import io.leat.http.Bodies;
import io.leat.rules.file.FileSourceSpec;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** The pipelines of a test, which begins with an empty ledger: their files come to {@code in}. */
final class TestingPipelines implements AutoCloseable {
  private static final Duration SOON = Duration.ofSeconds(30);

  private final Path root;
  private final TestingState state;
  private final Vertx vertx = Vertx.vertx();
  private final List<FilePipeline> open = new ArrayList<>();
  private final LedgerSearch search;

  /** Of those that are started next. */
  S3Settings s3 = new S3Settings(null, "us-east-1", false, null);

  RowFeed feed = RowFeed.NONE;
  AlertSink alerts = alert -> {};
  int workers = 1;

  TestingPipelines(Path root, TestingState state) {
    this.root = root;
    this.state = state;
    this.search = new LedgerSearch(state.database(), InstantSource.system());
    state.clear();
    try {
      Files.createDirectories(root.resolve("in"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  LedgerSearch search() {
    return search;
  }

  FilePipeline start(FileSourceSpec... specs) {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    FilePipeline pipeline =
        new FilePipeline(
            new FilePipeline.Surroundings(
                state.database(),
                vertx,
                new Bodies(vertx, registry),
                root.resolve("data"),
                new WorkSettings(
                    workers,
                    1,
                    64L << 20,
                    root.resolve("data/spool"),
                    Duration.ofSeconds(30),
                    Duration.ofMillis(100),
                    1L << 20),
                s3,
                feed,
                alerts,
                "test",
                "leat test",
                InstantSource.system(),
                registry));
    open.add(pipeline);
    pipeline.follow(List.of(new FilePipeline.Followed("files", "v1", List.of(specs))));
    pipeline.start();
    return pipeline;
  }

  /** Writes a file elsewhere, then moves it in. */
  Path drop(String name, int rows) throws Exception {
    Path made = TestingParquet.trips(root.resolve(name), rows);
    return Files.move(made, root.resolve("in").resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }

  List<LedgerFile> files() {
    return search.list(new FileFilter(null, null, null, Set.of(), null, null, null, null, 100));
  }

  LedgerFile await(Predicate<LedgerFile> fits, String what) throws InterruptedException {
    long deadline = System.nanoTime() + SOON.toNanos();
    while (System.nanoTime() < deadline) {
      for (LedgerFile file : files()) {
        if (fits.test(file)) {
          return file;
        }
      }
      Thread.sleep(50);
    }
    throw new AssertionError(what + " did not happen: " + files());
  }

  static void awaitGone(Path file) throws InterruptedException {
    long deadline = System.nanoTime() + SOON.toNanos();
    while (Files.exists(file)) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError(file + " is still there");
      }
      Thread.sleep(50);
    }
  }

  LedgerFile await(String name, FileState.Name wanted) throws InterruptedException {
    return await(
        file -> file.seen().name().equals(name) && file.state().name() == wanted,
        name + " " + wanted);
  }

  @Override
  public void close() {
    open.forEach(FilePipeline::close);
    vertx.close();
  }
}
