package io.leat.state;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A period of a stream that was judged once more.
 *
 * @param from records received from here on
 * @param to up to here, which is not part of it
 * @param target the shadow table's name
 * @param isNamed whether somebody asked for that name
 * @param bounds how far into the log it reaches; null until it begins
 * @param rules a fingerprint of what its records were judged by; null until it begins
 * @param comparison with what was there before, as JSON; null until it is built
 * @param failure why it ended or cannot go on, in words
 */
public record Replay(
    long id,
    String blueprint,
    String stream,
    Instant from,
    Instant to,
    String target,
    boolean isNamed,
    ReplayState state,
    @Nullable Bounds bounds,
    @Nullable String rules,
    @Nullable String comparison,
    @Nullable String failure,
    String requestedBy,
    Instant requestedAt,
    Instant changedAt) {

  /**
   * How far into the log a replay reaches.
   *
   * @param epoch the present log epoch
   * @param before by partition, the first offset that is not part of it
   */
  public record Bounds(int epoch, Map<Integer, Long> before) {
    public Bounds {
      before = Map.copyOf(before);
    }
  }

  /** The stream's name with its blueprint's. */
  public String topic() {
    return io.leat.event.Names.topic(blueprint, stream);
  }
}
