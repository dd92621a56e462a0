package io.leat.parquet;

import io.leat.parquet.bounds.Budget;
import io.leat.parquet.format.GroupMeta;
import java.util.concurrent.atomic.AtomicInteger;

/** What the threads share of a row group: its dictionaries. */
final class GroupColumns {
  private final int index;
  private final GroupMeta meta;
  private final DictionarySlot[] output;
  private final AtomicInteger units;

  /**
   * Nothing is read yet.
   *
   * @param units that end it, when all are done
   */
  GroupColumns(int index, GroupMeta meta, Budget budget, int units) {
    this.index = index;
    this.meta = meta;
    this.output = new DictionarySlot[meta.chunks().size()];
    for (int i = 0; i < output.length; i++) {
      output[i] = new DictionarySlot(budget);
    }
    this.units = new AtomicInteger(units);
  }

  int index() {
    return index;
  }

  GroupMeta meta() {
    return meta;
  }

  DictionarySlot slot(Leaf leaf) {
    return output[leaf.index()];
  }

  /** A unit is done; with the last one, for which this says true, the dictionaries go. */
  boolean unitDone() {
    if (units.decrementAndGet() > 0) {
      return false;
    }
    for (DictionarySlot slot : output) {
      slot.drop();
    }
    return true;
  }
}
