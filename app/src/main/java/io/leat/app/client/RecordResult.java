package io.leat.app.client;

/**
 * What became of one record of a batch.
 *
 * @param index its place in the batch, from 0
 * @param status HTTP's, of this record
 * @param code of the refusal; empty when it was accepted
 * @param reason in words; empty when it was accepted
 */
public record RecordResult(int index, int status, String code, String reason) {

  /** Whether the log acknowledged it. */
  public boolean isAccepted() {
    return status >= 200 && status < 300;
  }

  /** Whether the same record may be accepted when it is sent again. */
  public boolean isRetryable() {
    return status == 429 || status == 503 || code.equals("not-attempted");
  }
}
