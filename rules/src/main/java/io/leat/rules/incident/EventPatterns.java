package io.leat.rules.incident;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.event.ruler.Machine;

/**
 * Many patterns that are matched at once, in a time that hardly depends on how many there are.
 * Thread-safe.
 */
public final class EventPatterns {
  private final Machine machine = Machine.builder().build();
  private final List<FieldMatcher> matchers;
  private final Map<String, Integer> order = new HashMap<>();

  /**
   * @param patterns by name
   */
  public EventPatterns(Map<String, EventPattern> patterns) {
    // The same matcher on the same field is judged once.
    Map<String, FieldMatcher> distinct = new LinkedHashMap<>();
    patterns.forEach(
        (name, pattern) -> {
          FieldMatcher.add(machine, name, pattern.library());
          order.put(name, order.size());
          pattern.matchers().forEach(m -> distinct.putIfAbsent(m.place(), m));
        });
    this.matchers = List.copyOf(distinct.values());
  }

  /**
   * The names of the patterns that an event matches, in the order in which they were given.
   *
   * @throws IllegalArgumentException if the event is not an object
   */
  public List<String> matching(JsonNode event) {
    JsonNode judged = matchers.isEmpty() ? event : EventPattern.judged(event, matchers);
    List<String> matched = machine.rulesForJSONEvent(judged);
    return matched.size() < 2 ? matched : ordered(matched);
  }

  private List<String> ordered(List<String> matched) {
    return matched.stream()
        .distinct()
        .sorted(Comparator.comparing(name -> order.getOrDefault(name, 0)))
        .toList();
  }
}
