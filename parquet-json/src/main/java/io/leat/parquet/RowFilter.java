package io.leat.parquet;

import io.leat.parquet.bounds.Refusal;
import io.leat.parquet.bounds.Scratch;
import io.leat.parquet.format.ChunkMeta;
import io.leat.parquet.format.GroupMeta;
import java.util.ArrayList;
import java.util.List;

/** A filter bound to the columns of a file. Truth is 0 for false, 1 for unknown and 2 for true. */
final class RowFilter {
  static final int FALSE = 0;
  static final int UNKNOWN = 1;
  static final int TRUE = 2;

  private final Filter filter;
  private final List<Test> tests = new ArrayList<>();

  /**
   * A condition on one leaf.
   *
   * @param against empty if it asks for null
   */
  record Test(Leaf leaf, Filter.Comparison how, List<Against> against) {
    boolean isNullTest() {
      return against.isEmpty();
    }

    private boolean holds(int comparison) {
      return switch (how) {
        case EQUAL -> comparison == 0;
        case NOT_EQUAL -> comparison != 0;
        case LESS -> comparison < 0;
        case AT_MOST -> comparison <= 0;
        case GREATER -> comparison > 0;
        case AT_LEAST -> comparison >= 0;
      };
    }

    private boolean mayHold(GroupMeta group) {
      ChunkMeta chunk = group.chunks().get(leaf.index());
      if (isNullTest()) {
        return chunk.nulls() != 0;
      }
      for (Against one : against) {
        Integer min = one.compareBound(leaf, chunk.min());
        Integer max = one.compareBound(leaf, chunk.max());
        if (min == null || max == null || mayHold(min, max, one)) {
          return true;
        }
      }
      return false;
    }

    private boolean mayHold(int min, int max, Against one) {
      return switch (how) {
        case EQUAL -> min <= 0 && max >= 0;
        case NOT_EQUAL -> true;
        case LESS -> min < 0;
        case AT_MOST -> min <= 0;
        case GREATER -> max > 0 || one.hasUnbounded();
        case AT_LEAST -> max >= 0 || one.hasUnbounded();
      };
    }
  }

  RowFilter(Filter filter, List<Leaf> leaves) {
    this.filter = filter;
    bind(filter, leaves);
  }

  /** The conditions, in the order in which {@link #evaluate} meets them. */
  List<Test> tests() {
    return tests;
  }

  private void bind(Filter part, List<Leaf> leaves) {
    if (part instanceof Filter.And and) {
      and.terms().forEach(term -> bind(term, leaves));
    } else if (part instanceof Filter.Or or) {
      or.terms().forEach(term -> bind(term, leaves));
    } else if (part instanceof Filter.Not not) {
      bind(not.term(), leaves);
    } else if (part instanceof Filter.Compare compare) {
      Leaf leaf = leaf(compare.column(), leaves);
      tests.add(new Test(leaf, compare.how(), List.of(Against.of(leaf, compare.literal()))));
    } else if (part instanceof Filter.In in) {
      Leaf leaf = leaf(in.column(), leaves);
      List<Against> all = in.literals().stream().map(one -> Against.of(leaf, one)).toList();
      tests.add(new Test(leaf, Filter.Comparison.EQUAL, all));
    } else if (part instanceof Filter.IsNull isNull) {
      tests.add(new Test(leaf(isNull.column(), leaves), Filter.Comparison.EQUAL, List.of()));
    }
  }

  private static Leaf leaf(String path, List<Leaf> leaves) {
    for (Leaf leaf : leaves) {
      if (leaf.path().equals(path)) {
        if (leaf.maxRepetition() > 0) {
          throw Refusal.contract(
              "filter", "the filter's column '" + path + "' is inside a list or a map");
        }
        return leaf;
      }
    }
    throw Refusal.contract(
        "filter", "the filter names the column '" + path + "', which is not there");
  }

  /** Whether statistics leave open that a row of the group is wanted. */
  boolean mayHold(GroupMeta group) {
    return mayHold(filter, group, new int[1]);
  }

  private boolean mayHold(Filter part, GroupMeta group, int[] next) {
    if (part instanceof Filter.And and) {
      boolean may = true;
      for (Filter term : and.terms()) {
        may &= mayHold(term, group, next);
      }
      return may;
    }
    if (part instanceof Filter.Or or) {
      boolean may = false;
      for (Filter term : or.terms()) {
        may |= mayHold(term, group, next);
      }
      return may;
    }
    if (part instanceof Filter.Not not) {
      mayHold(not.term(), group, next);
      return true;
    }
    return part instanceof Filter.All || tests.get(next[0]++).mayHold(group);
  }

  /**
   * The truth for each of some rows.
   *
   * @param cells the conditions' truths, as {@link TestCells} have them
   */
  void evaluate(List<TestCells> cells, int rows, byte[] truth) {
    evaluate(filter, cells, new int[1], rows, truth);
  }

  private void evaluate(Filter part, List<TestCells> cells, int[] next, int rows, byte[] truth) {
    if (part instanceof Filter.And and) {
      combine(and.terms(), cells, next, rows, truth, true);
    } else if (part instanceof Filter.Or or) {
      combine(or.terms(), cells, next, rows, truth, false);
    } else if (part instanceof Filter.Not not) {
      evaluate(not.term(), cells, next, rows, truth);
      for (int i = 0; i < rows; i++) {
        truth[i] = (byte) (TRUE - truth[i]);
      }
    } else {
      TestCells own = cells.get(next[0]++);
      for (int i = 0; i < rows; i++) {
        truth[i] = (byte) (own.cells[own.head + i] & 3);
      }
    }
  }

  private void combine(
      List<Filter> terms,
      List<TestCells> cells,
      int[] next,
      int rows,
      byte[] truth,
      boolean isAnd) {
    evaluate(terms.get(0), cells, next, rows, truth);
    byte[] other = new byte[rows];
    for (Filter term : terms.subList(1, terms.size())) {
      evaluate(term, cells, next, rows, other);
      for (int i = 0; i < rows; i++) {
        truth[i] =
            isAnd ? (byte) Math.min(truth[i], other[i]) : (byte) Math.max(truth[i], other[i]);
      }
    }
  }

  /** Turns values into truths instead of cells. */
  static final class Truths extends ValueText.OfLongs {
    private final Test test;

    Truths(Test test) {
      this.test = test;
    }

    @Override
    int most() {
      return 0;
    }

    @Override
    int one(long value, byte[] out, int at) {
      throw new IllegalStateException("truths have no text");
    }

    @Override
    void longs(long[] inOut, int offset, int count, Prefix prefix, Scratch out) {
      for (int i = offset; i < offset + count; i++) {
        long value = inOut[i];
        inOut[i] = FALSE;
        for (Against one : test.against()) {
          if (test.holds(one.compare(value))) {
            inOut[i] = TRUE;
          }
        }
      }
    }
  }

  /** Turns values into truths instead of cells. */
  static final class BytesTruths extends ValueText.OfBytes {
    private final Test test;

    BytesTruths(Test test) {
      this.test = test;
    }

    @Override
    long one(byte[] source, int start, int length, Scratch out) {
      throw new IllegalStateException("truths have no text");
    }

    @Override
    void slices(long[] inOut, int offset, int count, byte[] source, Prefix prefix, Scratch out) {
      for (int i = offset; i < offset + count; i++) {
        long slice = inOut[i];
        inOut[i] = FALSE;
        for (Against one : test.against()) {
          if (test.holds(one.compare(source, (int) (slice >>> 32), (int) slice))) {
            inOut[i] = TRUE;
          }
        }
      }
    }
  }
}
