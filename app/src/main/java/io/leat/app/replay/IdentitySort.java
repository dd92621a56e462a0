package io.leat.app.replay;

import io.leat.lake.maintenance.Pace;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Sorts records by {@link IdentityEntry#ORDER}, as many as the disk has room for: what memory does
 * not hold goes to files, each sorted, which are merged. First everything is added, then everything
 * is taken. Owned by one thread.
 */
final class IdentitySort implements Closeable {
  /** Some 30 MiB on the heap. */
  static final int IN_MEMORY = 400_000;

  /** Files that are merged at a time. */
  private static final int TOGETHER = 256;

  private static final int BUFFER = 8 << 10;
  private static final int PER_STEP = 1_024;

  private final Path folder;
  private final int inMemory;
  private final int together;
  private final Pace pace;
  private final List<IdentityEntry> held = new ArrayList<>();
  private final ArrayDeque<Path> files = new ArrayDeque<>();
  private final List<DataInputStream> open = new ArrayList<>();
  private @Nullable Merge merge;
  private int made;

  /**
   * @param folder for its files; it is deleted with {@link #close}
   */
  IdentitySort(Path folder, Pace pace) throws IOException {
    this(folder, IN_MEMORY, TOGETHER, pace);
  }

  /**
   * @param inMemory records that memory holds
   * @param together files that are merged at a time, at least 2
   */
  IdentitySort(Path folder, int inMemory, int together, Pace pace) throws IOException {
    this.folder = Files.createDirectories(folder);
    this.inMemory = inMemory;
    this.together = together;
    this.pace = pace;
  }

  void add(IdentityEntry entry) throws IOException {
    if (held.size() == inMemory) {
      held.sort(IdentityEntry.ORDER);
      Iterator<IdentityEntry> sorted = held.iterator();
      files.add(write(() -> sorted.hasNext() ? sorted.next() : null));
      held.clear();
    }
    held.add(entry);
  }

  /** Takes the next in the order; null at the end. */
  @Nullable IdentityEntry next() throws IOException {
    Merge from = merge;
    if (from == null) {
      while (files.size() > together) {
        mergeSome();
      }
      List<Source> sources = new ArrayList<>();
      for (Path file : files) {
        sources.add(source(file));
      }
      held.sort(IdentityEntry.ORDER);
      Iterator<IdentityEntry> sorted = held.iterator();
      sources.add(() -> sorted.hasNext() ? sorted.next() : null);
      from = new Merge(sources);
      merge = from;
    }
    return from.next();
  }

  private void mergeSome() throws IOException {
    List<Path> some = new ArrayList<>();
    List<Source> sources = new ArrayList<>();
    for (int i = 0; i < together; i++) {
      Path file = files.remove();
      some.add(file);
      sources.add(source(file));
    }
    Merge merged = new Merge(sources);
    files.add(write(merged));
    closeAll();
    for (Path file : some) {
      Files.delete(file);
    }
  }

  private Path write(Source source) throws IOException {
    Path file = folder.resolve("ids-" + made++);
    try (DataOutputStream out =
        new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), BUFFER))) {
      for (IdentityEntry one = source.next(); one != null; one = source.next()) {
        one.write(out);
      }
    }
    return file;
  }

  private Source source(Path file) throws IOException {
    DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file), BUFFER));
    open.add(in);
    return () -> IdentityEntry.read(in);
  }

  private void closeAll() throws IOException {
    for (DataInputStream in : open) {
      in.close();
    }
    open.clear();
  }

  /** Entries in the order; null at the end. */
  @FunctionalInterface
  private interface Source {
    @Nullable IdentityEntry next() throws IOException;
  }

  /** Several sources as one. */
  private final class Merge implements Source {
    private final PriorityQueue<Head> heads =
        new PriorityQueue<>(Comparator.comparing(Head::entry, IdentityEntry.ORDER));
    private int taken;

    private record Head(IdentityEntry entry, Source rest) {}

    Merge(List<Source> sources) throws IOException {
      for (Source source : sources) {
        offer(source);
      }
    }

    private void offer(Source source) throws IOException {
      IdentityEntry entry = source.next();
      if (entry != null) {
        heads.add(new Head(entry, source));
      }
    }

    @Override
    public @Nullable IdentityEntry next() throws IOException {
      if (++taken % PER_STEP == 0) {
        pace.step();
      }
      Head head = heads.poll();
      if (head == null) {
        return null;
      }
      offer(head.rest());
      return head.entry();
    }
  }

  /** Deletes its files. */
  @Override
  public void close() throws IOException {
    closeAll();
    for (int i = 0; i < made; i++) {
      Files.deleteIfExists(folder.resolve("ids-" + i));
    }
    Files.deleteIfExists(folder);
  }
}
