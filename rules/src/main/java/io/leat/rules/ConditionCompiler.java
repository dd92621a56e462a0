package io.leat.rules;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import io.leat.rules.Condition.Outcome;
import io.leat.rules.Condition.Row;
import io.leat.rules.ConditionParts.DoublePart;
import io.leat.rules.ConditionParts.LongPart;
import io.leat.rules.ConditionParts.NotCommon;
import io.leat.rules.ConditionParts.Part;
import io.leat.rules.ConditionParts.Unjudgeable;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoublePredicate;
import java.util.function.IntPredicate;
import java.util.function.Predicate;

/**
 * Turns the common part of CEL into closures, many times faster than the CEL runtime: comparisons,
 * logic, arithmetic, {@code in} with literals, {@code size}, the string tests, {@code has} and
 * members of objects. Whatever else is in an expression leaves all of it to the runtime.
 *
 * <p>Both ways give the same outcome; a test holds them against each other.
 */
final class ConditionCompiler {
  private static final Map<String, IntPredicate> ORDERINGS =
      Map.of(
          "_<_", c -> c < 0,
          "_<=_", c -> c <= 0,
          "_>_", c -> c > 0,
          "_>=_", c -> c >= 0);

  private final ConditionParts parts;

  private ConditionCompiler(ConditionParts parts) {
    this.parts = parts;
  }

  /** A boolean part. */
  @FunctionalInterface
  interface Test {
    Outcome test(Row row);
  }

  /**
   * The expression as a closure; empty when it goes beyond the common part.
   *
   * @param columns the columns' names by position
   */
  static Optional<Test> compile(CelAbstractSyntaxTree ast, List<String> columns) {
    try {
      return Optional.of(
          new ConditionCompiler(new ConditionParts(ast, columns)).test(ast.getExpr()));
    } catch (NotCommon e) {
      return Optional.empty();
    }
  }

  private Test test(CelExpr expr) throws NotCommon {
    switch (expr.getKind()) {
      case CONSTANT -> {
        Outcome outcome = of(expr.constant().booleanValue());
        return row -> outcome;
      }
      case IDENT -> {
        int column = parts.column(expr);
        return row -> Boolean.TRUE.equals(row.value(column)) ? Outcome.TRUE : Outcome.FALSE;
      }
      case SELECT -> {
        return has(expr);
      }
      case CALL -> {
        return call(expr.call());
      }
      default -> throw new NotCommon();
    }
  }

  private Test call(CelExpr.CelCall call) throws NotCommon {
    String function = call.function();
    return switch (function) {
      case "_&&_" -> and(test(call.args().get(0)), test(call.args().get(1)));
      case "_||_" -> or(test(call.args().get(0)), test(call.args().get(1)));
      case "!_" -> not(test(call.args().get(0)));
      case "_<_", "_<=_", "_>_", "_>=_" -> ordering(function, call.args());
      case "_==_" -> equality(call.args());
      case "_!=_" -> not(equality(call.args()));
      case "@in" -> in(call.args());
      case "startsWith", "endsWith", "contains" -> textTest(function, call);
      case "matches" -> matches(call);
      default -> throw new NotCommon();
    };
  }

  private static Test and(Test left, Test right) {
    return row -> {
      Outcome a = left.test(row);
      if (a == Outcome.FALSE) {
        return Outcome.FALSE;
      }
      Outcome b = right.test(row);
      return b == Outcome.FALSE || a == Outcome.TRUE ? b : Outcome.UNKNOWN;
    };
  }

  private static Test or(Test left, Test right) {
    return row -> {
      Outcome a = left.test(row);
      if (a == Outcome.TRUE) {
        return Outcome.TRUE;
      }
      Outcome b = right.test(row);
      return b == Outcome.TRUE || a == Outcome.FALSE ? b : Outcome.UNKNOWN;
    };
  }

  private static Test not(Test test) {
    return row ->
        switch (test.test(row)) {
          case TRUE -> Outcome.FALSE;
          case FALSE -> Outcome.TRUE;
          case UNKNOWN -> Outcome.UNKNOWN;
        };
  }

  private Test has(CelExpr expr) throws NotCommon {
    if (!expr.select().testOnly()) {
      throw new NotCommon();
    }
    Part operand = parts.member(expr.select().operand());
    String field = expr.select().field();
    return row -> {
      try {
        return operand.get(row) instanceof Map<?, ?> map
            ? of(map.containsKey(field))
            : Outcome.UNKNOWN;
      } catch (Unjudgeable e) {
        return Outcome.UNKNOWN;
      }
    };
  }

