package io.leat.parquet;

import io.leat.parquet.bounds.Refusal;
import io.leat.parquet.bounds.Scratch;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A value of a variant: in the variant encoding, or in columns of its own, or an object of which
 * some members are in columns. Each call takes at least one entry of each leaf below it.
 * https://github.com/apache/parquet-format/blob/master/VariantShredding.md
 */
final class VariantValue {
  /** There is no such leaf. */
  static final int NONE = -1;

  private final int value;
  private final int valueLevel;
  private final @Nullable Typed typed;

  /**
   * @param value the leaf with the encoding, or {@link #NONE}
   * @param valueLevel definition level at which there is one
   * @param typed in columns; null when they are not
   */
  VariantValue(int value, int valueLevel, @Nullable Typed typed) {
    this.value = value;
    this.valueLevel = valueLevel;
    this.typed = typed;
  }

  /** Writes it; says false, and writes nothing, when it is missing. */
  boolean write(NestedCells from, VariantText text, Scratch out) {
    LeafBatch values = null;
    long cell = Cell.NOTHING;
    if (value != NONE) {
      LeafBatch leaf = from.leaves[value];
      if (leaf.definitions[leaf.at] >= valueLevel) {
        values = leaf;
        cell = leaf.cells[leaf.at];
      }
      leaf.at++;
    }
    if (typed != null) {
      if (typed.isThere(from)) {
        typed.write(from, text, values == null ? null : text.rest(values, cell), out);
        return true;
      }
      typed.skip(from);
    }
    if (values == null) {
      return false;
    }
    text.write(values.bytes(cell), Cell.start(cell), Cell.length(cell), out);
    return true;
  }

  /** What columns hold. */
  abstract static class Typed {
    /** The leaves below, among those of the top-level column. */
    final int first;

    private final int end;
    private final int level;

    /**
     * @param level definition level at which it is there
     */
    Typed(int first, int end, int level) {
      this.first = first;
      this.end = end;
      this.level = level;
    }

    final boolean isThere(NestedCells from) {
      LeafBatch leaf = from.leaves[first];
      return leaf.definitions[leaf.at] >= level;
    }

    final void skip(NestedCells from) {
      from.skip(first, end);
    }

    /**
     * Writes what is there.
     *
     * @param rest of an object: its members that are not in columns
     */
    abstract void write(
        NestedCells from, VariantText text, VariantText.@Nullable Rest rest, Scratch out);

    static void refuse(VariantText.@Nullable Rest rest) {
      if (rest != null) {
        throw Refusal.corrupt("bad-variant", "a variant has two values at once");
      }
    }
  }

  /** A value that is neither object nor array. */
  static final class Scalar extends Typed {
    Scalar(int leaf, int level) {
      super(leaf, leaf + 1, level);
    }

    @Override
    void write(NestedCells from, VariantText text, VariantText.@Nullable Rest rest, Scratch out) {
      refuse(rest);
      LeafBatch leaf = from.leaves[first];
      long cell = leaf.cells[leaf.at++];
      if (cell < 0) {
        from.reject(cell);
      } else {
        out.append(leaf.bytes(cell), Cell.start(cell), Cell.length(cell));
      }
    }
  }

  /** An array. */
  static final class Elements extends Typed {
    private final int repeated;
    private final int repetition;
    private final VariantValue element;

    /**
     * @param repeated definition level at which there is an element
     * @param repetition level of the repeated field
     */
    Elements(int first, int end, int level, int repeated, int repetition, VariantValue element) {
      super(first, end, level);
      this.repeated = repeated;
      this.repetition = repetition;
      this.element = element;
    }

    @Override
    void write(NestedCells from, VariantText text, VariantText.@Nullable Rest rest, Scratch out) {
      refuse(rest);
      int mark = out.end;
      LeafBatch leaf = from.leaves[first];
      if (leaf.definitions[leaf.at] < repeated) {
        skip(from);
      } else {
        do {
          Prefix.ELEMENT.to(out);
          if (!element.write(from, text, out)) {
            out.append(FlatCells.NULL, 0, 4);
          }
        } while (leaf.at < leaf.count && leaf.repetitions[leaf.at] == repetition);
      }
      Node.close(out, mark, '[', ']');
    }
  }

  /**
   * A member of an object.
   *
   * @param first the first leaf below
   * @param level definition level at which it may be there
   */
  record Member(String name, Prefix prefix, int first, int end, int level, VariantValue value) {
    boolean write(NestedCells from, VariantText text, Scratch out) {
      LeafBatch leaf = from.leaves[first];
      if (leaf.definitions[leaf.at] < level) {
        from.skip(first, end);
        return false;
      }
      int mark = out.end;
      prefix.to(out);
      if (!value.write(from, text, out)) {
        out.end = mark;
        return false;
      }
      return true;
    }
  }

  /** An object. */
  static final class Members extends Typed {
    private final List<Member> members;

    /**
     * @param members in the order of their names, which is that of an encoded object
     */
    Members(int first, int end, int level, List<Member> members) {
      super(first, end, level);
      this.members = members;
    }

    @Override
    void write(NestedCells from, VariantText text, VariantText.@Nullable Rest rest, Scratch out) {
      int mark = out.end;
      for (Member member : members) {
        if (rest != null) {
          rest.writeUpTo(member.name(), out);
        }
        boolean isWritten = member.write(from, text, out);
        if (isWritten && rest != null) {
          rest.drop(member.name());
        }
      }
      if (rest != null) {
        rest.writeAll(out);
      }
      Node.close(out, mark, '{', '}');
    }
  }
}
