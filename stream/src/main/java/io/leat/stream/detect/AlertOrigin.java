package io.leat.stream.detect;

import io.leat.event.LogPosition;
import io.leat.rules.detect.DetectorSpec;
import java.io.Serializable;
import java.util.List;
import java.util.TreeMap;

/**
 * Where alerts come from.
 *
 * @param blueprint the blueprint's name
 * @param blueprintVersion a hash of its files
 * @param streams by their topics, those whose events are judged
 */
record AlertOrigin(String blueprint, String blueprintVersion, TreeMap<String, String> streams)
    implements Serializable {

  /** The stream of the event that an episode began with, which is the first of its evidence. */
  String stream(DetectorSpec spec, List<LogPosition> evidence) {
    String stream = evidence.isEmpty() ? null : streams.get(evidence.get(0).topic());
    return stream == null ? spec.streams().get(0) : stream;
  }
}
