package io.leat.blueprint;

import io.leat.blueprint.yaml.Value;
import io.leat.event.Names;
import java.util.List;

/**
 * Keeps targets off the topics that are not theirs. What a target wrote among the records of a
 * stream would be processed as events, and what it wrote among alerts would be put aside.
 */
final class TargetTopics {
  /** What the names of Kafka's own topics begin with, such as that of the consumers' offsets. */
  private static final String OF_KAFKA = "__";

  private TargetTopics() {}

  /**
   * @param blueprints all that are to live together
   */
  static void check(List<RawBlueprint> blueprints) {
    List<String> names =
        blueprints.stream().map(RawBlueprint::name).filter(name -> !name.isEmpty()).toList();
    for (RawBlueprint blueprint : blueprints) {
      for (RawRouting.Target target : blueprint.routing().targets()) {
        Value at = target.optionsAt().get("topic");
        if (at != null) {
          check(target.options().getOrDefault("topic", ""), at, names);
        }
      }
    }
  }

  private static void check(String topic, Value at, List<String> blueprints) {
    if (topic.startsWith(OF_KAFKA)) {
      at.problem("'" + topic + "' is a topic of Kafka's own.", "Choose another name.");
    } else if (blueprints.stream().anyMatch(name -> topic.startsWith(Names.topic(name, "")))) {
      at.problem("'" + topic + "' is a topic of Leat's own.", "Choose another name.");
    }
  }
}
