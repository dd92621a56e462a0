package io.leat.rules.seen;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Makes files of ids: from a table, and from several files. */
final class IdFiles {
  static final String SUFFIX = ".ids";

  private final Path directory;
  private final String prefix;
  private final IdRange range;

  /**
   * @param prefix what the files' names begin with
   * @param range of the ids that are written
   */
  IdFiles(Path directory, String prefix, IdRange range) {
    this.directory = directory;
    this.prefix = prefix;
    this.range = range;
  }

  Path path(String name) {
    return directory.resolve(name);
  }

  /** The table's entries as a file. */
  IdFile write(IdTable table) throws IOException {
    long[] sorted = table.sorted();
    try (IdFileWriter writer = writer(table.size())) {
      for (int i = 0; i < sorted.length; i += IdTable.WIDTH) {
        writer.add(sorted[i], sorted[i + 1], sorted[i + 2], sorted[i + 3]);
      }
      return writer.finish();
    }
  }

  /**
   * What still counts of several files as one.
   *
   * @param newestFirst of two entries of an id, that of the first file counts
   * @param expired entries received at this time or before, in microseconds, are left out
   */
  IdFile merge(List<IdFile> newestFirst, long expired) throws IOException {
    int total = newestFirst.stream().mapToInt(IdFile::count).sum();
    Cursor[] cursors = newestFirst.stream().map(Cursor::new).toArray(Cursor[]::new);
    try (IdFileWriter writer = writer(total)) {
      for (Cursor least = least(cursors); least != null; least = least(cursors)) {
        long high = least.high;
        long low = least.low;
        long received = least.file.received(least.entry);
        if (received > expired) {
          writer.add(high, low, least.file.hash(least.entry), received);
        }
        for (Cursor cursor : cursors) {
          if (cursor.isAt(high, low)) {
            cursor.next();
          }
        }
      }
      return writer.finish();
    }
  }

  /** The cursor at the least id; of equals the first. */
  private static @Nullable Cursor least(Cursor[] cursors) {
    Cursor least = null;
    for (Cursor cursor : cursors) {
      if (cursor.entry < cursor.file.count() && (least == null || cursor.isBefore(least))) {
        least = cursor;
      }
    }
    return least;
  }

  private IdFileWriter writer(int atMost) throws IOException {
    return new IdFileWriter(path(prefix + UUID.randomUUID() + SUFFIX), range, atMost);
  }

  private static final class Cursor {
    private final IdFile file;
    private int entry = -1;
    private long high;
    private long low;

    Cursor(IdFile file) {
      this.file = file;
      next();
    }

    /** To the next entry within the file's range. */
    void next() {
      while (++entry < file.count()) {
        low = file.low(entry);
        if (file.range().contains(low)) {
          high = file.high(entry);
          return;
        }
      }
    }

    boolean isAt(long high, long low) {
      return entry < file.count() && this.high == high && this.low == low;
    }

    boolean isBefore(Cursor other) {
      int order = Long.compareUnsigned(high, other.high);
      return order < 0 || (order == 0 && Long.compareUnsigned(low, other.low) < 0);
    }
  }
}
