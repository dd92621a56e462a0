package io.leat.parquet;

import io.leat.parquet.bounds.Budget;
import io.leat.parquet.bounds.Scratch;
import io.leat.parquet.codec.Codecs;
import io.leat.parquet.encoding.Encodings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The columns of a row group, read by one thread from its first row on. */
final class GroupReader implements AutoCloseable {
  private static final int CELLS = 16_384;
  private static final int LEAST_ROWS = 32;

  private final ParquetFile file;
  private final JsonOptions options;
  private final GroupColumns group;
  private final Budget budget;
  private final ReadBytes reads;
  private final Codecs codecs = new Codecs();
  private final List<FieldCells> fields = new ArrayList<>();
  private final RowFilter filter;
  private final List<TestCells> tests = new ArrayList<>();

  /** Rows at a time: of many columns fewer, so that their text stays in the cache. */
  private final int batch;

  private final byte[] truth = new byte[FieldCells.BATCH];

  /** The rows that {@link #truth} is of. */
  private long judgedFrom;

  private long judgedTo;

  /** The next row of the row group. */
  private long row;

  GroupReader(
      ParquetFile file,
      Plan plan,
      JsonOptions options,
      RowFilter filter,
      GroupColumns group,
      Budget budget,
      ReadBytes reads) {
    this.file = file;
    this.options = options;
    this.filter = filter;
    this.group = group;
    this.budget = budget;
    this.reads = reads;
    this.batch =
        Math.max(
            LEAST_ROWS, Math.min(FieldCells.BATCH, CELLS / Math.max(1, plan.columns().size())));
    boolean isOpen = false;
    try {
      for (Plan.Column column : plan.columns()) {
        fields.add(column.isFlat() ? flat(column) : nested(column));
      }
      for (RowFilter.Test test : filter.tests()) {
        tests.add(test(test, group.test(tests.size())));
      }
      isOpen = true;
    } finally {
      if (!isOpen) {
        codecs.close(); // what they hold outside of the heap
      }
    }
  }

  private FieldCells flat(Plan.Column column) {
    Leaf leaf = column.leaves().get(0);
    Scratch scratch = scratch("a column's text");
    LeafReader reader = leaf(leaf, ValueTexts.of(leaf, options), column.prefix(), scratch);
    return new FlatCells(reader, scratch, column.prefix(), options.nulls());
  }

  private FieldCells nested(Plan.Column column) {
    NodeBuilder builder = new NodeBuilder(column.leaves(), options);
    Node root = builder.build(column.field(), column.prefix());
    LeafBatch[] leaves = new LeafBatch[column.leaves().size()];
    for (int i = 0; i < leaves.length; i++) {
      NodeBuilder.LeafText text = builder.texts().get(i);
      Scratch scratch = scratch("a nested column's text");
      LeafReader reader = leaf(column.leaves().get(i), text.text(), text.prefix(), scratch);
      leaves[i] = new LeafBatch(reader, scratch, budget);
    }
    return new NestedCells(root, leaves, options.nulls(), scratch("a nested column's rows"));
  }

  private TestCells test(RowFilter.Test test, DictionarySlot slot) {
    Leaf leaf = test.leaf();
    ValueText text =
        Encodings.isBytes(leaf.type())
            ? new RowFilter.BytesTruths(test)
            : new RowFilter.Truths(test);
    return new TestCells(
        new LeafReader(leaf, pages(leaf), slot, text, Prefix.NONE, scratch("a filter")),
        test.isNullTest());
  }

  private Scratch scratch(String what) {
    return new Scratch(budget, what, Integer.MAX_VALUE);
  }

  private LeafReader leaf(Leaf leaf, ValueText text, Prefix prefix, Scratch scratch) {
    return new LeafReader(leaf, pages(leaf), group.slot(leaf), text, prefix, scratch);
  }

  private PageReader pages(Leaf leaf) {
    return new PageReader(
        file, leaf, group.meta().chunks().get(leaf.index()), codecs, budget, reads);
  }

  GroupColumns group() {
    return group;
  }

  List<FieldCells> fields() {
    return fields;
  }

  long row() {
    return row;
  }

  /** Goes forward to a row. */
  void seek(long target) throws IOException {
    for (FieldCells field : fields) {
      field.skip(target - row);
    }
    for (TestCells test : tests) {
      test.skip(target - row);
    }
    row = target;
  }

  /**
   * Judges the next rows by the filter, at most so many.
   *
   * @return how many are the same: wanted, or if negative not wanted
   */
  int judge(long most) throws IOException {
    int n = (int) Math.min(most, FieldCells.BATCH);
    if (tests.isEmpty()) {
      return n;
    }
    if (row >= judgedTo) {
      for (TestCells test : tests) {
        if (test.head == test.tail) {
          test.refill(n);
        }
        n = Math.min(n, test.tail - test.head);
      }
      filter.evaluate(tests, n, truth);
      judgedFrom = row;
      judgedTo = row + n;
    }
    int at = (int) (row - judgedFrom);
    boolean isWanted = truth[at] == RowFilter.TRUE;
    int same = 1;
    while (row + same < judgedTo && (truth[at + same] == RowFilter.TRUE) == isWanted) {
      same++;
    }
    return isWanted ? same : -same;
  }

  /** Has some rows ready in all columns, at most so many; the result is how many. */
  int ready(long most) throws IOException {
    int limit = (int) Math.min(most, batch);
    int n = limit;
    for (FieldCells field : fields) {
      if (field.head == field.tail) {
        field.refill(limit);
      }
      n = Math.min(n, field.tail - field.head);
    }
    return n;
  }

  /** So many rows were used. */
  void advance(int count) {
    for (FieldCells field : fields) {
      field.head += count;
    }
    for (TestCells test : tests) {
      test.head += count;
    }
    row += count;
  }

  @Override
  public void close() {
    fields.forEach(FieldCells::close);
    tests.forEach(FieldCells::close);
    codecs.close();
  }
}
