package io.leat.files.ledger;

import java.util.Locale;

/** Why a file was not converted, and so whether it can help to try it again. */
public enum Category {
  /** Its bytes are not what they must be. */
  CORRUPT(false),
  /** It is whole, but uses what Leat does not read. */
  UNSUPPORTED(false),
  /** It is not what the blueprint says its source has. */
  CONTRACT(false),
  /** Something did not answer, or the file changed while it was read. */
  TRANSIENT(true),
  /** There was too little memory or disk. */
  RESOURCE(true),
  /** A defect of Leat's. */
  OURS(true);

  private final boolean mayPass;

  Category(boolean mayPass) {
    this.mayPass = mayPass;
  }

  /** Whether the same file may be converted at another time. */
  public boolean mayPass() {
    return mayPass;
  }

  /** As it is written: {@code corrupt}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The one that {@link #text} writes so. */
  public static Category of(String text) {
    return valueOf(text.toUpperCase(Locale.ROOT));
  }
}
