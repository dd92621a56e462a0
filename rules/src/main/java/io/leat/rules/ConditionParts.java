package io.leat.rules;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.types.CelType;
import dev.cel.common.types.SimpleType;
import io.leat.rules.Condition.Row;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns the parts of a condition that are not boolean into closures: numbers, texts, members. */
final class ConditionParts {
  private final CelAbstractSyntaxTree ast;
  private final List<String> columns;

  /**
   * @param columns the columns' names by position
   */
  ConditionParts(CelAbstractSyntaxTree ast, List<String> columns) {
    this.ast = ast;
    this.columns = columns;
  }

  @FunctionalInterface
  interface LongPart {
    long get(Row row) throws Unjudgeable;
  }

  @FunctionalInterface
  interface DoublePart {
    double get(Row row) throws Unjudgeable;
  }

  @FunctionalInterface
  interface Part {
    Object get(Row row) throws Unjudgeable;
  }

  /** An evaluation that CEL calls an error. It has no stack trace: it is part of normal work. */
  static final class Unjudgeable extends Exception {
    private static final long serialVersionUID = 1L;

    Unjudgeable() {
      super(null, null, false, false);
    }
  }

  /** An expression, or a part of one, that the CEL runtime has to evaluate. */
  static final class NotCommon extends Exception {
    private static final long serialVersionUID = 1L;

    NotCommon() {
      super(null, null, false, false);
    }
  }

  LongPart longPart(CelExpr expr) throws NotCommon {
    switch (expr.getKind()) {
      case CONSTANT -> {
        long value = expr.constant().int64Value();
        return row -> value;
      }
      case IDENT -> {
        int column = column(expr);
        return row -> ((Number) value(row, column)).longValue();
      }
      case CALL -> {
        return longCall(expr.call());
      }
      default -> throw new NotCommon();
    }
  }

  private LongPart longCall(CelExpr.CelCall call) throws NotCommon {
    if (call.function().equals("size")) {
      return size(call);
    }
    LongPart a = longPart(operand(call, 0));
    if (call.function().equals("-_")) {
      return row -> exact(() -> Math.negateExact(a.get(row)));
    }
    LongPart b = longPart(operand(call, 1));
    return switch (call.function()) {
      case "_+_" -> row -> exact(() -> Math.addExact(a.get(row), b.get(row)));
      case "_-_" -> row -> exact(() -> Math.subtractExact(a.get(row), b.get(row)));
      case "_*_" -> row -> exact(() -> Math.multiplyExact(a.get(row), b.get(row)));
      case "_/_" -> row -> exact(() -> divide(a.get(row), b.get(row)));
      case "_%_" -> row -> exact(() -> a.get(row) % b.get(row));
      default -> throw new NotCommon();
    };
  }

  private static CelExpr operand(CelExpr.CelCall call, int index) throws NotCommon {
    if (call.target().isPresent() || index >= call.args().size()) {
      throw new NotCommon();
    }
    return call.args().get(index);
  }

  @FunctionalInterface
  private interface Arithmetic {
    long get() throws Unjudgeable;
  }

  private static long exact(Arithmetic arithmetic) throws Unjudgeable {
    try {
      return arithmetic.get();
    } catch (ArithmeticException e) {
      throw new Unjudgeable();
    }
  }

  private static long divide(long a, long b) {
    if (a == Long.MIN_VALUE && b == -1) {
      throw new ArithmeticException("overflow");
    }
    return a / b;
  }

  private LongPart size(CelExpr.CelCall call) throws NotCommon {
    CelExpr of = call.target().isPresent() ? call.target().get() : call.args().get(0);
    if (of.getKind() != CelExpr.ExprKind.Kind.IDENT) {
      throw new NotCommon();
    }
    int column = column(of);
    return row -> {
      Object value = value(row, column);
      if (value instanceof String text) {
        return text.codePointCount(0, text.length());
      }
      if (value instanceof List<?> list) {
        return list.size();
      }
      if (value instanceof Map<?, ?> map) {
        return map.size();
      }
      throw new Unjudgeable();
    };
  }

