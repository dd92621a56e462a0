package io.leat.rules;

import io.leat.schema.Column;
import io.leat.schema.ColumnType.Primitive;
import java.util.List;
import java.util.function.Predicate;

/** Prints what an evaluation costs: {@code java -cp ... io.leat.rules.ConditionTiming}. */
final class ConditionTiming {
  private ConditionTiming() {}

  public static void main(String[] args) throws InvalidConditionException {
    Condition condition =
        Condition.compile(
            "temperature_c > -60 && temperature_c < 150",
            List.of(new Column("temperature_c", Primitive.DOUBLE, false, null, null, null)));
    for (int round = 0; round < 5; round++) {
      time(
          "runtime ", 1_000_000, row -> condition.evaluateByRuntime(row) == Condition.Outcome.TRUE);
      time("closures", 20_000_000, row -> condition.evaluate(row) == Condition.Outcome.TRUE);
    }
  }

  private static void time(String name, int times, Predicate<Condition.Row> evaluate) {
    int sum = 0;
    long start = System.nanoTime();
    for (int i = 0; i < times; i++) {
      double value = i % 200;
      sum += evaluate.test(column -> value) ? 1 : 0;
    }
    double nanos = (double) (System.nanoTime() - start) / times;
    System.out.printf("%s %.1f ns each (%d)%n", name, nanos, sum);
  }
}
