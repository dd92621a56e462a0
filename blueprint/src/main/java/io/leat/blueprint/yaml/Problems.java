package io.leat.blueprint.yaml;

import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Gathers the problems of one load, so that all are told at once. Not thread-safe. */
public final class Problems {
  private static final Comparator<Problem> BY_PLACE =
      Comparator.comparing(Problem::file).thenComparingInt(Problem::line);

  private final Set<Problem> found = new LinkedHashSet<>();

  /** Adds one; the same problem is kept once. */
  public void add(Problem problem) {
    found.add(problem);
  }

  /** Whether nothing is wrong so far. */
  public boolean isEmpty() {
    return found.isEmpty();
  }

  /** How many there are so far. */
  public int count() {
    return found.size();
  }

  /** All of them by file and line; those of one line in the order in which they were found. */
  public List<Problem> sorted() {
    return found.stream().sorted(BY_PLACE).toList();
  }
}
