package io.leat.parquet;

import java.util.concurrent.atomic.LongAdder;

/** How many bytes were read from the source, by all threads, and how far a window reads ahead. */
final class ReadBytes {
  private final LongAdder bytes = new LongAdder();
  private final int ahead;

  ReadBytes(int ahead) {
    this.ahead = ahead;
  }

  void add(long count) {
    bytes.add(count);
  }

  long total() {
    return bytes.sum();
  }

  int ahead() {
    return ahead;
  }
}
