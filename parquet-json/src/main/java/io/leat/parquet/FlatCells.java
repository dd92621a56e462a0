package io.leat.parquet;

import io.leat.parquet.bounds.Scratch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The cells of a top-level column that is neither a group nor repeated. */
final class FlatCells extends FieldCells {
  static final byte[] NULL =
      Arrays.copyOf("null".getBytes(StandardCharsets.US_ASCII), 4 + Scratch.PADDING);

  private final LeafReader reader;
  private final Scratch scratch;
  private final Prefix prefix;
  private final boolean writesNull;
  private final int max;
  private final int[] definitions = new int[BATCH];

  /** How many rows have about {@link #TEXT} bytes. */
  private int rows = BATCH;

  FlatCells(LeafReader reader, Scratch scratch, Prefix prefix, Nulls nulls) {
    this.reader = reader;
    this.scratch = scratch;
    this.prefix = prefix;
    this.writesNull = nulls == Nulls.WRITE;
    this.max = reader.leaf().maxDefinition();
  }

  @Override
  void refill(int most) throws IOException {
    int n = Math.min(Math.min(most, rows), reader.available());
    if (n == 0) {
      throw LeafReader.ended(reader.leaf());
    }
    scratch.end = 0;
    long none = Cell.NOTHING;
    if (writesNull && max > 0) {
      prefix.to(scratch);
      scratch.append(NULL, 0, 4);
      none = Cell.of(0, scratch.end);
    }
    if (!reader.read(cells, definitions, 0, n)) {
      for (int i = 0; i < n; i++) {
        cells[i] = definitions[i] == max ? cells[i] : none;
      }
    }
    head = 0;
    tail = n;
    text = scratch.bytes;
    table = reader.table();
    rows = Math.max(1, Math.min(BATCH, (int) ((long) TEXT * n / Math.max(1, scratch.end))));
  }

  @Override
  void skipUnread(long count) throws IOException {
    reader.skipRows(count);
  }

  @Override
  public void close() {
    reader.close();
  }
}
