package io.leat.files.ledger;

/** Somebody else works on the file now; nothing was changed. */
public final class LeaseLostException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public LeaseLostException(Lease lease) {
    super("attempt " + lease.fence() + " at file " + lease.file() + " was taken over");
  }
}
