package io.leat.rules;

import java.util.function.IntPredicate;

/** How CEL compares numbers: exactly, also a long with a double. */
final class CelNumbers {
  private CelNumbers() {}

  /**
   * Whether an ordering holds. Of two doubles of which one is not a number none does; beside a long
   * the CEL runtime takes it for the largest, and so does this.
   */
  static boolean holds(IntPredicate ordering, Number a, Number b) {
    boolean isUnordered =
        a instanceof Double x && b instanceof Double y && (x.isNaN() || y.isNaN());
    return !isUnordered && ordering.test(order(a, b));
  }

  /** CEL's equality: numbers by value, whatever their kind; all else by equals. */
  static boolean isEqual(Object a, Object b) {
    if (a instanceof Number x && b instanceof Number y) {
      return !isNaN(x) && !isNaN(y) && order(x, y) == 0;
    }
    return a.equals(b);
  }

  private static boolean isNaN(Number number) {
    return number instanceof Double d && d.isNaN();
  }

  private static int order(Number a, Number b) {
    if (a instanceof Double x && b instanceof Double y) {
      return x < y ? -1 : x > y ? 1 : 0;
    }
    if (a instanceof Double x) {
      return orderMixed(x, b.longValue());
    }
    if (b instanceof Double y) {
      return -orderMixed(y, a.longValue());
    }
    return Long.compare(a.longValue(), b.longValue());
  }

  private static int orderMixed(double a, long b) {
    if (a < Long.MIN_VALUE) {
      return -1;
    }
    if (a > Long.MAX_VALUE) {
      return 1;
    }
    return Double.compare(a, (double) b);
  }
}
