package io.leat.app.reconcile;

/** What became of some logged records, as the ledger counts it. */
public record Counts(long logged, long raw, long processed, long duplicates, long quarantined) {
  static final Counts NONE = new Counts(0, 0, 0, 0, 0);

  Counts plus(Counts other) {
    return new Counts(
        logged + other.logged,
        raw + other.raw,
        processed + other.processed,
        duplicates + other.duplicates,
        quarantined + other.quarantined);
  }

  /** Whether every record is in raw, and is one of processed, duplicate, quarantined. */
  public boolean isBalanced() {
    return logged == raw && raw == processed + duplicates + quarantined;
  }
}
