package io.leat.event;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a gateway says each second, in order, on the topic {@link Names#markersTopic}: I am there
 * and accept events, and what I had accepted until now stands in the log before these offsets. By
 * it the processor knows how late it is; that no events come then means that none were sent.
 *
 * <p>As text in UTF-8: a line {@code <gateway>;<at>}, and one {@code <stream>/<partition>=<offset>}
 * for each partition.
 *
 * @param gateway names the gateway's process
 * @param at by the gateway's clock, milliseconds since 1970-01-01T00:00:00Z
 * @param before by stream and partition, the first offset behind what it knows to be logged
 */
public record Marker(String gateway, long at, Map<String, Map<Integer, Long>> before) {
  public Marker {
    Map<String, Map<Integer, Long>> copy = new HashMap<>();
    before.forEach((stream, offsets) -> copy.put(stream, Map.copyOf(offsets)));
    before = Map.copyOf(copy);
  }

  /** The record's value. */
  public byte[] encode() {
    StringBuilder text = new StringBuilder(gateway).append(';').append(at);
    new TreeMap<>(before)
        .forEach(
            (stream, offsets) ->
                new TreeMap<>(offsets)
                    .forEach(
                        (partition, offset) ->
                            text.append('\n')
                                .append(stream)
                                .append('/')
                                .append(partition)
                                .append('=')
                                .append(offset)));
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Reads a record's value.
   *
   * @throws IllegalArgumentException if it is not one
   */
  public static Marker decode(byte[] value) {
    String[] lines = new String(value, StandardCharsets.UTF_8).split("\n", -1);
    int semicolon = lines[0].lastIndexOf(';');
    if (semicolon < 0) {
      throw new IllegalArgumentException("not a marker: it has no time");
    }
    Map<String, Map<Integer, Long>> before = new HashMap<>();
    for (int i = 1; i < lines.length; i++) {
      int slash = lines[i].indexOf('/');
      int equals = lines[i].indexOf('=', slash + 1);
      if (slash < 0 || equals < 0) {
        throw new IllegalArgumentException("not a marker: line " + (i + 1));
      }
      before
          .computeIfAbsent(lines[i].substring(0, slash), stream -> new HashMap<>())
          .put(
              Integer.valueOf(lines[i].substring(slash + 1, equals)),
              Long.valueOf(lines[i].substring(equals + 1)));
    }
    return new Marker(
        lines[0].substring(0, semicolon),
        Long.parseLong(lines[0].substring(semicolon + 1)),
        before);
  }
}
