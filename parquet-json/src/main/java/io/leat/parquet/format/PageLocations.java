package io.leat.parquet.format;

import io.leat.parquet.bounds.Refusal;

/**
 * Where the data pages of a column chunk begin: the offset index.
 *
 * @param positions in the file
 * @param firstRows in the row group
 */
public record PageLocations(long[] positions, long[] firstRows) {
  /** Reads an offset index. */
  public static PageLocations read(byte[] bytes) {
    ThriftReader in = new ThriftReader();
    in.reset(bytes, 0, bytes.length);
    long[] positions = {};
    long[] firstRows = {};
    int saved = in.begin();
    for (int id = in.field(); id != 0; id = in.field()) {
      if (id != 1) {
        in.skip();
        continue;
      }
      int size = in.list(ThriftReader.STRUCT);
      positions = new long[size];
      firstRows = new long[size];
      for (int i = 0; i < size; i++) {
        int page = in.begin();
        for (int part = in.field(); part != 0; part = in.field()) {
          switch (part) {
            case 1 -> positions[i] = in.int64();
            case 3 -> firstRows[i] = in.int64();
            default -> in.skip();
          }
        }
        in.end(page);
        if (i > 0 && (positions[i] <= positions[i - 1] || firstRows[i] < firstRows[i - 1])) {
          throw Refusal.corrupt("bad-page-index", "the page index is not in order");
        }
      }
    }
    in.end(saved);
    return new PageLocations(positions, firstRows);
  }
}
