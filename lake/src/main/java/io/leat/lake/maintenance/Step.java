package io.leat.lake.maintenance;

/**
 * What one action did to a table, or would do.
 *
 * @param action which
 * @param taken files, manifests or snapshots that went
 * @param put files or manifests that came in their place
 * @param bytes of data files that went
 * @param deleted files that left the store; what is replaced stays there until snapshots expire
 */
public record Step(Action action, long taken, long put, long bytes, long deleted) {
  /** The actions, in their order. */
  public enum Action {
    /** Data files whose rows are all older than the rule says are deleted. */
    LIFECYCLE,
    /** Small data files are merged. */
    COMPACT,
    /** Small manifests are merged. */
    MANIFESTS,
    /** Old snapshots go, and the files that only they named. */
    EXPIRE,
    /** Files go that nothing names. */
    ORPHANS;

    /** In lower case. */
    public String text() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /** Whether there was nothing to do. */
  public boolean isNothing() {
    return taken == 0;
  }

  static Step nothing(Action action) {
    return new Step(action, 0, 0, 0, 0);
  }

  Step plus(Step other) {
    return new Step(
        action, taken + other.taken, put + other.put, bytes + other.bytes, deleted + other.deleted);
  }
}
