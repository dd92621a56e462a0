package io.leat.parquet;

import io.leat.parquet.bounds.Scratch;
import io.leat.parquet.text.Text;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes a part of a nested column from the entries of its leaves. Each call takes at least one
 * entry of each leaf below it.
 */
abstract class Node {
  /** The leaves below, among those of the top-level column. */
  final int first;

  final int end;

  /** In front of the value, if it does not write that with its cells. */
  final Prefix prefix;

  /** At this definition level it is there. */
  final int level;

  Node(int first, int end, Prefix prefix, int level) {
    this.first = first;
    this.end = end;
    this.prefix = prefix;
    this.level = level;
  }

  /** Writes one value, of which it is known that it is there. */
  abstract void writePresent(NestedCells from, Scratch out);

  final void write(NestedCells from, Scratch out) {
    LeafBatch leaf = from.leaves[first];
    if (leaf.definitions[leaf.at] >= level) {
      writePresent(from, out);
      return;
    }
    from.skip(first, end);
    if (from.writesNull || prefix.length() <= 1) {
      prefix.to(out);
      out.append(FlatCells.NULL, 0, 4);
    }
  }

  /** Ends what began at the mark, where a comma may stand already. */
  static void close(Scratch out, int mark, char open, char close) {
    out.ensure(2);
    if (out.end == mark) {
      out.put(open);
    } else {
      out.bytes[mark] = (byte) open;
    }
    out.put(close);
  }

  /** A value. */
  static final class Value extends Node {
    Value(int leaf, Prefix prefix, int level) {
      super(leaf, leaf + 1, prefix, level);
    }

    @Override
    void writePresent(NestedCells from, Scratch out) {
      LeafBatch leaf = from.leaves[first];
      long cell = leaf.cells[leaf.at++];
      if (cell < 0) {
        from.reject(cell);
      } else {
        out.append(leaf.bytes(cell), Cell.start(cell), Cell.length(cell));
      }
    }
  }

  /** An object. */
  static final class Group extends Node {
    private final List<Node> members;

    Group(int first, int end, Prefix prefix, int level, List<Node> members) {
      super(first, end, prefix, level);
      this.members = members;
    }

    @Override
    void writePresent(NestedCells from, Scratch out) {
      prefix.to(out);
      int mark = out.end;
      for (Node member : members) {
        member.write(from, out);
      }
      close(out, mark, '{', '}');
    }
  }

  /** An array. */
  static final class Elements extends Node {
    private final int repeated;
    private final int repetition;
    private final Node element;

    /**
     * @param repeated definition level at which there is an element
     * @param repetition level of the repeated field
     */
    Elements(Prefix prefix, int level, int repeated, int repetition, Node element) {
      super(element.first, element.end, prefix, level);
      this.repeated = repeated;
      this.repetition = repetition;
      this.element = element;
    }

    @Override
    void writePresent(NestedCells from, Scratch out) {
      prefix.to(out);
      int mark = out.end;
      LeafBatch leaf = from.leaves[first];
      if (leaf.definitions[leaf.at] < repeated) {
        from.skip(first, end);
      } else {
        do {
          element.write(from, out);
        } while (leaf.at < leaf.count && leaf.repetitions[leaf.at] == repetition);
      }
      close(out, mark, '[', ']');
    }
  }

  /** An object with the entries of a map. */
  static final class Entries extends Node {
    private final int repeated;
    private final int repetition;
    private final Node key;
    private final @Nullable Node value;

    Entries(
        Prefix prefix, int level, int repeated, int repetition, Node key, @Nullable Node value) {
      super(key.first, value == null ? key.end : value.end, prefix, level);
      this.repeated = repeated;
      this.repetition = repetition;
      this.key = key;
      this.value = value;
    }

    @Override
    void writePresent(NestedCells from, Scratch out) {
      prefix.to(out);
      int mark = out.end;
      LeafBatch leaf = from.leaves[first];
      if (leaf.definitions[leaf.at] < repeated) {
        from.skip(first, end);
      } else {
        do {
          key.write(from, out);
          if (value == null) {
            out.append(FlatCells.NULL, 0, 4);
          } else {
            value.write(from, out);
          }
        } while (leaf.at < leaf.count && leaf.repetitions[leaf.at] == repetition);
      }
      close(out, mark, '{', '}');
    }
  }

  /** A key that is itself a null, a group or a list: its JSON text as a string. */
  static final class TextKey extends Node {
    private final Node key;
    private final boolean isText;

    /**
     * @param isText whether the key's text is a string with a colon behind, unless it is null
     */
    TextKey(Node key, boolean isText) {
      super(key.first, key.end, Prefix.NONE, 0);
      this.key = key;
      this.isText = isText;
    }

    @Override
    void writePresent(NestedCells from, Scratch out) {
      LeafBatch leaf = from.leaves[first];
      boolean isNull = leaf.definitions[leaf.at] < key.level;
      out.ensure(1);
      out.put(',');
      int start = out.end;
      key.write(from, out);
      if (isNull || !isText) {
        int length = out.end - start;
        byte[] text =
            Arrays.copyOf(Arrays.copyOfRange(out.bytes, start, out.end), length + Scratch.PADDING);
        out.end = start;
        out.ensure(1);
        out.put('"');
        Text.escape(text, 0, length, out, true);
        out.ensure(2);
        out.put('"');
        out.put(':');
      }
    }
  }
}
