package io.leat.files.ledger;

/** How long the steps of an attempt took, in milliseconds; 0 of those it did not come to. */
public record Durations(long fetch, long validate, long convert, long publish) {
  public static final Durations NONE = new Durations(0, 0, 0, 0);
}
