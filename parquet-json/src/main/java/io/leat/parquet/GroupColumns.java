package io.leat.parquet;

import io.leat.parquet.bounds.Budget;
import io.leat.parquet.format.GroupMeta;
import java.util.concurrent.atomic.AtomicInteger;

/** What the threads share of a row group: its dictionaries. */
final class GroupColumns {
  private final int index;
  private final GroupMeta meta;
  private final DictionarySlot[] output;
  private final DictionarySlot[] tests;
  private final AtomicInteger units;

  /**
   * Nothing is read yet.
   *
   * @param units that end it, when all are done
   * @param tests of the filter
   */
  GroupColumns(int index, GroupMeta meta, Budget budget, int units, int tests) {
    this.index = index;
    this.meta = meta;
    this.output = slots(meta.chunks().size(), budget);
    this.tests = slots(tests, budget);
    this.units = new AtomicInteger(units);
  }

  private static DictionarySlot[] slots(int count, Budget budget) {
    DictionarySlot[] slots = new DictionarySlot[count];
    for (int i = 0; i < count; i++) {
      slots[i] = new DictionarySlot(budget);
    }
    return slots;
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

  DictionarySlot test(int number) {
    return tests[number];
  }

  /** A unit is done; with the last one, for which this says true, the dictionaries go. */
  boolean unitDone() {
    if (units.decrementAndGet() > 0) {
      return false;
    }
    for (DictionarySlot slot : output) {
      slot.drop();
    }
    for (DictionarySlot slot : tests) {
      slot.drop();
    }
    return true;
  }
}
