package io.leat.app.demo;

import io.leat.app.client.BatchFormat;
import io.leat.app.client.EventSender;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Sends records in batches of one stream each and counts the answers. Owned by one thread. */
final class RecordSender {
  /** Records in a request at most. */
  static final int BATCH = 500;

  private final String blueprint;
  private final EventSender sender;
  private final FeedCounts counts;
  private final String name;
  private long batches;

  /**
   * @param blueprint whose streams the records belong to
   * @param counts takes what the gateway answers
   * @param name unique to this sender, of all runs
   */
  RecordSender(String blueprint, EventSender sender, FeedCounts counts, String name) {
    this.blueprint = blueprint;
    this.sender = sender;
    this.counts = counts;
    this.name = name;
  }

  /**
   * Sends all, those of a stream in their order, and returns when they are answered.
   *
   * @throws io.leat.app.client.HttpProblemException if the gateway refuses a request for good
   */
  void send(List<DemoRecord> records) {
    Map<String, List<byte[]>> byStream = new LinkedHashMap<>();
    for (DemoRecord record : records) {
      byStream.computeIfAbsent(record.stream(), s -> new ArrayList<>()).add(record.line());
    }
    byStream.forEach(
        (stream, lines) -> {
          for (int from = 0; from < lines.size(); from += BATCH) {
            send(stream, lines.subList(from, Math.min(lines.size(), from + BATCH)));
          }
        });
  }

  private void send(String stream, List<byte[]> lines) {
    String key = name + "-" + batches++;
    try {
      counts.add(stream, sender.send(blueprint + "." + stream, BatchFormat.NDJSON, lines, key));
    } catch (IOException e) {
      counts.addFailed("no-answer", lines.size());
    }
  }
}
