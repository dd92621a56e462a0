package io.leat.parquet;

import io.leat.parquet.bounds.Refusal;
import io.leat.parquet.bounds.Scratch;
import java.nio.BufferUnderflowException;

/** A variant: metadata and a value, in one piece or shredded into columns, put together to JSON. */
final class VariantNode extends Node {
  private final int metadata;
  private final VariantValue value;
  private final VariantText text = new VariantText();

  VariantNode(int first, int end, Prefix prefix, int level, int metadata, VariantValue value) {
    super(first, end, prefix, level);
    this.metadata = metadata;
    this.value = value;
  }

  @Override
  void writePresent(NestedCells from, Scratch out) {
    LeafBatch names = from.leaves[metadata];
    long name = names.cells[names.at++];
    text.names(names.bytes(name), Cell.start(name), Cell.length(name));
    prefix.to(out);
    try {
      if (!value.write(from, text, out)) {
        out.append(FlatCells.NULL, 0, 4);
      }
    } catch (IllegalArgumentException
        | IllegalStateException
        | IndexOutOfBoundsException
        | UnsupportedOperationException
        | BufferUnderflowException e) {
      throw Refusal.corrupt("bad-variant", "a variant's bytes are not valid");
    }
  }
}