  private Test ordering(String function, List<CelExpr> args) throws NotCommon {
    IntPredicate holds = ORDERINGS.get(function);
    CelExpr left = args.get(0);
    CelExpr right = args.get(1);
    if (holds == null) {
      throw new NotCommon();
    }
    if (parts.isLong(left) && parts.isLong(right)) {
      LongPart a = parts.longPart(left);
      LongPart b = parts.longPart(right);
      return row -> {
        try {
          return of(holds.test(Long.compare(a.get(row), b.get(row))));
        } catch (Unjudgeable e) {
          return Outcome.UNKNOWN;
        }
      };
    }
    if (parts.isDouble(left) && isExactDouble(right) && canCompareFast(left, right)) {
      DoublePart a = parts.doublePart(left);
      DoublePredicate within = against(function, constant(right.constant()));
      return row -> {
        try {
          return of(within.test(a.get(row)));
        } catch (Unjudgeable e) {
          return Outcome.UNKNOWN;
        }
      };
    }
    Part a = parts.numberPart(left);
    Part b = parts.numberPart(right);
    return row -> {
      try {
        Object x = a.get(row);
        Object y = b.get(row);
        if (!(x instanceof Number p && y instanceof Number q)) {
          return Outcome.UNKNOWN;
        }
        return of(CelNumbers.holds(holds, p, q));
      } catch (Unjudgeable e) {
        return Outcome.UNKNOWN;
      }
    };
  }

  /** A comparison with a constant that a double holds exactly. */
  private static DoublePredicate against(String function, double bound) throws NotCommon {
    return switch (function) {
      case "_<_" -> x -> x < bound;
      case "_<=_" -> x -> x <= bound;
      case "_>_" -> x -> x > bound;
      case "_>=_" -> x -> x >= bound;
      default -> throw new NotCommon();
    };
  }

  /**
   * A column's value is never NaN (JSON has none), but a quotient may be, and beside an integer the
   * CEL runtime gives NaN a place in the order.
   */
  private static boolean canCompareFast(CelExpr left, CelExpr right) {
    return left.getKind() == CelExpr.ExprKind.Kind.IDENT
        || right.constant().getKind() == CelConstant.Kind.DOUBLE_VALUE;
  }

  private static boolean isExactDouble(CelExpr expr) {
    return expr.getKind() == CelExpr.ExprKind.Kind.CONSTANT
        && switch (expr.constant().getKind()) {
          case DOUBLE_VALUE -> true;
          case INT64_VALUE -> Math.abs(expr.constant().int64Value()) < 1L << 53;
          default -> false;
        };
  }

  private static double constant(CelConstant constant) {
    return constant.getKind() == CelConstant.Kind.DOUBLE_VALUE
        ? constant.doubleValue()
        : constant.int64Value();
  }

  private Test equality(List<CelExpr> args) throws NotCommon {
    Part a = parts.scalarPart(args.get(0));
    Part b = parts.scalarPart(args.get(1));
    return row -> {
      try {
        return of(CelNumbers.isEqual(a.get(row), b.get(row)));
      } catch (Unjudgeable e) {
        return Outcome.UNKNOWN;
      }
    };
  }

  private Test in(List<CelExpr> args) throws NotCommon {
    if (args.get(1).getKind() != CelExpr.ExprKind.Kind.LIST || !parts.isText(args.get(0))) {
      throw new NotCommon();
    }
    Set<Object> members = new HashSet<>();
    for (CelExpr element : args.get(1).list().elements()) {
      if (element.getKind() != CelExpr.ExprKind.Kind.CONSTANT || !parts.isText(element)) {
        throw new NotCommon();
      }
      members.add(element.constant().stringValue());
    }
    Part value = parts.scalarPart(args.get(0));
    return row -> {
      try {
        return of(members.contains(value.get(row)));
      } catch (Unjudgeable e) {
        return Outcome.UNKNOWN;
      }
    };
  }

  private Test textTest(String function, CelExpr.CelCall call) throws NotCommon {
    Part target = parts.textPart(call.target().orElseThrow(NotCommon::new));
    Part argument = parts.textPart(call.args().get(0));
    return row -> {
      try {
        String text = (String) target.get(row);
        String part = (String) argument.get(row);
        return of(
            switch (function) {
              case "startsWith" -> text.startsWith(part);
              case "endsWith" -> text.endsWith(part);
              default -> text.contains(part);
            });
      } catch (Unjudgeable e) {
        return Outcome.UNKNOWN;
      }
    };
  }

  private Test matches(CelExpr.CelCall call) throws NotCommon {
    boolean isMember = call.target().isPresent();
    Part target = parts.textPart(isMember ? call.target().get() : call.args().get(0));
    CelExpr literal = call.args().get(isMember ? 0 : 1);
    if (literal.getKind() != CelExpr.ExprKind.Kind.CONSTANT) {
      throw new NotCommon();
    }
    Predicate<String> found;
    try {
      Pattern pattern = Pattern.compile(literal.constant().stringValue());
      found = text -> pattern.matcher(text).find();
    } catch (PatternSyntaxException e) {
      throw new NotCommon();
    }
    return row -> {
      try {
        return of(found.test((String) target.get(row)));
      } catch (Unjudgeable e) {
        return Outcome.UNKNOWN;
      }
    };
  }

  private static Outcome of(boolean value) {
    return value ? Outcome.TRUE : Outcome.FALSE;
  }
}
