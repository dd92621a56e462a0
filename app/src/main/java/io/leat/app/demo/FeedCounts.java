package io.leat.app.demo;

import io.leat.app.client.BatchOutcome;
import io.leat.app.client.RecordResult;
import java.util.Map;
import java.util.TreeMap;

/** What the gateway answered. Thread-safe. */
final class FeedCounts {
  private final Map<String, Long> accepted = new TreeMap<>();
  private final Map<String, Long> rejected = new TreeMap<>();
  private long sentAgain;
  private long unknown;

  synchronized void add(String stream, BatchOutcome outcome) {
    for (RecordResult result : outcome.results()) {
      if (result.isAccepted()) {
        accepted.merge(stream, 1L, Long::sum);
      } else {
        rejected.merge(result.code(), 1L, Long::sum);
      }
    }
    sentAgain += outcome.acknowledgedAgain();
    unknown += outcome.unknown();
  }

  synchronized void addFailed(String code, int records) {
    rejected.merge(code, (long) records, Long::sum);
  }

  synchronized long accepted() {
    return accepted.values().stream().mapToLong(Long::longValue).sum();
  }

  synchronized long rejectedTotal() {
    return rejected.values().stream().mapToLong(Long::longValue).sum();
  }

  synchronized Map<String, Long> rejected() {
    return new TreeMap<>(rejected);
  }

  /** Acknowledgements beyond the first of a record, by retries. */
  synchronized long sentAgain() {
    return sentAgain;
  }

  /** Records of requests that were never answered and were sent again. */
  synchronized long unknown() {
    return unknown;
  }
}
