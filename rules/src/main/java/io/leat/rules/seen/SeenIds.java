package io.leat.rules.seen;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The ids that were seen, each with its payload's hash and its time of receipt. Asking for a new
 * id, which nearly all are, reads one cache line for each file, and nothing from disk.
 *
 * <p>New ids go to a table in memory. A full table becomes a file; {@value #FAN_IN} files of about
 * one size become one of {@value #FAN_IN} times the size, up to {@value #LARGEST} entries. Both
 * happen on threads beside. What has expired leaves with the next merge, or with its whole file.
 *
 * <p>To survive, the owner keeps a {@link Snapshot}: the files' names, and the entries that are in
 * no file yet. Files that are not needed any more stay until the owner has made sure that no
 * snapshot names them; see {@link #retire}.
 *
 * <p>Not thread-safe: owned by one thread.
 */
public final class SeenIds implements Closeable {
  /** Of the files that it writes; it reads no other. */
  public static final int FILE_VERSION = IdFile.VERSION;

  /** Entries of the table in memory when it becomes a file, 2 MiB. */
  static final int SEAL_AT = 1 << 16;

  static final int FAN_IN = 8;

  /** Ids that can be asked for together. */
  public static final int TOGETHER = Long.SIZE;

  private static final long ALL = -1L;

  /** Entries of the largest file that merging makes, 1 GiB. */
  static final int LARGEST = 1 << 25;

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final IdFiles files;
  private final IdRange range;
  private final ExecutorService beside;

  /** The newest first. */
  private final List<IdFile> sealed = new ArrayList<>();

  private final List<IdFile> retired = new ArrayList<>();

  private IdTable recent = new IdTable();
  private @Nullable IdTable sealing;
  private @Nullable Future<IdFile> seal;
  private @Nullable Merge merge;
  private long expired = Long.MIN_VALUE;
  private long foundHash;
  private long foundReceived;

  /** Of the ids that are asked for together, those that may be in a file. */
  private long candidates = ALL;

  private long[] highs = {};
  private long[] lows = {};
  private final long[] masks = new long[TOGETHER];

  /** Names of files that another one may read too, after the number of subtasks changed. */
  private final Set<String> shared = new HashSet<>();

  private record Merge(List<IdFile> files, Future<IdFile> result) {}

  /**
   * A file, as far as it belongs to one.
   *
   * @param name its name in the directory
   * @param range the ids that count; of others another one may know better
   * @param shared whether another one may read it too
   */
  public record FileName(String name, IdRange range, boolean shared) {}

  /**
   * Everything there is to know.
   *
   * @param files the newest first
   * @param recent the entries that are in no file
   */
  public record Snapshot(List<FileName> files, byte[] recent) {}

  /**
   * @param directory for the files; created if missing
   * @param prefix what the files' names begin with
   * @param range the ids that will be asked for
   */
  public SeenIds(Path directory, String prefix, IdRange range) throws IOException {
    Files.createDirectories(directory);
    this.files = new IdFiles(directory, prefix, range);
    this.range = range;
    this.beside =
        Executors.newFixedThreadPool(
            2,
            task -> {
              Thread thread = new Thread(task, "leat-ids-" + prefix);
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Takes a file of a snapshot, as far as its ids are of this one's range. Files come in a
   * snapshot's order, before anything is added; those of several snapshots one after the other.
   *
   * @throws IOException if the file is missing or damaged
   */
  public void restore(FileName file) throws IOException {
    IdRange ours = file.range().intersection(range);
    if (ours != null) {
      Path path = files.path(file.name());
      if (!Files.exists(path)) {
        throw new NoSuchFileException(
            path.toString(), null, "ids that were seen are in it; restore a newer checkpoint");
      }
      sealed.add(IdFile.open(path, ours));
      if (file.shared() || !ours.equals(file.range())) {
        shared.add(file.name());
      }
    }
  }

  /**
   * Takes a snapshot's recent entries, as far as they are of this one's range, after all files.
   *
   * @throws IOException if ids could not be written
   */
  public void restore(byte[] snapshot) throws IOException {
    ByteBuffer entries = ByteBuffer.wrap(snapshot).order(ByteOrder.LITTLE_ENDIAN);
    while (entries.hasRemaining()) {
      long high = entries.getLong();
      long low = entries.getLong();
      long hash = entries.getLong();
      long received = entries.getLong();
      if (range.contains(low)) {
        add(high, low, hash, received);
      }
    }
  }

  /** Whether the id was seen; if so, {@link #hash} and {@link #received} tell more. */
  public boolean find(long high, long low) {
    return isInTable(high, low) || isInFile(high, low);
  }

  /**
   * Says which ids {@link #findExpected} will be asked for, so that they are looked for together:
   * most of the time goes into waiting for memory, and waiting for many takes no longer than for
   * one.
   *
   * @param high their high halves, left alone until the last has been asked for
   * @param low their low halves, likewise
   * @param count how many, at most {@link #TOGETHER}
   */
  public void expect(long[] high, long[] low, int count) {
    highs = high;
    lows = low;
    for (int i = 0; i < count; i++) {
      masks[i] = IdFile.mask(low[i]);
    }
    candidates = 0;
    for (int i = 0; i < sealed.size(); i++) {
      candidates |= sealed.get(i).candidates(high, masks, count);
    }
  }

  /** As {@link #find}, for an id that was {@link #expect expected}; others may have been added. */
  public boolean findExpected(int index) {
    long high = highs[index];
    long low = lows[index];
    return isInTable(high, low) || ((candidates >>> index & 1) != 0 && isInFile(high, low));
  }

  private boolean isInTable(long high, long low) {
    return find(recent, high, low) || (sealing != null && find(sealing, high, low));
  }

  private boolean isInFile(long high, long low) {
    for (int i = 0; i < sealed.size(); i++) {
      IdFile file = sealed.get(i);
      int entry = file.find(high, low);
      if (entry >= 0) {
        foundHash = file.hash(entry);
        foundReceived = file.received(entry);
        return true;
      }
    }
    return false;
  }

  private boolean find(IdTable table, long high, long low) {
    int at = table.find(high, low);
    if (at < 0) {
      return false;
    }
    foundHash = table.at(at + 2);
    foundReceived = table.at(at + 3);
    return true;
  }

  /** The payload's hash of the id that was found. */
  public long hash() {
    return foundHash;
  }

  /** When the id that was found was received, microseconds since the epoch. */
  public long received() {
    return foundReceived;
  }

  /**
   * Adds an id, or replaces what is known of it.
   *
   * @param received microseconds since the epoch
   * @throws IOException if ids could not be written, now or before
   */
  public void add(long high, long low, long hash, long received) throws IOException {
    recent.put(high, low, hash, received);
    if (recent.size() >= SEAL_AT) {
      adopt(true);
      IdTable full = recent;
      sealing = full;
      recent = full.next();
      seal = beside.submit(() -> files.write(full));
    }
  }

  /**
   * Lets go of the ids received at this time or before, at the latest with the next merge.
   *
   * @param micros microseconds since the epoch
   */
  public void expire(long micros) {
    expired = Math.max(expired, micros);
    for (int i = sealed.size() - 1; i >= 0; i--) {
      IdFile file = sealed.get(i);
      if (file.latest() <= expired && (merge == null || !merge.files.contains(file))) {
        sealed.remove(i);
        retired.add(file);
      }
    }
  }

  /**
   * What has to be kept to go on from here.
   *
   * @throws IOException if ids could not be written
   */
  public Snapshot snapshot() throws IOException {
    adopt(false);
    return new Snapshot(sealed.stream().map(this::name).toList(), IdTable.toBytes(sealing, recent));
  }

  private FileName name(IdFile file) {
    String name = String.valueOf(file.path().getFileName());
    return new FileName(name, file.range(), shared.contains(name));
  }

  /**
   * The files, told once, that no snapshot from now on will name, and that nobody else reads: to be
   * deleted when no earlier snapshot is needed any more.
   */
  public List<Path> retire() {
    List<Path> own = new ArrayList<>();
    for (IdFile file : retired) {
      file.close();
      if (!shared.contains(String.valueOf(file.path().getFileName()))) {
        own.add(file.path());
      }
    }
    retired.clear();
    return own;
  }

  /** Unmaps what was done beside and not taken over. */
  private static void closeResult(@Nullable Future<IdFile> done) {
    if (done != null && done.isDone() && !done.isCancelled()) {
      try {
        done.get().close();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (ExecutionException e) {
        // There is no file then.
      }
    }
  }

  /** Takes over what was done beside; with {@code wait} not before the last table is a file. */
  private void adopt(boolean wait) throws IOException {
    if (seal != null && (wait || seal.isDone())) {
      sealed.add(0, result(seal));
      candidates = ALL; // what was expected may be in it
      seal = null;
      sealing = null;
    }
    Merge done = merge;
    if (done != null && done.result.isDone()) {
      IdFile merged = result(done.result);
      int at = sealed.indexOf(done.files.get(0));
      sealed.removeAll(done.files);
      sealed.add(at, merged);
      retired.addAll(done.files);
      merge = null;
    }
    if (merge == null) {
      merge = nextMerge();
    }
  }

  private @Nullable Merge nextMerge() {
    expire(expired);
    for (int from = 0; from < sealed.size(); from++) {
      int to = from;
      int entries = 0;
      int tier = tier(sealed.get(from));
      while (to < sealed.size() && to - from < FAN_IN && tier(sealed.get(to)) <= tier) {
        entries += sealed.get(to).count();
        to++;
      }
      if (to - from == FAN_IN && entries <= LARGEST) {
        List<IdFile> run = List.copyOf(sealed.subList(from, to));
        long limit = expired;
        return new Merge(run, beside.submit(() -> files.merge(run, limit)));
      }
    }
    return null;
  }

  /** 0 for files of one table, 1 for those of {@value #FAN_IN} tables, and so on. */
  private static int tier(IdFile file) {
    int tier = 0;
    for (long size = SEAL_AT; file.count() > size * 2; size *= FAN_IN) {
      tier++;
    }
    return tier;
  }

  private static IdFile result(Future<IdFile> future) throws IOException {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while ids were written");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw new IOException("cannot write ids: " + failure.getMessage(), failure);
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  /**
   * Deletes the files of {@code directory} that a crash left over.
   *
   * @param named those that a snapshot names
   * @param before younger ones stay: somebody may be about to name them
   */
  public static void sweep(Path directory, Set<String> named, Instant before) throws IOException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    try (DirectoryStream<Path> all = Files.newDirectoryStream(directory, "*" + IdFiles.SUFFIX)) {
      for (Path file : all) {
        if (!named.contains(String.valueOf(file.getFileName()))
            && Files.getLastModifiedTime(file).toInstant().isBefore(before)) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  /** Ends what is done beside and unmaps the files; they stay. */
  @Override
  public void close() {
    beside.shutdownNow();
    try {
      if (!beside.awaitTermination(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        return; // a merge still reads them: better to leave them mapped
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    closeResult(seal);
    closeResult(merge == null ? null : merge.result);
    sealed.forEach(IdFile::close);
    retired.forEach(IdFile::close);
    sealed.clear();
    retired.clear();
  }
}