  DoublePart doublePart(CelExpr expr) throws NotCommon {
    switch (expr.getKind()) {
      case CONSTANT -> {
        double value = expr.constant().doubleValue();
        return row -> value;
      }
      case IDENT -> {
        int column = column(expr);
        return row -> ((Number) value(row, column)).doubleValue();
      }
      case CALL -> {
        return doubleCall(expr.call());
      }
      default -> throw new NotCommon();
    }
  }

  private DoublePart doubleCall(CelExpr.CelCall call) throws NotCommon {
    DoublePart a = doublePart(operand(call, 0));
    if (call.function().equals("-_")) {
      return row -> -a.get(row);
    }
    DoublePart b = doublePart(operand(call, 1));
    return switch (call.function()) {
      case "_+_" -> row -> a.get(row) + b.get(row);
      case "_-_" -> row -> a.get(row) - b.get(row);
      case "_*_" -> row -> a.get(row) * b.get(row);
      case "_/_" -> row -> a.get(row) / b.get(row);
      default -> throw new NotCommon();
    };
  }

  /** A number of either kind, or a member of an object, which may turn out to be none. */
  Part numberPart(CelExpr expr) throws NotCommon {
    if (isLong(expr)) {
      LongPart part = longPart(expr);
      return part::get;
    }
    if (isDouble(expr)) {
      DoublePart part = doublePart(expr);
      return part::get;
    }
    return member(expr);
  }

  Part scalarPart(CelExpr expr) throws NotCommon {
    if (isText(expr)) {
      return textPart(expr);
    }
    if (type(expr) == SimpleType.BOOL && expr.getKind() == CelExpr.ExprKind.Kind.CONSTANT) {
      Object value = expr.constant().booleanValue();
      return row -> value;
    }
    if (type(expr) == SimpleType.BOOL && expr.getKind() == CelExpr.ExprKind.Kind.IDENT) {
      int column = column(expr);
      return row -> value(row, column);
    }
    return numberPart(expr);
  }

  Part textPart(CelExpr expr) throws NotCommon {
    if (!isText(expr)) {
      throw new NotCommon();
    }
    if (expr.getKind() == CelExpr.ExprKind.Kind.CONSTANT) {
      String text = expr.constant().stringValue();
      return row -> text;
    }
    if (expr.getKind() == CelExpr.ExprKind.Kind.IDENT) {
      int column = column(expr);
      return row -> value(row, column);
    }
    throw new NotCommon();
  }

  /** A member of an object's column, at any depth: {@code location.lat}. */
  Part member(CelExpr expr) throws NotCommon {
    if (expr.getKind() == CelExpr.ExprKind.Kind.IDENT) {
      int column = column(expr);
      return row -> value(row, column);
    }
    if (expr.getKind() != CelExpr.ExprKind.Kind.SELECT || expr.select().testOnly()) {
      throw new NotCommon();
    }
    Part operand = member(expr.select().operand());
    String field = expr.select().field();
    return row -> {
      Object value = operand.get(row) instanceof Map<?, ?> map ? map.get(field) : null;
      if (value == null) {
        throw new Unjudgeable();
      }
      return value;
    };
  }

  int column(CelExpr expr) throws NotCommon {
    int column = columns.indexOf(expr.ident().name());
    if (column < 0) {
      throw new NotCommon();
    }
    return column;
  }

  private static Object value(Row row, int column) throws Unjudgeable {
    Object value = row.value(column);
    if (value == null) {
      throw new Unjudgeable();
    }
    return value;
  }

  private @Nullable CelType type(CelExpr expr) {
    return ast.getType(expr.id()).orElse(null);
  }

  boolean isLong(CelExpr expr) {
    return type(expr) == SimpleType.INT;
  }

  boolean isDouble(CelExpr expr) {
    return type(expr) == SimpleType.DOUBLE;
  }

  boolean isText(CelExpr expr) {
    return type(expr) == SimpleType.STRING;
  }
}
