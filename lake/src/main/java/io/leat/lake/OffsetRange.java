package io.leat.lake;

/**
 * Some offsets of one partition of the log.
 *
 * @param first the first of them
 * @param next one behind the last
 */
public record OffsetRange(long first, long next) {
  public OffsetRange {
    if (first < 0 || next < first) {
      throw new IllegalArgumentException("no range of offsets: " + first + " to " + next);
    }
  }

  /** How many offsets it has. */
  public long size() {
    return next - first;
  }

  /** Whether the offset is one of them. */
  public boolean contains(long offset) {
    return offset >= first && offset < next;
  }

  /** Whether both have an offset. */
  public boolean overlaps(OffsetRange other) {
    return first < other.next && other.first < next;
  }

  /** From the lower begin to the higher end. */
  public OffsetRange hull(OffsetRange other) {
    return new OffsetRange(Math.min(first, other.first), Math.max(next, other.next));
  }

  /** {@code 17} or {@code 17..41}, both ends included. */
  @Override
  public String toString() {
    return size() == 1 ? String.valueOf(first) : first + ".." + (next - 1);
  }
}
