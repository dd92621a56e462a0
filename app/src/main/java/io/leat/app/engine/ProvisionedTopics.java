package io.leat.app.engine;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

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

  /** The differences that stand in the way. */
  public List<TopicFinding> refusals() {
    return findings.stream().filter(f -> f.kind() == TopicFinding.Kind.REFUSED).toList();
  }

  /**
   * Returns when nothing stands in the way.
   *
   * @throws LeatException {@link ErrorCode#DESTRUCTIVE_CHANGE} with all refusals
   */
  public ProvisionedTopics orThrow() {
    if (!refusals().isEmpty()) {
      throw new LeatException(
          ErrorCode.DESTRUCTIVE_CHANGE,
          refusals().stream().map(TopicFinding::toString).collect(Collectors.joining("\n")));
    }
    return this;
  }
}
