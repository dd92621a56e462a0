package io.leat.rules;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelIssue;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.navigation.CelNavigableAst;
import dev.cel.common.navigation.CelNavigableExpr;
import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompilerBuilder;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import io.leat.schema.Column;
import io.leat.schema.ColumnType;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.ObjectStreamException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A condition over a row's columns, in CEL (the Common Expression Language), checked against the
 * columns' types. Thread-safe.
 *
 * <p>A condition is judged only when every column it names has a value; otherwise the outcome is
 * {@link Outcome#UNKNOWN}. Whether a value must be there is the schema's business ({@code
 * required}).
 *
 * <p>Travels as its text and columns, and is compiled again where it arrives.
 */
public final class Condition implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final CelOptions OPTIONS =
      CelOptions.current()
          .enableHeterogeneousNumericComparisons(true)
          .evaluateCanonicalTypesToNativeValues(true)
          .comprehensionMaxIterations(1_000)
          .build();
  private static final CelRuntime RUNTIME =
      CelRuntimeFactory.standardCelRuntimeBuilder().setOptions(OPTIONS).build();

  /** What CEL's messages say beyond need, and what to say instead. */
  private static final Map<java.util.regex.Pattern, String> NOISE =
      Map.of(
          java.util.regex.Pattern.compile(" \\(in container ''\\)"), "",
          java.util.regex.Pattern.compile(" \\(candidates: .*\\)$"), "",
          java.util.regex.Pattern.compile(" expecting \\{.*\\}$"), "",
          java.util.regex.Pattern.compile("for '[@_]?([^'_]+)_?'"), "for '$1'",
          java.util.regex.Pattern.compile("mismatched input '<EOF>'"), "something is missing");

  private final String expression;
  private final transient List<Column> columns;
  private final transient int[] references;
  private final transient CelRuntime.Program program;
  private final transient ConditionCompiler.Test test;
  private final transient boolean isCompiled;

  private Condition(
      String expression,
      List<Column> columns,
      CelAbstractSyntaxTree ast,
      CelRuntime.Program program) {
    this.expression = expression;
    this.columns = List.copyOf(columns);
    this.references = references(ast, columns);
    this.program = program;
    Optional<ConditionCompiler.Test> compiled =
        ConditionCompiler.compile(ast, columns.stream().map(Column::name).toList());
    this.isCompiled = compiled.isPresent();
    this.test = compiled.orElse(this::interpret);
  }

  /** What a condition says of a row. */
  public enum Outcome {
    TRUE,
    FALSE,
    /**
     * A column that the condition names has no value, or the evaluation failed (a division by
     * zero).
     */
    UNKNOWN
  }

  /**
   * A row's values by the position of the column among those that the condition was compiled with.
   */
  @FunctionalInterface
  public interface Row {
    /**
     * The value: Boolean, Long, Double, String, {@link java.time.Instant}, List or Map (of the
     * same); null when there is none.
     */
    @Nullable Object value(int column);

    /** Whether there is no value; override it where asking is cheaper than making the value. */
    default boolean isNull(int column) {
      return value(column) == null;
    }
  }

  /**
   * Compiles and type-checks.
   *
   * @throws InvalidConditionException naming each error and its place
   */
  public static Condition compile(String expression, List<Column> columns)
      throws InvalidConditionException {
    CelCompilerBuilder compiler =
        CelCompilerFactory.standardCelCompilerBuilder()
            .setOptions(OPTIONS)
            .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
            .setResultType(SimpleType.BOOL);
    columns.forEach(c -> compiler.addVar(c.name(), celType(c.type())));
    try {
      CelAbstractSyntaxTree ast = compiler.build().compile(expression).getAst();
      List<String> patterns = invalidPatterns(ast);
      if (!patterns.isEmpty()) {
        throw new InvalidConditionException(patterns);
      }
      return new Condition(expression, columns, ast, RUNTIME.createProgram(ast));
    } catch (CelValidationException e) {
      throw new InvalidConditionException(e.getErrors().stream().map(Condition::describe).toList());
    } catch (CelEvaluationException e) {
      throw new InvalidConditionException(List.of(String.valueOf(e.getMessage())));
    }
  }

  /** What travels. */
  private record Text(String expression, List<Column> columns) implements Serializable {
    private Object readResolve() throws ObjectStreamException {
      try {
        return compile(expression, columns);
      } catch (InvalidConditionException e) {
        InvalidObjectException failure = new InvalidObjectException(e.getMessage());
        failure.initCause(e);
        throw failure;
      }
    }
  }

  private Object writeReplace() {
    return new Text(expression, new ArrayList<>(columns));
  }

  private void readObject(ObjectInputStream in) throws InvalidObjectException {
    throw new InvalidObjectException("only its text travels");
  }

  /** The text that was compiled. */
  public String expression() {
    return expression;
  }

  /** The names of the columns that the condition reads. */
  public Set<String> columnNames() {
    Set<String> names = new LinkedHashSet<>();
    for (int reference : references) {
      names.add(columns.get(reference).name());
    }
    return names;
  }

  /** Judges a row as {@link #evaluate} does, always by the CEL runtime. */
  Outcome evaluateByRuntime(Row row) {
    for (int reference : references) {
      if (row.isNull(reference)) {
        return Outcome.UNKNOWN;
      }
    }
    return interpret(row);
  }

  /** Whether closures judge it, not the CEL runtime. */
  boolean isCompiled() {
    return isCompiled;
  }

  /** Judges a row. */
  public Outcome evaluate(Row row) {
    for (int reference : references) {
      if (row.isNull(reference)) {
        return Outcome.UNKNOWN;
      }
    }
    return test.test(row);
  }

  /** Judges a row whose columns are all there as the CEL runtime does. */
  private Outcome interpret(Row row) {
    try {
      Object result = program.eval(name -> find(row, name));
      return Boolean.TRUE.equals(result) ? Outcome.TRUE : Outcome.FALSE;
    } catch (CelEvaluationException e) {
      return Outcome.UNKNOWN;
    }
  }

  private Optional<Object> find(Row row, String name) {
    for (int reference : references) {
      if (columns.get(reference).name().equals(name)) {
        return Optional.ofNullable(row.value(reference));
      }
    }
    return Optional.empty();
  }

  /** Literal patterns that do not compile: the runtime would fail on them row by row. */
  private static List<String> invalidPatterns(CelAbstractSyntaxTree ast) {
    List<String> errors = new ArrayList<>();
    CelNavigableAst.fromAst(ast)
        .getRoot()
        .allNodes()
        .map(CelNavigableExpr::expr)
        .filter(e -> e.getKind() == CelExpr.ExprKind.Kind.CALL)
        .filter(e -> e.call().function().equals("matches"))
        .map(e -> e.call().args().get(e.call().args().size() - 1))
        .filter(e -> e.getKind() == CelExpr.ExprKind.Kind.CONSTANT)
        .forEach(
            e -> {
              try {
                Pattern.compile(e.constant().stringValue());
              } catch (PatternSyntaxException invalid) {
                int offset = ast.getSource().getPositionsMap().getOrDefault(e.id(), 0);
                errors.add("column " + (offset + 1) + ": " + invalid.getMessage());
              }
            });
    return errors;
  }

  private static int[] references(CelAbstractSyntaxTree ast, List<Column> columns) {
    Set<String> names = new LinkedHashSet<>();
    ast.getReferenceMap().values().forEach(r -> names.add(r.name()));
    return java.util.stream.IntStream.range(0, columns.size())
        .filter(i -> names.contains(columns.get(i).name()))
        .toArray();
  }

  private static CelType celType(ColumnType type) {
    if (type instanceof ColumnType.Primitive primitive) {
      return switch (primitive) {
        case BOOLEAN -> SimpleType.BOOL;
        case LONG -> SimpleType.INT;
        case DOUBLE -> SimpleType.DOUBLE;
        case STRING, DATE, JSON -> SimpleType.STRING;
        case TIMESTAMP -> SimpleType.TIMESTAMP;
      };
    }
    if (type instanceof ColumnType.ListOf list) {
      return ListType.create(celType(list.element()));
    }
    return MapType.create(SimpleType.STRING, SimpleType.DYN);
  }

  /** The place and what is wrong there, without CEL's own names for things. */
  private static String describe(CelIssue issue) {
    String message = issue.getMessage();
    for (Map.Entry<java.util.regex.Pattern, String> noise : NOISE.entrySet()) {
      message = noise.getKey().matcher(message).replaceFirst(noise.getValue());
    }
    int line = issue.getSourceLocation().getLine();
    String place = "column " + (issue.getSourceLocation().getColumn() + 1) + ": ";
    return (line > 1 ? "line " + line + ", " : "") + place + message;
  }

  /** Whether it is the same text about the same columns. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Condition condition
        && condition.expression.equals(expression)
        && condition.columns.equals(columns);
  }

  @Override
  public int hashCode() {
    return expression.hashCode();
  }

  @Override
  public String toString() {
    return expression;
  }
}
