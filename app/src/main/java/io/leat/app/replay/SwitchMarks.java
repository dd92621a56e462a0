package io.leat.app.replay;

import java.util.HashMap;
import java.util.Map;

/**
 * Says of each stream how often its tables were switched: whoever reads several tables of it knows
 * from two equal, even numbers that they belonged together. Thread-safe.
 */
public final class SwitchMarks {
  private final Map<String, Long> marks = new HashMap<>();

  /** A number that grows with the begin and the end of each switch; odd in between. */
  public synchronized long of(String topic) {
    return marks.getOrDefault(topic, 0L);
  }

  /** A switch begins, or goes on after it was broken off. */
  synchronized void begin(String topic) {
    marks.put(topic, of(topic) | 1);
  }

  /** It has ended. */
  synchronized void end(String topic) {
    marks.put(topic, (of(topic) | 1) + 1);
  }
}
