package io.leat.query.cache;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remote files on this machine's disk, within a bound of bytes. As a table's files never change,
 * one is known by its location and fetched once, whoever wants it; those that no query has leased
 * give way, the least recently used first.
 *
 * <p>A query's files are reserved all at once or not at all, so no two queries wait for each other.
 * The directory is emptied at the start: after a crash nobody can tell which of its files are
 * whole. All state is guarded by this object's monitor; files are fetched outside of it by a
 * bounded number of threads.
 */
public final class FileCache implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FileCache.class);
  private static final String PART = ".part";

  private final Path directory;
  private final long maxBytes;
  private final ThreadPoolExecutor fetchers;
  private final Counter hits;
  private final Counter fetches;
  private final Counter evictions;
  private final Counter fetchedBytes;

  /** By location, the least recently used first. */
  private final Map<String, CachedFile> files = new LinkedHashMap<>(16, 0.75f, true);

  /** Bytes of all files, of those that are being fetched too. */
  private long occupied;

  private long parts;

  /**
   * Empties the directory.
   *
   * @param directory its own; made when it is needed
   * @param maxBytes of all files together
   * @param fetchers how many files are fetched at once
   */
  public FileCache(
      Path directory, long maxBytes, int fetchers, ThreadFactory threads, MeterRegistry registry) {
    this.directory = directory.toAbsolutePath();
    this.maxBytes = maxBytes;
    this.fetchers =
        new ThreadPoolExecutor(
            fetchers, fetchers, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), threads);
    this.fetchers.allowCoreThreadTimeOut(true);
    this.hits = registry.counter("leat_query_cache_files", "kind", "hit");
    this.fetches = registry.counter("leat_query_cache_files", "kind", "fetched");
    this.evictions = registry.counter("leat_query_cache_files", "kind", "evicted");
    this.fetchedBytes = registry.counter("leat_query_cache_fetched_bytes");
    Gauge.builder("leat_query_cache_fill", this, FileCache::fill)
        .description("Bytes of cached files, as a share of the bound, 0 to 1")
        .register(registry);
    empty();
  }

  /** For one query; holds nothing yet. */
  public Lease lease() {
    return new Lease(this);
  }

  synchronized Map<String, Path> take(Lease lease, Collection<RemoteFile> wanted) {
    refuseUnreadablePaths();
    Map<String, RemoteFile> distinct = new LinkedHashMap<>();
    wanted.forEach(file -> distinct.put(file.location(), file));
    refuseTooLarge(distinct.values());
    await(lease, () -> reserve(lease, distinct.values()));
    Map<String, Path> paths = new LinkedHashMap<>();
    for (CachedFile file : lease.held()) {
      await(lease, () -> file.isReady || file.failure != null);
      if (file.failure != null) {
        throw file.failure;
      }
      paths.put(file.file.location(), file.path);
    }
    return paths;
  }

  synchronized void release(Lease lease) {
    for (CachedFile file : lease.held()) {
      file.leases--;
      if (file.leases == 0 && !file.isReady && file.failure == null) {
        file.isUnwanted = true;
        files.remove(file.file.location(), file);
      }
    }
    lease.held().clear();
    notifyAll();
  }

  private void refuseUnreadablePaths() {
    if (directory.toString().matches(".*[*?\\[\\]\\\\].*")) {
      // DuckDB would take it for a pattern.
      throw new LeatException(
          ErrorCode.SQL_FAILED,
          "The path of the query cache, "
              + directory
              + ", has one of *?[]\\; its files cannot be read. Use another data directory");
    }
  }

  private void refuseTooLarge(Collection<RemoteFile> wanted) {
    long bytes = wanted.stream().mapToLong(RemoteFile::bytes).sum();
    if (bytes > maxBytes) {
      throw new LeatException(
          ErrorCode.QUERY_TOO_LARGE,
          "The query reads "
              + wanted.size()
              + " files of the object store with "
              + bytes
              + " bytes together; the cache holds "
              + maxBytes
              + ". Narrow it by time, or raise query.cache");
    }
  }

  /** Leases all of them, if there is or can be made room for all. */
  private boolean reserve(Lease lease, Collection<RemoteFile> wanted) {
    long missing = 0;
    for (RemoteFile file : wanted) {
      // Looked up, it is the most recently used, and so the last to give way.
      missing += files.get(file.location()) == null ? file.bytes() : 0;
    }
    if (!makeRoom(missing, locations(wanted))) {
      return false;
    }
    for (RemoteFile file : wanted) {
      CachedFile present = files.get(file.location());
      (present == null ? fetches : hits).increment();
      CachedFile leased = present == null ? begin(file) : present;
      leased.leases++;
      lease.held().add(leased);
    }
    return true;
  }

  /** Evicts what is not leased and not wanted, but nothing if that is not enough. */
  private boolean makeRoom(long missing, Set<String> wanted) {
    List<CachedFile> evicted = new ArrayList<>();
    long free = maxBytes - occupied;
    for (Map.Entry<String, CachedFile> entry : files.entrySet()) {
      if (free >= missing) {
        break;
      }
      if (entry.getValue().leases == 0 && !wanted.contains(entry.getKey())) {
        evicted.add(entry.getValue());
        free += entry.getValue().file.bytes();
      }
    }
    if (free < missing) {
      return false;
    }
    evicted.forEach(this::evict);
    return true;
  }

  private void evict(CachedFile file) {
    files.remove(file.file.location());
    occupied -= file.file.bytes();
    evictions.increment();
    delete(file.path);
  }

  private CachedFile begin(RemoteFile file) {
    CachedFile begun = new CachedFile(file, directory.resolve(name(file.location())));
    Path part = directory.resolve(parts++ + PART);
    try {
      fetchers.execute(() -> fetch(begun, part));
    } catch (RejectedExecutionException e) {
      throw new LeatException(ErrorCode.NOT_READY, "The query engine is stopping", e);
    }
    files.put(file.location(), begun);
    occupied += file.bytes();
    return begun;
  }

  private void fetch(CachedFile wanted, Path part) {
    LeatException failure = null;
    try {
      if (!wanted.isUnwanted) {
        Files.createDirectories(directory);
        Fetching.copy(wanted, part);
      }
    } catch (LeatException e) {
      failure = e;
    } catch (IOException e) {
      failure = unwritable(e);
    } catch (RuntimeException e) {
      LOG.error("A file cannot be fetched", e);
      failure = new LeatException(ErrorCode.INTERNAL, "The query's files cannot be fetched", e);
    }
    end(wanted, part, failure);
  }

  private synchronized void end(CachedFile fetched, Path part, @Nullable LeatException failure) {
    LeatException problem = failure;
    if (problem == null && !fetched.isUnwanted) {
      try {
        Files.move(part, fetched.path, StandardCopyOption.ATOMIC_MOVE);
        fetched.isReady = true;
        fetchedBytes.increment((double) fetched.file.bytes());
      } catch (IOException e) {
        problem = unwritable(e);
      }
    }
    if (!fetched.isReady) {
      fetched.failure = problem;
      files.remove(fetched.file.location(), fetched);
      occupied -= fetched.file.bytes();
      delete(part);
    }
    notifyAll();
  }

  private void await(Lease lease, BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      if (lease.isAbandoned()) {
        throw new LeatException(ErrorCode.QUERY_CANCELLED, "The query was cancelled");
      }
      try {
        wait();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new LeatException(
            ErrorCode.QUERY_CANCELLED, "Interrupted while the query's files were fetched", e);
      }
    }
  }

  private synchronized double fill() {
    return occupied / (double) maxBytes;
  }

  private void empty() {
    try (DirectoryStream<Path> left = Files.newDirectoryStream(directory)) {
      for (Path file : left) {
        Files.delete(file);
      }
    } catch (NoSuchFileException e) {
      LOG.debug("There is no query cache yet: {}", directory);
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  private static LeatException unwritable(IOException cause) {
    return new LeatException(
        ErrorCode.QUERY_ENGINE_UNAVAILABLE, "The query cache cannot be written: " + cause, cause);
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      LOG.warn("A file of the query cache cannot be deleted: {}", file, e);
    }
  }

  private static Set<String> locations(Collection<RemoteFile> files) {
    return files.stream().map(RemoteFile::location).collect(Collectors.toSet());
  }

  /** Locations have characters that a file's name must not have. */
  private static String name(String location) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(location.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest) + ".parquet";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256", e);
    }
  }

  /** Ends all fetching; its files stay until the next start. */
  @Override
  public void close() {
    synchronized (this) {
      files.values().forEach(file -> file.isUnwanted = !file.isReady);
    }
    fetchers.shutdownNow();
  }
}
