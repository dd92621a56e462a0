package io.leat.rules.alert;

import io.leat.event.LogPosition;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An episode began or ended: a machine went offline, a threshold was crossed, it is well again. The
 * same events in the same order make the same alerts, with the same ids.
 *
 * @param id of the episode, the same when it begins and when it ends; {@link AlertId}
 * @param state whether it began or ended
 * @param blueprint whose detector says so
 * @param blueprintVersion which version of the blueprint: a hash of its files
 * @param detector the detector's name
 * @param detectorVersion which version of its definition: a hash of it
 * @param kind the detector's kind, as in YAML: {@code threshold}
 * @param stream the stream of the events, without the blueprint's name
 * @param key the entity; empty when the detector looks at all together
 * @param severity how bad
 * @param summary one sentence for people, from the detector's template
 * @param startedAt when the episode began, by the events' own time
 * @param at when this state began, by the events' own time; for what only the passing of time
 *     shows, the time that had passed
 * @param values what was measured, by name: text, numbers, booleans; what the summary is made of
 * @param labels from the detector's declaration, for routing and grouping
 * @param evidence the events that show it, at most {@value #MOST_EVIDENCE}, in their order; when it
 *     is over, the one that the id is made of stands first
 * @param runbook what to do about it; null when the detector names none
 * @param generation of the detector's task: grows with each restore
 * @param detectedAt when the processor wrote this, for measuring delays
 */
public record Alert(
    String id,
    State state,
    String blueprint,
    String blueprintVersion,
    String detector,
    String detectorVersion,
    String kind,
    String stream,
    String key,
    Severity severity,
    String summary,
    Instant startedAt,
    Instant at,
    Map<String, Object> values,
    Map<String, String> labels,
    List<LogPosition> evidence,
    @Nullable String runbook,
    long generation,
    Instant detectedAt) {
  /** More positions than these are not kept: the first and the newest are. */
  public static final int MOST_EVIDENCE = 20;

  /** Whether an episode goes on. */
  public enum State {
    FIRING,
    RESOLVED
  }

  public Alert {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    labels = Map.copyOf(labels);
    evidence = List.copyOf(evidence);
    if (evidence.size() > MOST_EVIDENCE) {
      throw new IllegalArgumentException("too much evidence: " + evidence.size());
    }
  }
}
