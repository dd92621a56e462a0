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
 * ORDERBY} and {@code ORDERBYDESC}. As there, a condition on a field that the table does not have
 * is left out, so that it matches all rows.
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
        Matcher matcher = CONDITION.matcher(part);
        if (matcher.matches() && fields.contains(matcher.group(1))) {
          query.conditions.add(condition(matcher.group(1), matcher.group(2), matcher.group(3)));
        }
      }
    }
    return query;
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
