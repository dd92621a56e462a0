package io.leat.parquet;

import io.leat.parquet.bounds.Budget;
import io.leat.parquet.bounds.Refusal;
import io.leat.parquet.bounds.Scratch;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The dictionary of a column chunk, read and turned into text once for all threads. */
final class DictionarySlot {
  private final Budget budget;
  private @Nullable Dictionary dictionary;
  private @Nullable Table table;

  DictionarySlot(Budget budget) {
    this.budget = budget;
  }

  /**
   * The text of each entry.
   *
   * @param cells in the table
   */
  record Table(long[] cells, byte[] bytes) {}

  /** A reader has come to the dictionary page: the first one reads it. */
  synchronized void offer(PageReader reader) throws IOException {
    if (dictionary == null) {
      dictionary = reader.dictionary();
    }
  }

  /** Whether no dictionary was met. */
  synchronized boolean isEmpty() {
    return dictionary == null;
  }

  synchronized Dictionary dictionary() {
    if (dictionary == null) {
      throw Refusal.corrupt("bad-page", "a page refers to a dictionary that is not there");
    }
    return dictionary;
  }

  /** The entries' cells, made by the first one that asks. */
  synchronized Table table(ValueText text, Prefix prefix) {
    Table made = table;
    if (made == null) {
      Dictionary entries = dictionary();
      budget.take(entries.values().length * 8L, "a dictionary's text");
      long[] cells = entries.values().clone();
      Scratch out = new Scratch(budget, "a dictionary's text", Integer.MAX_VALUE);
      if (text instanceof ValueText.OfLongs) {
        text.longs(cells, 0, cells.length, prefix, out);
      } else {
        text.slices(cells, 0, cells.length, entries.bytes(), prefix, out);
      }
      for (int i = 0; i < cells.length; i++) {
        cells[i] = Cell.inTable(cells[i]);
      }
      made = new Table(cells, out.bytes);
      table = made;
    }
    return made;
  }

  /** Gives its memory back. */
  synchronized void drop() {
    if (dictionary != null) {
      budget.give(dictionary.memory());
      dictionary = null;
    }
    if (table != null) {
      budget.give(table.cells().length * 8L + table.bytes().length);
      table = null;
    }
  }
}
