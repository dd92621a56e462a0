package io.leat.blueprint.yaml;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Finds what a misspelt name was meant to be. */
public final class Suggestions {
  /** Past this many, the candidates are not listed. */
  private static final int LISTED = 12;

  private Suggestions() {}

  /**
   * A sentence that helps: {@code Did you mean 'partitions'?}, else {@code Known here: a, b.}, else
   * empty.
   */
  public static String remedy(String name, Collection<String> candidates) {
    Optional<String> nearest = nearest(name, candidates);
    if (nearest.isPresent()) {
      return "Did you mean '" + nearest.get() + "'?";
    }
    if (candidates.isEmpty() || candidates.size() > LISTED) {
      return "";
    }
    return "Known here: " + String.join(", ", candidates) + ".";
  }

  /**
   * The candidate with the fewest edits, case aside, if they are at most a third of its letters;
   * the first of several.
   */
  public static Optional<String> nearest(String name, Collection<String> candidates) {
    String lower = name.toLowerCase(Locale.ROOT);
    List<String> near =
        candidates.stream()
            .filter(c -> distance(lower, c.toLowerCase(Locale.ROOT)) <= Math.max(1, c.length() / 3))
            .filter(c -> !c.equals(name))
            .toList();
    return near.stream()
        .min(Comparator.comparingInt(c -> distance(lower, c.toLowerCase(Locale.ROOT))));
  }

  /** Edits (insert, delete, replace, swap neighbours) from {@code a} to {@code b}. */
  static int distance(String a, String b) {
    if (Math.abs(a.length() - b.length()) > 32) {
      return Integer.MAX_VALUE;
    }
    int[][] d = new int[a.length() + 1][b.length() + 1];
    Arrays.setAll(d[0], j -> j);
    for (int i = 1; i <= a.length(); i++) {
      d[i][0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int cost = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        int best = Math.min(Math.min(d[i - 1][j] + 1, d[i][j - 1] + 1), d[i - 1][j - 1] + cost);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          best = Math.min(best, d[i - 2][j - 2] + 1);
        }
        d[i][j] = best;
      }
    }
    return d[a.length()][b.length()];
  }
}
