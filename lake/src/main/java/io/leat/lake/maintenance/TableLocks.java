package io.leat.lake.maintenance;

import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.apache.iceberg.Table;

/**
 * One lock per table for whoever in this process rearranges it: compaction, expiry, roll-back.
 * Those who append need none: Iceberg puts their commits in order. Thread-safe.
 */
public final class TableLocks {
  private final Map<UUID, ReentrantLock> locks = new ConcurrentHashMap<>();

  /** Does the work while nobody else rearranges the table. */
  public <T> T with(Table table, Supplier<T> work) {
    ReentrantLock lock = locks.computeIfAbsent(table.uuid(), id -> new ReentrantLock());
    lock.lock();
    try {
      return work.get();
    } finally {
      lock.unlock();
    }
  }
}
