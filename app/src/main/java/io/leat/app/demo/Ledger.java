package io.leat.app.demo;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/** The truth: how many records of each fate were handed over, by stream. Thread-safe. */
final class Ledger {
  private final Map<String, Counts> streams = new TreeMap<>();

  /** The counts of one stream. Owned by its ledger. */
  static final class Counts {
    private long processed;
    private long duplicates;
    private final Map<String, Long> quarantined = new TreeMap<>();
    private final Map<String, Long> rejected = new TreeMap<>();

    private Counts copy() {
      Counts copy = new Counts();
      copy.add(this);
      return copy;
    }

    private void add(Counts other) {
      processed += other.processed;
      duplicates += other.duplicates;
      other.quarantined.forEach((code, n) -> quarantined.merge(code, n, Long::sum));
      other.rejected.forEach((code, n) -> rejected.merge(code, n, Long::sum));
    }

    private void add(Fate fate) {
      switch (fate.outcome()) {
        case PROCESSED -> processed++;
        case DUPLICATE -> duplicates++;
        case QUARANTINED -> quarantined.merge(fate.code(), 1L, Long::sum);
        case REJECTED -> rejected.merge(fate.code(), 1L, Long::sum);
      }
    }

    long accepted() {
      return processed + duplicates + quarantinedTotal();
    }

    long processed() {
      return processed;
    }

    long duplicates() {
      return duplicates;
    }

    long quarantinedTotal() {
      return quarantined.values().stream().mapToLong(Long::longValue).sum();
    }

    long rejectedTotal() {
      return rejected.values().stream().mapToLong(Long::longValue).sum();
    }

    Map<String, Long> quarantined() {
      return Collections.unmodifiableMap(quarantined);
    }

    Map<String, Long> rejected() {
      return Collections.unmodifiableMap(rejected);
    }
  }

  synchronized void add(DemoRecord record) {
    streams.computeIfAbsent(record.stream(), s -> new Counts()).add(record.fate());
  }

  /** The counts by stream, as of now. */
  synchronized Map<String, Counts> streams() {
    Map<String, Counts> copies = new TreeMap<>();
    streams.forEach((stream, counts) -> copies.put(stream, counts.copy()));
    return copies;
  }

  /** All streams together, as of now. */
  synchronized Counts total() {
    Counts total = new Counts();
    streams.values().forEach(total::add);
    return total;
  }
}
