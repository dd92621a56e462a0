package io.leat.event;

import java.nio.charset.StandardCharsets;

/**
 * What Leat knows of a logged event beside its CloudEvents attributes, in the one header {@link
 * LogHeaders#FACTS}: {@code received;index;schema;supplied;layout;request;client} in UTF-8. One
 * header and not six, since reading headers is a visible part of the processor's work; outside the
 * {@code ce_} names, so that no sender can write it.
 *
 * @param receivedMicros when the gateway accepted the event, microseconds since
 *     1970-01-01T00:00:00Z
 * @param index the event's index in its request's batch, from 0
 * @param schemaVersion the version of the stream's schema that the gateway validated against
 * @param supplied which facts the server supplied, since the client did not: any of {@code i} (id)
 *     and {@code t} (time); {@code r} when the event was redriven: whoever made its id, it is the
 *     same as before
 * @param layout what the headers right behind this one are, one of {@link LogHeaders}' letters
 *     each: whoever reads them needs not look at their names, which is half the work of reading
 *     them
 * @param request the id of the HTTP request (or its like) that brought the event; without {@code ;}
 * @param client the id of the client whose credential sent the event
 */
public record LogFacts(
    long receivedMicros,
    int index,
    int schemaVersion,
    String supplied,
    String layout,
    String request,
    String client) {
  private static final int FIELDS = 7;

  /** The header's value. */
  public byte[] encode() {
    return (receivedMicros
            + ";"
            + index
            + ";"
            + schemaVersion
            + ";"
            + supplied
            + ";"
            + layout
            + ";"
            + request
            + ";"
            + client)
        .getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Reads a header's value.
   *
   * @throws IllegalArgumentException if it is not one
   */
  public static LogFacts decode(byte[] value) {
    String[] parts = new String(value, StandardCharsets.UTF_8).split(";", FIELDS);
    if (parts.length < FIELDS) {
      throw new IllegalArgumentException("not a header '" + LogHeaders.FACTS + "'");
    }
    return new LogFacts(
        Long.parseLong(parts[0]),
        Integer.parseInt(parts[1]),
        Integer.parseInt(parts[2]),
        parts[3],
        parts[4],
        parts[5],
        parts[6]);
  }
}
