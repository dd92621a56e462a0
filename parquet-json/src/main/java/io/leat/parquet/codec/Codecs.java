package io.leat.parquet.codec;

import io.leat.parquet.bounds.Refusal;
import org.jspecify.annotations.Nullable;

/**
 * One codec of each kind for all columns that a thread reads: what one holds outside of the heap is
 * held once, however many columns there are. Owned by one thread.
 */
public final class Codecs implements AutoCloseable {
  private static final int KINDS = 8;

  private final @Nullable Codec[] opened = new Codec[KINDS];

  /**
   * A codec by its number in the footer.
   *
   * @throws Refusal when it is not read
   */
  public Codec of(int number) {
    boolean isKnown = number >= 0 && number < KINDS;
    Codec before = isKnown ? opened[number] : null;
    if (before != null) {
      return before;
    }
    Codec codec = Codec.of(number);
    if (isKnown) {
      opened[number] = codec;
    }
    return codec;
  }

  @Override
  public void close() {
    for (int i = 0; i < KINDS; i++) {
      Codec codec = opened[i];
      if (codec != null) {
        opened[i] = null;
        codec.close();
      }
    }
  }
}
