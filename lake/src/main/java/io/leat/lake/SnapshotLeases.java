package io.leat.lake;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.iceberg.Table;

/**
 * The snapshots that somebody in this process reads: their files stay until the reader is done.
 * Bounded by the readers. Safe for many threads.
 */
public final class SnapshotLeases {
  private record Snapshot(UUID table, long id) {}

  private final Map<Snapshot, Integer> readers = new HashMap<>();

  /** For one reader, who closes it when it reads no more. */
  public Reader reader() {
    return new Reader();
  }

  /** The table's snapshots that are being read. */
  public synchronized Set<Long> held(Table table) {
    Set<Long> held = new java.util.HashSet<>();
    for (Snapshot snapshot : readers.keySet()) {
      if (snapshot.table().equals(table.uuid())) {
        held.add(snapshot.id());
      }
    }
    return Set.copyOf(held);
  }

  /** What one reader holds. Owned by one thread. */
  public final class Reader implements AutoCloseable {
    private final List<Snapshot> own = new ArrayList<>();

    private Reader() {}

    /** Holds a snapshot, before its files are listed. */
    public void hold(Table table, long snapshot) {
      Snapshot held = new Snapshot(table.uuid(), snapshot);
      synchronized (SnapshotLeases.this) {
        readers.merge(held, 1, Integer::sum);
      }
      own.add(held);
    }

    /** Lets go of everything; may be called again. */
    @Override
    public void close() {
      synchronized (SnapshotLeases.this) {
        own.forEach(held -> readers.computeIfPresent(held, (key, n) -> n == 1 ? null : n - 1));
      }
      own.clear();
    }
  }
}
