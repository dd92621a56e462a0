package io.leat.lake;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;

/** Tells what an object store's client says from all other failures. */
final class StoreFailure {
  private StoreFailure() {}

  /** LAKE_UNAVAILABLE when an object store is the cause, else the failure itself. */
  static RuntimeException of(RuntimeException failure) {
    for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SdkException refused) {
        return new LeatException(
            ErrorCode.LAKE_UNAVAILABLE,
            "The warehouse cannot be used: " + refused.getMessage(),
            failure);
      }
    }
    return failure;
  }
}
