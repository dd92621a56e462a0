package io.leat.rules.incident;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which incidents go to which targets.
 *
 * @param name unique in its blueprint; {@code default} takes what no other route took
 * @param pattern an EventBridge pattern, as JSON, over {@code {"source": "leat.<blueprint>",
 *     "detail-type": "incident", "detail": <the alert>}}; null for {@code default}
 * @param to names of targets
 */
public record RouteSpec(String name, @Nullable String pattern, List<String> to) {
  /** The route that takes what no other took; each blueprint with detectors has it. */
  public static final String DEFAULT = "default";

  public RouteSpec {
    to = List.copyOf(to);
  }
}
