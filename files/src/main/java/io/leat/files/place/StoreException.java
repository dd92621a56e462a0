package io.leat.files.place;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The object store refused. */
public final class StoreException extends IOException {
  private static final long serialVersionUID = 1L;

  private final int status;

  StoreException(int status, String code, @Nullable Throwable cause) {
    super("The object store answers " + status + (code.isEmpty() ? "" : " " + code), cause);
    this.status = status;
  }

  /** Of HTTP. */
  public int status() {
    return status;
  }
}
