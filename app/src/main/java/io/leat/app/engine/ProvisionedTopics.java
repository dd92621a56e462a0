package io.leat.app.engine;

import java.util.List;
import java.util.Map;

/**
 * What {@link Topics} found and did.
 *
 * @param ids Kafka's id of each topic: it changes when a topic is deleted and created again, which
 *     begins a new log epoch
 * @param created the topics that were missing
 * @param findings all differences, in the order of the descriptions
 */
public record ProvisionedTopics(
    Map<String, String> ids, List<String> created, List<TopicFinding> findings) {
  public ProvisionedTopics {
    ids = Map.copyOf(ids);
    created = List.copyOf(created);
    findings = List.copyOf(findings);
  }
}
