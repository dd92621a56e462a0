package io.leat.stream.detect;

import io.leat.rules.detect.DetectorKind;
import io.leat.rules.detect.DetectorSpec;
import io.leat.stream.StreamPlan;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the {@code detect} job needs to know of one stream, in a form that travels.
 *
 * @param blueprint the blueprint's name
 * @param blueprintVersion a hash of its files
 * @param stream how its records are read
 * @param detectors those that read this stream; one that reads several is in the plan of each
 */
public record DetectPlan(
    String blueprint, String blueprintVersion, StreamPlan stream, List<Versioned> detectors)
    implements Serializable {
  public DetectPlan {
    detectors = new ArrayList<>(detectors);
  }

  /**
   * A detector.
   *
   * @param version a hash of its definition
   */
  public record Versioned(DetectorSpec spec, String version) implements Serializable {}

  static boolean isSilence(Versioned detector) {
    return detector.spec().kind() instanceof DetectorKind.Silence;
  }

  /** What is said of this stream alone comes from here. */
  AlertOrigin origin() {
    return new AlertOrigin(
        blueprint, blueprintVersion, new TreeMap<>(Map.of(stream.topic(), stream.stream())));
  }

  /** How long accepting time stands still after gateways were away: the longest that one wants. */
  static Duration grace(List<DetectPlan> plans) {
    Duration longest = Duration.ZERO;
    for (DetectPlan plan : plans) {
      for (Versioned one : plan.detectors) {
        if (one.spec().kind() instanceof DetectorKind.Silence silence
            && silence.grace().compareTo(longest) > 0) {
          longest = silence.grace();
        }
      }
    }
    return longest;
  }
}
