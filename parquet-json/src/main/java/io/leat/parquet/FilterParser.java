package io.leat.parquet;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Reads a filter, by recursive descent. */
final class FilterParser {
  private static final Set<String> WORDS =
      Set.of("AND", "OR", "NOT", "IN", "IS", "NULL", "TRUE", "FALSE");
  private static final int MAX_DEPTH = 100;

  private final String text;
  private int at;
  private int depth;

  private FilterParser(String text) {
    this.text = text;
  }

  static Filter parse(String text) {
    FilterParser parser = new FilterParser(text);
    Filter filter = parser.or();
    parser.blanks();
    if (parser.at < text.length()) {
      throw parser.problem("AND, OR or the end is expected");
    }
    return filter;
  }

  private Filter or() {
    if (++depth > MAX_DEPTH) {
      throw problem("it is nested more than " + MAX_DEPTH + " deep");
    }
    List<Filter> terms = new ArrayList<>();
    do {
      terms.add(and());
    } while (word("OR"));
    depth--;
    return terms.size() == 1 ? terms.get(0) : new Filter.Or(terms);
  }

  private Filter and() {
    List<Filter> terms = new ArrayList<>();
    do {
      terms.add(not());
    } while (word("AND"));
    return terms.size() == 1 ? terms.get(0) : new Filter.And(terms);
  }

  private Filter not() {
    boolean negated = false;
    while (word("NOT")) {
      negated = !negated;
    }
    Filter term = primary();
    return negated ? new Filter.Not(term) : term;
  }

  private Filter primary() {
    if (symbol("(")) {
      Filter inner = or();
      expect(")");
      return inner;
    }
    String column = column();
    if (word("IS")) {
      boolean negated = word("NOT");
      if (!word("NULL")) {
        throw problem("NULL is expected");
      }
      return negated ? new Filter.Not(new Filter.IsNull(column)) : new Filter.IsNull(column);
    }
    boolean negated = word("NOT");
    if (word("IN")) {
      Filter in = new Filter.In(column, literals());
      return negated ? new Filter.Not(in) : in;
    }
    if (negated) {
      throw problem("IN is expected");
    }
    return new Filter.Compare(column, comparison(), literal());
  }

  private Filter.Comparison comparison() {
    if (symbol("<=")) {
      return Filter.Comparison.AT_MOST;
    }
    if (symbol(">=")) {
      return Filter.Comparison.AT_LEAST;
    }
    if (symbol("<>") || symbol("!=")) {
      return Filter.Comparison.NOT_EQUAL;
    }
    if (symbol("<")) {
      return Filter.Comparison.LESS;
    }
    if (symbol(">")) {
      return Filter.Comparison.GREATER;
    }
    if (symbol("=")) {
      return Filter.Comparison.EQUAL;
    }
    throw problem("a comparison, IN or IS is expected");
  }

  private List<Object> literals() {
    expect("(");
    List<Object> literals = new ArrayList<>();
    do {
      literals.add(literal());
    } while (symbol(","));
    expect(")");
    return literals;
  }

  private Object literal() {
    blanks();
    if (at < text.length() && text.charAt(at) == '\'') {
      return quoted('\'');
    }
    if (word("TRUE")) {
      return true;
    }
    if (word("FALSE")) {
      return false;
    }
    int start = at;
    while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    try {
      return new BigDecimal(text.substring(start, at));
    } catch (NumberFormatException e) {
      at = start;
      throw problem("a number, 'text', TRUE or FALSE is expected");
    }
  }

  private String column() {
    blanks();
    StringBuilder path = new StringBuilder();
    do {
      if (path.length() > 0) {
        path.append('.');
      }
      if (at < text.length() && text.charAt(at) == '"') {
        path.append(quoted('"'));
      } else {
        path.append(plain());
      }
    } while (symbol("."));
    return path.toString();
  }

  private String plain() {
    int start = at;
    while (at < text.length() && isWord(text.charAt(at))) {
      at++;
    }
    String name = text.substring(start, at);
    if (name.isEmpty()
        || Character.isDigit(name.charAt(0))
        || WORDS.contains(name.toUpperCase(Locale.ROOT))) {
      at = start;
      throw problem("a column is expected");
    }
    return name;
  }

  private String quoted(char quote) {
    int start = at++;
    StringBuilder value = new StringBuilder();
    while (at < text.length()) {
      char c = text.charAt(at++);
      if (c != quote) {
        value.append(c);
      } else if (at < text.length() && text.charAt(at) == quote) {
        value.append(quote);
        at++;
      } else {
        return value.toString();
      }
    }
    at = start;
    throw problem("the quote is not closed");
  }

  private boolean word(String expected) {
    blanks();
    int end = at + expected.length();
    if (text.regionMatches(true, at, expected, 0, expected.length())
        && (end == text.length() || !isWord(text.charAt(end)))) {
      at = end;
      return true;
    }
    return false;
  }

  private boolean symbol(String expected) {
    blanks();
    if (text.startsWith(expected, at)) {
      at += expected.length();
      return true;
    }
    return false;
  }

  private void expect(String symbol) {
    if (!symbol(symbol)) {
      throw problem("'" + symbol + "' is expected");
    }
  }

  private void blanks() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }

  private static boolean isWord(char c) {
    return Character.isLetterOrDigit(c) || c == '_';
  }

  private IllegalArgumentException problem(String what) {
    return new IllegalArgumentException("filter, character " + (at + 1) + ": " + what);
  }
}
