package io.leat.action.twin;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * An encoded query of ServiceNow, of which Leat uses a part: {@code =}, {@code !=}, {@code >=},
 * {@code >}, {@code <=}, {@code <}, {@code STARTSWITH}, {@code ISEMPTY}, {@code ^} for and, {@code
 * ^OR} for an alternative to the condition before it, {@code ORDERBY} and {@code ORDERBYDESC}. As
 * there, a condition on a field that the table does not have matches all rows.
 */
final class TwinQuery {
  private static final Pattern CONDITION =
      Pattern.compile("([a-z_0-9]+)(STARTSWITH|ISEMPTY|!=|>=|<=|=|>|<)(.*)");

  private final List<Predicate<Map<String, String>>> conditions = new ArrayList<>();
  private final List<Comparator<Map<String, String>>> order = new ArrayList<>();

  private TwinQuery() {}

  static TwinQuery parse(String text, Set<String> fields) {
    TwinQuery query = new TwinQuery();
    for (String part : text.split("\\^", -1)) {
      if (part.startsWith("ORDERBYDESC")) {
        query.order.add(by(part.substring("ORDERBYDESC".length())).reversed());
      } else if (part.startsWith("ORDERBY")) {
        query.order.add(by(part.substring("ORDERBY".length())));
      } else {
        boolean isAlternative = part.startsWith("OR");
        Matcher matcher = CONDITION.matcher(isAlternative ? part.substring(2) : part);
        if (matcher.matches()) {
          Predicate<Map<String, String>> condition =
              fields.contains(matcher.group(1))
                  ? condition(matcher.group(1), matcher.group(2), matcher.group(3))
                  : row -> true;
          query.add(condition, isAlternative);
        }
      }
    }
    return query;
  }

  private void add(Predicate<Map<String, String>> condition, boolean isAlternative) {
    if (isAlternative && !conditions.isEmpty()) {
      int last = conditions.size() - 1;
      conditions.set(last, conditions.get(last).or(condition));
    } else {
      conditions.add(condition);
    }
  }

  private static Comparator<Map<String, String>> by(String field) {
    return Comparator.comparing(row -> row.getOrDefault(field, ""));
  }

  private static Predicate<Map<String, String>> condition(
      String field, String operator, String value) {
    return row -> {
      String actual = row.getOrDefault(field, "");
      return switch (operator) {
        case "=" -> actual.equals(value);
        case "!=" -> !actual.equals(value);
        case ">=" -> actual.compareTo(value) >= 0;
        case "<=" -> actual.compareTo(value) <= 0;
        case ">" -> actual.compareTo(value) > 0;
        case "<" -> actual.compareTo(value) < 0;
        case "STARTSWITH" -> actual.startsWith(value);
        default -> actual.isEmpty();
      };
    };
  }

  Stream<Map<String, String>> over(Stream<Map<String, String>> rows) {
    Stream<Map<String, String>> matching =
        rows.filter(row -> conditions.stream().allMatch(condition -> condition.test(row)));
    return order.stream().reduce(Comparator::thenComparing).map(matching::sorted).orElse(matching);
  }
}
