package io.leat.parquet;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes the tree that writes a top-level column. Lists and maps in all the forms that writers had:
 * https://github.com/apache/parquet-format/blob/master/LogicalTypes.md#backward-compatibility-rules
 */
final class NodeBuilder {
  /** How a leaf's values are written. */
  record LeafText(ValueText text, Prefix prefix) {}

  private final List<Leaf> leaves;
  private final JsonOptions options;

  /** Of the leaves in the order in which they were met. */
  private final List<LeafText> texts = new ArrayList<>();

  /**
   * @param leaves below the top-level column
   */
  NodeBuilder(List<Leaf> leaves, JsonOptions options) {
    this.leaves = leaves;
    this.options = options;
  }

  List<LeafText> texts() {
    return texts;
  }

  Node build(Field field, Prefix prefix) {
    return field(field, prefix, 0, 0);
  }

  /** A field with its repetition; levels are those of its parent. */
  private Node field(Field field, Prefix prefix, int definition, int repetition) {
    return switch (field.repetition()) {
      case REQUIRED -> value(field, prefix, definition, repetition);
      case OPTIONAL -> value(field, prefix, definition + 1, repetition);
      case REPEATED ->
          // Neither list nor map around it: a list without nulls.
          new Node.Elements(
              prefix,
              definition,
              definition + 1,
              repetition + 1,
              value(field, Prefix.ELEMENT, definition + 1, repetition + 1));
    };
  }

  /** A field's value that is there at the level. */
  private Node value(Field field, Prefix prefix, int level, int repetition) {
    if (!field.isGroup()) {
      Leaf leaf = leaves.get(texts.size());
      texts.add(new LeafText(ValueTexts.of(leaf, options), prefix));
      return new Node.Value(texts.size() - 1, prefix, level);
    }
    Field only = field.children().get(0);
    boolean holdsRepeated =
        field.children().size() == 1 && only.repetition() == Field.Repetition.REPEATED;
    if (field.logical() instanceof LogicalType.ListOf && holdsRepeated) {
      return list(field, only, prefix, level, repetition);
    }
    if (field.logical() instanceof LogicalType.MapOf
        && holdsRepeated
        && only.isGroup()
        && only.children().size() <= 2) {
      return map(only, prefix, level, repetition);
    }
    if (field.logical() instanceof LogicalType.Variant) {
      return new VariantColumns(leaves, texts).build(field, prefix, level, repetition);
    }
    int first = texts.size();
    List<Node> members = new ArrayList<>();
    for (Field child : field.children()) {
      members.add(field(child, Prefix.member(child.name()), level, repetition));
    }
    return new Node.Group(first, texts.size(), prefix, level, members);
  }

  private Node list(Field list, Field repeated, Prefix prefix, int level, int repetition) {
    Node element =
        isElement(list, repeated)
            ? value(repeated, Prefix.ELEMENT, level + 1, repetition + 1)
            : field(repeated.children().get(0), Prefix.ELEMENT, level + 1, repetition + 1);
    return new Node.Elements(prefix, level, level + 1, repetition + 1, element);
  }

  /** Whether the repeated field is itself the element, and not a wrapper around it. */
  static boolean isElement(Field list, Field repeated) {
    return !repeated.isGroup()
        || repeated.children().size() != 1
        || repeated.children().get(0).repetition() == Field.Repetition.REPEATED
        || repeated.name().equals("array")
        || repeated.name().equals(list.name() + "_tuple");
  }

  private Node map(Field entries, Prefix prefix, int level, int repetition) {
    Field key = entries.children().get(0);
    Node keyNode = key(key, level + 1, repetition + 1);
    @Nullable Node value =
        entries.children().size() == 1
            ? null
            : field(entries.children().get(1), Prefix.NONE, level + 1, repetition + 1);
    return new Node.Entries(prefix, level, level + 1, repetition + 1, keyNode, value);
  }

  private Node key(Field key, int definition, int repetition) {
    int level = definition + (key.repetition() == Field.Repetition.OPTIONAL ? 1 : 0);
    if (!key.isGroup() && key.repetition() != Field.Repetition.REPEATED) {
      Leaf leaf = leaves.get(texts.size());
      boolean isRequired = level == definition;
      Prefix prefix = isRequired ? Prefix.ELEMENT : Prefix.NONE;
      texts.add(new LeafText(ValueTexts.keys(leaf, options), prefix));
      Node node = new Node.Value(texts.size() - 1, prefix, level);
      return isRequired ? node : new Node.TextKey(node, true);
    }
    return new Node.TextKey(field(key, Prefix.NONE, definition, repetition), false);
  }
}
