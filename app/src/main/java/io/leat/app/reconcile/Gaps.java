package io.leat.app.reconcile;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Collects gaps, joins neighbours and keeps a bounded number. Owned by one thread. */
final class Gaps {
  /** More say nothing new. */
  static final int MOST = 1_000;

  private final List<Gap> kept = new ArrayList<>();
  private final Map<Place, Integer> last = new HashMap<>();
  private long more;

  private record Place(GapCode code, int epoch, int partition) {}

  void add(Gap gap) {
    Place place = new Place(gap.code(), gap.epoch(), gap.partition());
    Integer at = last.get(place);
    if (at != null && joins(kept.get(at), gap)) {
      Gap before = kept.get(at);
      kept.set(
          at,
          new Gap(
              gap.code(),
              gap.epoch(),
              gap.partition(),
              before.range().hull(gap.range()),
              before.count() + gap.count(),
              gap.detail()));
    } else if (kept.size() < MOST) {
      last.put(place, kept.size());
      kept.add(gap);
    } else {
      more++;
    }
  }

  private static boolean joins(Gap before, Gap gap) {
    return before.isExact()
        && gap.isExact()
        && before.range().next() == gap.range().first()
        && before.detail().equals(gap.detail());
  }

  List<Gap> all() {
    return List.copyOf(kept);
  }

  /** How many were found beyond those that are kept. */
  long more() {
    return more;
  }
}
