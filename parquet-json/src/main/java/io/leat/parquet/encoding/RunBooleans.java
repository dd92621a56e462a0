package io.leat.parquet.encoding;

/** Booleans in runs. */
final class RunBooleans extends Values {
  private final Hybrid runs = new Hybrid();
  private final int[] some = new int[1024];

  RunBooleans(byte[] bytes, int start, int end) {
    if (end - start < 4) {
      throw Bits.ended();
    }
    int length = (int) Bits.INT.get(bytes, start);
    if (length < 0 || length > end - start - 4) {
      throw Bits.ended();
    }
    runs.reset(bytes, start + 4, start + 4 + length, 1);
  }

  @Override
  public void longs(long[] target, int offset, int count) {
    for (int i = 0; i < count; i += some.length) {
      int n = Math.min(some.length, count - i);
      runs.read(some, 0, n);
      for (int j = 0; j < n; j++) {
        target[offset + i + j] = some[j];
      }
    }
  }

  @Override
  public void skip(int count) {
    runs.skip(count);
  }
}
