package io.leat.rules.seen;

import org.jspecify.annotations.Nullable;

/**
 * A share of all ids, by 16 bits of their hashes' lower halves: the whole is cut evenly among the
 * subtasks, so that each knows its ids whatever their number becomes.
 *
 * @param from first bucket
 * @param to the bucket after the last
 */
public record IdRange(int from, int to) {
  /** Every id. */
  public static final IdRange ALL = new IdRange(0, 1 << Short.SIZE);

  /** Ranges are within {@link #ALL} and not empty. */
  public IdRange {
    if (from < 0 || to > 1 << Short.SIZE || from >= to) {
      throw new IllegalArgumentException("no range: " + from + " to " + to);
    }
  }

  /** The share of subtask {@code index} of {@code count}. */
  public static IdRange of(int index, int count) {
    return new IdRange(first(index, count), first(index + 1, count));
  }

  /** The subtask of {@code count} that an id belongs to. */
  public static int owner(long low, int count) {
    return (int) (((low >>> (Long.SIZE - Short.SIZE)) * count) >>> Short.SIZE);
  }

  private static int first(int index, int count) {
    return ((index << Short.SIZE) + count - 1) / count;
  }

  boolean contains(long low) {
    int bucket = (int) (low >>> (Long.SIZE - Short.SIZE));
    return from <= bucket && bucket < to;
  }

  /** What the two have in common; null when that is nothing. */
  @Nullable IdRange intersection(IdRange other) {
    int first = Math.max(from, other.from);
    int end = Math.min(to, other.to);
    return first < end ? new IdRange(first, end) : null;
  }
}
