package io.leat.parquet;

import io.leat.parquet.bounds.Refusal;
import io.leat.parquet.bounds.Scratch;
import io.leat.parquet.encoding.Values;
import java.io.IOException;
import java.util.Objects;

/**
 * The values of a leaf as cells, page by page. Text of a page without dictionary is appended to the
 * scratch. Owned by one thread.
 */
final class LeafReader implements AutoCloseable {
  private static final int SKIP = 1024;

  private final Leaf leaf;
  private final PageReader pages;
  private final DictionarySlot slot;
  private final ValueText text;
  private final Prefix prefix;
  private final Scratch scratch;
  private int[] indexes = new int[0];

  /** Of the page that is loaded. */
  private int left;

  /** Of dictionary pages so far. */
  private byte[] tableBytes = new byte[0];

  private long[] tableCells = new long[0];

  LeafReader(
      Leaf leaf,
      PageReader pages,
      DictionarySlot slot,
      ValueText text,
      Prefix prefix,
      Scratch scratch) {
    this.leaf = leaf;
    this.pages = pages;
    this.slot = slot;
    this.text = text;
    this.prefix = prefix;
    this.scratch = scratch;
  }

  /** What cells in the table are of. */
  byte[] table() {
    return tableBytes;
  }

  /** Entries that are left in the page; loads the next page if there are none; 0 at the end. */
  int available() throws IOException {
    while (left == 0) {
      if (!pages.next(slot)) {
        return 0;
      }
      load();
    }
    return left;
  }

  private void load() throws IOException {
    pages.load();
    left = pages.count();
    if (pages.isDictionary && tableCells.length == 0 && left > 0) {
      // A page of nulls alone may have no dictionary.
      DictionarySlot.Table table =
          slot.isEmpty()
              ? new DictionarySlot.Table(new long[0], new byte[0])
              : slot.table(text, prefix);
      tableBytes = table.bytes();
      tableCells = table.cells();
    }
  }

  /** Reads repetition levels of the loaded page; its entries count as read by {@link #read}. */
  void repetitions(int[] target, int count) {
    pages.repetitions.read(target, 0, count);
    judge(target, 0, count, leaf.maxRepetition());
  }

  /**
   * Reads entries of the loaded page: definition levels, and cells where there is a value.
   *
   * @param count at most as many as are {@link #available}
   * @return whether all have a value; then definition levels are not written, unless the leaf is
   *     repeated
   */
  boolean read(long[] cells, int[] definitions, int offset, int count) {
    left -= count;
    int max = leaf.maxDefinition();
    if (max == 0) {
      values(cells, offset, count);
      return true;
    }
    if (pages.definitions.sameAs(max, count) == count) {
      pages.definitions.skip(count);
      java.util.Arrays.fill(definitions, offset, offset + count, max);
      values(cells, offset, count);
      return true;
    }
    pages.definitions.read(definitions, offset, count);
    judge(definitions, offset, count, max);
    int there = 0;
    for (int i = offset; i < offset + count; i++) {
      there += definitions[i] == max ? 1 : 0;
    }
    values(cells, offset, there);
    if (there < count) {
      int from = offset + there;
      for (int i = offset + count - 1; i >= offset; i--) {
        cells[i] = definitions[i] == max ? cells[--from] : Cell.NOTHING;
      }
    }
    return there == count;
  }

  /** A level's bits may say more than the schema allows. */
  private static void judge(int[] levels, int offset, int count, int max) {
    if ((max & (max + 1)) == 0) {
      return; // its bits cannot say more
    }
    int below = 0;
    for (int i = offset; i < offset + count; i++) {
      below |= max - levels[i];
    }
    if (below < 0) {
      throw Refusal.corrupt("bad-page", "a level is above the greatest of its column");
    }
  }

  private void values(long[] cells, int offset, int count) {
    if (count == 0) {
      return;
    }
    if (pages.isDictionary) {
      if (indexes.length < count) {
        indexes = new int[count];
      }
      int[] ids = indexes;
      pages.indexes.read(ids, 0, count);
      long[] table = tableCells;
      for (int i = 0; i < count; i++) {
        cells[offset + i] = table[ids[i]];
      }
      return;
    }
    Values values = Objects.requireNonNull(pages.values);
    if (text instanceof ValueText.OfLongs) {
      values.longs(cells, offset, count);
      text.longs(cells, offset, count, prefix, scratch);
    } else {
      values.slices(cells, offset, count);
      text.slices(cells, offset, count, values.bytes(), prefix, scratch);
    }
  }

  /** Skips entries of the loaded page. */
  void skip(int count) {
    left -= count;
    int there = leaf.maxDefinition() == 0 ? count : skipDefinitions(count);
    if (there > 0) {
      if (pages.isDictionary) {
        pages.indexes.skip(there);
      } else {
        Objects.requireNonNull(pages.values).skip(there);
      }
    }
  }

  private int skipDefinitions(int count) {
    if (indexes.length < SKIP) {
      indexes = new int[SKIP];
    }
    int max = leaf.maxDefinition();
    int there = 0;
    for (int done = 0; done < count; ) {
      int n = Math.min(SKIP, count - done);
      if (pages.definitions.sameAs(max, n) == n) {
        pages.definitions.skip(n);
        there += n;
      } else {
        pages.definitions.read(indexes, 0, n);
        judge(indexes, 0, n, max);
        for (int i = 0; i < n; i++) {
          there += indexes[i] == max ? 1 : 0;
        }
      }
      done += n;
    }
    return there;
  }

  /** Skips rows of a leaf that is not repeated: whole pages without loading them. */
  void skipRows(long rows) throws IOException {
    long more = rows;
    while (more > 0) {
      if (left == 0) {
        if (!pages.next(slot)) {
          throw ended(leaf);
        }
        if (pages.count() <= more) {
          more -= pages.count();
          continue;
        }
        load();
      }
      int n = (int) Math.min(left, more);
      skip(n);
      more -= n;
    }
  }

  static Refusal ended(Leaf leaf) {
    return Refusal.corrupt("bad-page", "a column chunk has fewer values than its rows need")
        .at(leaf.path());
  }

  Leaf leaf() {
    return leaf;
  }

  @Override
  public void close() {
    pages.close();
    scratch.drop();
  }
}
