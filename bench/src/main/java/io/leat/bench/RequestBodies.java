package io.leat.bench;

import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.SplittableRandom;

/**
 * NDJSON bodies that are made once and get new event ids for each request, so that the load costs
 * little to make. For one thread.
 */
final class RequestBodies {
  /** How many different bodies there are; only ids are new when they come again. */
  private static final int BODIES = 20;

  private final SplittableRandom ids;
  private final byte[][] bodies = new byte[BODIES][];
  private final int[][] lines = new int[BODIES][];
  private int next;

  /**
   * @param batch events of a body
   */
  RequestBodies(long seed, int batch) {
    this.ids = new SplittableRandom(~seed);
    EventGenerator events =
        new EventGenerator(seed, Instant.now().minusMillis((long) BODIES * batch));
    for (int i = 0; i < BODIES; i++) {
      ByteArrayOutputStream body = new ByteArrayOutputStream(batch * 256);
      lines[i] = new int[batch + 1];
      for (int line = 0; line < batch; line++) {
        body.writeBytes(events.next().json());
        body.write('\n');
        lines[i][line + 1] = body.size();
      }
      bodies[i] = body.toByteArray();
    }
  }

  /**
   * A body; good until the same one comes again.
   *
   * @param bytes holds it
   * @param length how many of them are the body
   */
  record Body(byte[] bytes, int length) {}

  /** A body of new events. */
  Body next(int events) {
    byte[] body = bodies[next];
    int[] starts = lines[next];
    next = (next + 1) % BODIES;
    for (int line = 0; line < events; line++) {
      EventGenerator.writeId(ids, body, starts[line] + EventGenerator.ID_AT);
    }
    return new Body(body, starts[events]);
  }
}
