package io.leat.parquet;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Writes the rows of units into chunks. Owned by one thread. */
final class UnitWriter implements AutoCloseable {
  private final OrderedOutput output;
  private final Counts counts;
  private final RowWriter rows;
  private final @Nullable Compressor compressor;
  private final boolean notesEnds;
  private @Nullable Chunk chunk;
  private int capacity;

  UnitWriter(OutputOptions options, OrderedOutput output, Counts counts, Limits limits) {
    this.output = output;
    this.counts = counts;
    this.rows = new RowWriter(options.layout(), limits.maxRowBytes());
    this.compressor = Compressor.of(options);
    this.notesEnds = Parts.mayCut(options);
  }

  /**
   * Writes a unit.
   *
   * @param first number of the row group's first row in the file
   */
  void write(Units.Unit unit, GroupReader reader, long first)
      throws IOException, InterruptedException {
    reader.seek(unit.from());
    while (reader.row() < unit.to()) {
      int wanted = reader.judge(unit.to() - reader.row());
      if (wanted < 0) {
        counts.filtered(-wanted);
        chunk().consumed -= wanted;
        reader.seek(reader.row() - wanted);
        continue;
      }
      int ready = reader.ready(wanted);
      rows.prepare(reader.fields(), ready);
      batch(unit.index(), ready, first + reader.row());
      reader.advance(ready);
    }
    flush(unit.index());
    counts.read(unit.to() - unit.from());
    output.finish(unit.index());
  }

  /** No row of the unit is wanted: statistics say so. */
  void leaveOut(Units.Unit unit) throws IOException, InterruptedException {
    long rows = unit.to() - unit.from();
    counts.read(rows);
    counts.filtered(rows);
    chunk().consumed += rows;
    flush(unit.index());
    output.finish(unit.index());
  }

  private void batch(long unit, int count, long firstRow) throws IOException, InterruptedException {
    Chunk into = chunk();
    for (int r = 0; r < count; r++) {
      long rejected = rows.rejected(r);
      if (rejected != 0) {
        counts.rejected(Cell.reason(rejected), firstRow + r);
        into.consumed++;
        continue;
      }
      int length = rows.length(r);
      if (into.json.end > 0 && into.json.end + length > capacity) {
        flush(unit);
        into = chunk();
      }
      into.json.ensure(length);
      into.json.end = rows.write(r, into.json.bytes, into.json.end);
      if (notesEnds) {
        into.end(into.rows);
      }
      into.rows++;
      into.consumed++;
    }
  }

  private Chunk chunk() {
    Chunk now = chunk;
    if (now == null) {
      now = output.chunk();
      chunk = now;
      capacity = now.json.bytes.length - io.leat.parquet.bounds.Scratch.PADDING;
    }
    return now;
  }

  private void flush(long unit) throws IOException, InterruptedException {
    Chunk full = chunk;
    if (full == null || full.consumed == 0) {
      return;
    }
    chunk = null;
    if (compressor != null && full.rows > 0) {
      compressor.compress(full.json.bytes, 0, full.json.end, full.compressed);
    }
    output.emit(unit, full);
  }

  @Override
  public void close() {
    if (compressor != null) {
      compressor.close();
    }
    if (chunk != null) {
      chunk.drop();
    }
  }
}
