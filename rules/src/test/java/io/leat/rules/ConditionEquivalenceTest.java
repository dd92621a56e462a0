package io.leat.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.rules.Condition.Outcome;
import io.leat.schema.Column;
import io.leat.schema.ColumnType;
import io.leat.schema.ColumnType.Primitive;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Random conditions over random rows: the closures say what the CEL runtime says. */
class ConditionEquivalenceTest {
  private static final List<Column> COLUMNS =
      List.of(
          column("i", Primitive.LONG),
          column("j", Primitive.LONG),
          column("x", Primitive.DOUBLE),
          column("y", Primitive.DOUBLE),
          column("s", Primitive.STRING),
          column("t", Primitive.STRING),
          column("b", Primitive.BOOLEAN),
          column("l", new ColumnType.ListOf(Primitive.STRING)),
          column("m", new ColumnType.Struct(List.of(column("n", Primitive.LONG)))));

  private static final Long[] LONGS = {
    0L, 1L, -1L, 7L, 60L, Long.MAX_VALUE, Long.MIN_VALUE, (1L << 53) + 1
  };
  private static final Double[] DOUBLES = {
    0.0, -0.0, 1.0, -1.5, 7.0, 60.0, 9.007199254740992E15, 1e300, -1e19
  };
  private static final String[] TEXTS = {"", "a", "ab", "b", "ok", "E-42", "\uD83D\uDE00x", "a.b"};

  private Random random = new Random(0);

  @Test
  void closuresAgreeWithTheRuntime() {
    long seed = Long.getLong("leat.seed", 20_261_121L);
    random = new Random(seed);
    Map<Outcome, Integer> outcomes = new EnumMap<>(Outcome.class);
    for (int round = 0; round < 3_000; round++) {
      String expression = bool(3);
      Condition condition;
      try {
        condition = Condition.compile(expression, COLUMNS);
      } catch (InvalidConditionException e) {
        assertThat(e).as(expression).hasMessageContaining("no matching overload for '");
        continue;
      }
      assertThat(condition.isCompiled()).as("seed %d: %s", seed, expression).isTrue();
      for (int i = 0; i < 6; i++) {
        List<Object> row = row();
        Condition.Row values = column -> row.get(column);
        Outcome expected = condition.evaluateByRuntime(values);
        assertThat(condition.evaluate(values))
            .as("seed %d: %s over %s", seed, expression, row)
            .isEqualTo(expected);
        outcomes.merge(expected, 1, Integer::sum);
      }
    }
    assertThat(outcomes).allSatisfy((outcome, count) -> assertThat(count).isGreaterThan(1_000));
  }

  private String bool(int depth) {
    if (depth == 0) {
      return switch (random.nextInt(3)) {
        case 0 -> "b";
        case 1 -> "true";
        default -> comparison();
      };
    }
    return switch (random.nextInt(9)) {
      case 0, 1 -> "(" + bool(depth - 1) + " && " + bool(depth - 1) + ")";
      case 2, 3 -> "(" + bool(depth - 1) + " || " + bool(depth - 1) + ")";
      case 4 -> "!(" + bool(depth - 1) + ")";
      default -> comparison();
    };
  }

  private String comparison() {
    return switch (random.nextInt(9)) {
      case 0 -> number(2) + relation() + number(2);
      case 1 -> integer(2) + relation() + integer(2);
      case 2 -> text() + pick(" == ", " != ") + text();
      case 3 -> text() + " in ['a', 'ok', '']";
      case 4 -> text() + pick(".startsWith(", ".endsWith(", ".contains(") + text() + ")";
      case 5 -> text() + pick(".matches('^a')", ".matches('[0-9]+')", ".matches('b$')");
      case 6 -> "size(" + pick("s", "l", "m") + ")" + relation() + random.nextInt(4);
      case 7 -> "has(m." + pick("n", "o", "p.q") + ")";
      default -> pick("m.n", "m.o", "m.p.q") + relation() + pick("0", "1.0", "x", "i", "60");
    };
  }

  private String number(int depth) {
    return switch (random.nextInt(5)) {
      case 0 -> integer(depth);
      case 1 -> pick("x", "y");
      case 2 -> pick("1.5", "60", "-60.0", "0.0", "9007199254740993");
      case 3 ->
          depth == 0
              ? "x"
              : "("
                  + decimal(depth - 1)
                  + pick(" + ", " - ", " * ", " / ")
                  + decimal(depth - 1)
                  + ")";
      default -> "-x";
    };
  }

  private String decimal(int depth) {
    return depth == 0 || random.nextBoolean()
        ? pick("x", "y", "2.5")
        : "(" + decimal(depth - 1) + pick(" + ", " - ", " * ", " / ") + decimal(depth - 1) + ")";
  }

  private String integer(int depth) {
    return depth == 0 || random.nextInt(3) > 0
        ? pick("i", "j", "3", "-1", "-j", "size(t)")
        : "("
            + integer(depth - 1)
            + pick(" + ", " - ", " * ", " / ", " % ")
            + integer(depth - 1)
            + ")";
  }

  private String text() {
    return pick("s", "t", "'a'", "'b'", "''");
  }

  private String relation() {
    return pick(" < ", " <= ", " > ", " >= ", " == ", " != ");
  }

  private String pick(String... choices) {
    return choices[random.nextInt(choices.length)];
  }

  private List<Object> row() {
    List<Object> row = new ArrayList<>();
    row.add(LONGS[random.nextInt(LONGS.length)]);
    row.add(LONGS[random.nextInt(LONGS.length)]);
    row.add(DOUBLES[random.nextInt(DOUBLES.length)]);
    row.add(DOUBLES[random.nextInt(DOUBLES.length)]);
    row.add(TEXTS[random.nextInt(TEXTS.length)]);
    row.add(TEXTS[random.nextInt(TEXTS.length)]);
    row.add(random.nextBoolean());
    row.add(List.of("a", "b").subList(0, random.nextInt(3)));
    row.add(object());
    if (random.nextInt(10) == 0) {
      row.set(random.nextInt(row.size()), null);
    }
    return row;
  }

  private Map<String, Object> object() {
    Map<String, Object> object = new HashMap<>();
    if (random.nextInt(3) > 0) {
      object.put("n", LONGS[random.nextInt(LONGS.length)]);
    }
    if (random.nextInt(3) > 0) {
      object.put("o", random.nextBoolean() ? DOUBLES[random.nextInt(DOUBLES.length)] : "text");
    }
    if (random.nextInt(3) > 0) {
      object.put("p", random.nextBoolean() ? Map.of("q", 1L) : 2L);
    }
    return object;
  }

  private static Column column(String name, ColumnType type) {
    return new Column(name, type, false, null, null, null);
  }
}
