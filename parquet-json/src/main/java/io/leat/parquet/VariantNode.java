package io.leat.parquet;

import io.leat.parquet.bounds.Refusal;
import io.leat.parquet.bounds.Scratch;
import java.util.List;

/** A variant that is not shredded: metadata and value, put together to JSON. */
final class VariantNode extends Node {
  private final int metadata;
  private final int value;
  private final VariantText text = new VariantText();

  private VariantNode(int first, Prefix prefix, int level, int metadata, int value) {
    super(first, first + 2, prefix, level);
    this.metadata = metadata;
    this.value = value;
  }

  static Node build(
      Field field, List<Leaf> leaves, List<NodeBuilder.LeafText> texts, Prefix prefix, int level) {
    int first = texts.size();
    int metadata = -1;
    int value = -1;
    for (Field child : field.children()) {
      if (child.name().equals("metadata") && !child.isGroup()) {
        metadata = texts.size();
      } else if (child.name().equals("value") && !child.isGroup()) {
        value = texts.size();
      } else {
        throw Refusal.unsupported(
                "shredded-variant", "a variant whose values are shredded into columns is not read")
            .at(field.name());
      }
      texts.add(new NodeBuilder.LeafText(new BytesTexts.Raw(), Prefix.NONE));
    }
    if (metadata < 0 || value < 0 || leaves.size() < texts.size()) {
      throw Refusal.corrupt("bad-schema", "a variant has no metadata or no value").at(field.name());
    }
    return new VariantNode(first, prefix, level, metadata, value);
  }

  @Override
  void writePresent(NestedCells from, Scratch out) {
    LeafBatch names = from.leaves[metadata];
    LeafBatch values = from.leaves[value];
    long name = names.cells[names.at++];
    long cell = values.cells[values.at++];
    prefix.to(out);
    text.write(
        names.bytes(name),
        Cell.start(name),
        Cell.length(name),
        values.bytes(cell),
        Cell.start(cell),
        Cell.length(cell),
        out);
  }
}
