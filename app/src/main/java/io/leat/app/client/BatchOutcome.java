package io.leat.app.client;

import java.util.List;

/**
 * What became of a batch after all attempts.
 *
 * @param results one a record, in order
 * @param attempts requests that were made
 * @param acknowledgedAgain acknowledgements beyond the first of a record, by attempts that sent it
 *     again; each is a duplicate that deduplication removes
 * @param unknown records of attempts without an answer: the log may hold them
 */
public record BatchOutcome(
    List<RecordResult> results, int attempts, int acknowledgedAgain, int unknown) {
  public BatchOutcome {
    results = List.copyOf(results);
  }
}
