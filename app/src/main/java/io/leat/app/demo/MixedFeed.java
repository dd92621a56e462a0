package io.leat.app.demo;

import java.util.List;

/** Several feeds that advance together, each in proportion to its size. Owned by one thread. */
final class MixedFeed implements RecordFeed {
  private final List<RecordFeed> feeds;
  private final long[] taken;

  MixedFeed(List<RecordFeed> feeds) {
    this.feeds = List.copyOf(feeds);
    this.taken = new long[feeds.size()];
  }

  @Override
  public boolean hasNext() {
    return feeds.stream().anyMatch(RecordFeed::hasNext);
  }

  @Override
  public DemoRecord next() {
    int best = -1;
    double least = Double.MAX_VALUE;
    for (int i = 0; i < taken.length; i++) {
      double progress = (double) taken[i] / Math.max(1, feeds.get(i).size());
      if (feeds.get(i).hasNext() && progress < least) {
        best = i;
        least = progress;
      }
    }
    taken[best]++;
    return feeds.get(best).next();
  }

  @Override
  public long size() {
    return feeds.stream().mapToLong(RecordFeed::size).sum();
  }
}
