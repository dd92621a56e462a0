package io.leat.action.twin;

import java.util.Map;

/**
 * What a twin was asked.
 *
 * @param requests all of them, those refused and not answered among them
 * @param byStatus how many answers of each status were sent
 * @param mostInASecond the most requests in any second
 * @param limit requests a second; 0 for none
 * @param excess the most requests beyond {@code limit x t + 1} in any time {@code t}; 0 when there
 *     were never more, or there is no limit
 */
public record TwinStatistics(
    long requests, Map<Integer, Integer> byStatus, int mostInASecond, int limit, double excess) {
  public TwinStatistics {
    byStatus = Map.copyOf(byStatus);
  }
}
