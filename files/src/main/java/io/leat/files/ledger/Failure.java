package io.leat.files.ledger;

/**
 * Why an attempt failed.
 *
 * @param code stable: {@code bad-footer}
 * @param reason one sentence for people, with nothing of the file's content
 */
public record Failure(Category category, String code, String reason) {
  private static final int MOST = 1_000;

  public Failure {
    reason = reason.replace('\0', '\uFFFD');
    reason = reason.length() > MOST ? reason.substring(0, MOST) : reason;
  }
}
