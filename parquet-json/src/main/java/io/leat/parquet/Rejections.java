package io.leat.parquet;

import java.util.List;

/**
 * Rows that were rejected for one reason.
 *
 * @param count of rows
 * @param firstRows the first few numbers of such rows, from 0, counted in the file
 */
public record Rejections(long count, List<Long> firstRows) {
  /** A non-finite number, where the policy is to reject. */
  public static final String NON_FINITE = "non-finite";

  /** Text that is not UTF-8, where the policy is to reject. */
  public static final String INVALID_TEXT = "invalid-text";

  public Rejections {
    firstRows = List.copyOf(firstRows);
  }
}
