package io.leat.query.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileCacheTest {
  /** The common pool has but one thread on two cores, since Java 25: a second task would wait. */
  private static final Executor OWN_THREAD = task -> new Thread(task, "query").start();

  private final TestingStore store = new TestingStore();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final Path directory;
  private FileCache cache;

  FileCacheTest(@TempDir Path temporary) {
    this.directory = temporary.resolve("cache");
    this.cache = cache();
  }

  private FileCache cache() {
    return new FileCache(directory, 100, 2, task -> new Thread(task, "fetch"), registry);
  }

  @AfterEach
  void close() {
    store.open();
    cache.close();
  }

  @Test
  void aFileIsFetchedOnce() throws IOException {
    RemoteFile file = store.put("a", 10);

    for (int query = 0; query < 3; query++) {
      try (Lease lease = cache.lease()) {
        Map<String, Path> taken = lease.take(List.of(file, file));
        assertThat(taken).containsOnlyKeys("store://b/a");
        assertThat(taken.values())
            .allSatisfy(
                path ->
                    assertThat(path).hasBinaryContent(new byte[] {1, 1, 1, 1, 1, 1, 1, 1, 1, 1}));
      }
    }

    assertThat(store.reads()).containsExactly("a");
    assertThat(files()).hasSize(1);
    assertThat(count("hit")).isEqualTo(2);
    assertThat(count("fetched")).isEqualTo(1);
  }

  @Test
  void theLeastRecentlyUsedFilesGiveWay() throws IOException {
    RemoteFile a = store.put("a", 40);
    RemoteFile b = store.put("b", 40);
    RemoteFile c = store.put("c", 40);
    take(a);
    take(b);
    take(a);

    take(c);
    take(a);
    take(b);

    assertThat(store.reads()).containsExactly("a", "b", "c", "b");
    assertThat(files()).hasSize(2);
    assertThat(registry.get("leat_query_cache_fill").gauge().value()).isEqualTo(0.8);
  }

  @Test
  void leasedFilesAreNotEvicted() throws Exception {
    RemoteFile a = store.put("a", 60);
    RemoteFile b = store.put("b", 60);
    Lease first = cache.lease();
    Path held = first.take(List.of(a)).get("store://b/a");
    CompletableFuture<Path> second =
        CompletableFuture.supplyAsync(
            () -> {
              try (Lease lease = cache.lease()) {
                return lease.take(List.of(b)).get("store://b/b");
              }
            },
            OWN_THREAD);
    assertThatThrownBy(() -> second.get(200, TimeUnit.MILLISECONDS))
        .isInstanceOf(java.util.concurrent.TimeoutException.class);
    assertThat(held).exists();

    first.close();

    assertThat(second.get(20, TimeUnit.SECONDS)).exists();
    assertThat(held).doesNotExist();
  }

  @Test
  void whatCanNeverFitIsRefused() {
    List<RemoteFile> files = List.of(store.put("a", 60), store.put("b", 41));

    LeatException refusal =
        catchThrowableOfType(LeatException.class, () -> cache.lease().take(files));

    assertThat(refusal.code()).isEqualTo(ErrorCode.QUERY_TOO_LARGE);
    assertThat(refusal)
        .hasMessage(
            "The query reads 2 files of the object store with 101 bytes together; the cache holds"
                + " 100. Narrow it by time, or raise query.cache");
    assertThat(store.reads()).isEmpty();
  }

  @Test
  void aFileThatCannotBeReadFailsTheQueryAndIsTriedAgainByTheNext() {
    RemoteFile file = store.put("a", 10);
    store.deleteFile("store://b/a");

    assertUnavailable(file, "The file store://b/a cannot be read");
    store.put("a", 10);
    take(file);

    assertThat(store.reads()).containsExactly("a", "a");
  }

  @Test
  void aFileOfAnotherSizeIsRefused() throws IOException {
    store.put("a", 9);
    assertUnavailable(
        new RemoteFile("store://b/a", 10, store),
        "The file store://b/a has 9 bytes; its table says 10");
    assertUnavailable(
        new RemoteFile("store://b/a", 8, store),
        "The file store://b/a has more than 8 bytes; its table says 8");
    assertThat(files()).isEmpty();
    assertThat(registry.get("leat_query_cache_fill").gauge().value()).isZero();
  }

  @Test
  void anAbandonedQueryEndsAtOnceAndOthersGetTheFile() throws Exception {
    RemoteFile file = store.put("a", 10);
    store.hold();
    Lease abandoned = cache.lease();
    CompletableFuture<Map<String, Path>> first =
        CompletableFuture.supplyAsync(() -> abandoned.take(List.of(file)), OWN_THREAD);
    await(() -> !store.reads().isEmpty());

    abandoned.abandon();

    assertThatThrownBy(() -> first.get(20, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .hasMessage("The query was cancelled");
    abandoned.close();
    store.open();
    take(file);
    assertThat(store.reads()).containsExactly("a", "a");
  }

  @Test
  void aFileThatTwoQueriesWaitForOutlivesTheFirst() throws Exception {
    RemoteFile file = store.put("a", 10);
    store.hold();
    Lease abandoned = cache.lease();
    Lease patient = cache.lease();
    CompletableFuture<Map<String, Path>> first =
        CompletableFuture.supplyAsync(() -> abandoned.take(List.of(file)), OWN_THREAD);
    CompletableFuture<Map<String, Path>> second =
        CompletableFuture.supplyAsync(() -> patient.take(List.of(file)), OWN_THREAD);
    await(() -> count("hit") + count("fetched") == 2);

    abandoned.abandon();
    assertThatThrownBy(() -> first.get(20, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class);
    abandoned.close();
    store.open();

    assertThat(second.get(20, TimeUnit.SECONDS).values()).allSatisfy(p -> assertThat(p).exists());
    assertThat(store.reads()).containsExactly("a");
    patient.close();
  }

  @Test
  void whatAnEarlierProcessLeftIsDeleted() throws IOException {
    take(store.put("a", 10));
    Files.writeString(directory.resolve("7.part"), "half");
    cache.close();

    cache = cache();

    assertThat(files()).isEmpty();
  }

  private void take(RemoteFile file) {
    try (Lease lease = cache.lease()) {
      assertThat(lease.take(List.of(file))).hasSize(1);
    }
  }

  private void assertUnavailable(RemoteFile file, String message) {
    try (Lease lease = cache.lease()) {
      LeatException failure =
          catchThrowableOfType(LeatException.class, () -> lease.take(List.of(file)));
      assertThat(failure.code()).isEqualTo(ErrorCode.LAKE_UNAVAILABLE);
      assertThat(failure).hasMessage(message);
    }
  }

  private static void await(BooleanSupplier holds) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!holds.getAsBoolean()) {
      assertThat(System.nanoTime()).as("it never came to that").isLessThan(deadline);
      Thread.sleep(1);
    }
  }

  private double count(String kind) {
    return registry.counter("leat_query_cache_files", "kind", kind).count();
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.toList();
    }
  }
}
