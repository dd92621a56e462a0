package io.leat.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.util.SplittableRandom;

/**
 * Seeded events of 12 properties and about 230 bytes: the same seed makes the same events. For one
 * thread.
 */
final class EventGenerator {
  /** {@code "event_id"} comes first: its value begins here in the JSON. */
  static final int ID_AT = "{\"event_id\":\"".length();

  /** Length of an id: 32 hexadecimal digits and 4 hyphens. */
  static final int ID_LENGTH = 36;

  private static final int DEVICES = 5_000;
  private static final String FORM = "00000000-0000-4000-8000-000000000000";
  private static final byte[] DIGITS = "0123456789abcdef".getBytes(UTF_8);

  private final SplittableRandom random;
  private final long startMillis;
  private long made;

  /**
   * @param start time of the first event; a thousand follow each second
   */
  EventGenerator(long seed, Instant start) {
    this.random = new SplittableRandom(seed);
    this.startMillis = start.toEpochMilli();
  }

  /**
   * An event.
   *
   * @param id its id, UTF-8
   * @param device its entity key, UTF-8
   * @param time RFC 3339
   * @param json the record
   */
  record Event(byte[] id, byte[] device, String time, byte[] json) {}

  /** An event with all its properties. */
  Event next() {
    byte[] id = nextId();
    String device = device();
    String time = time();
    String json =
        "{\"event_id\":\""
            + new String(id, UTF_8)
            + "\",\"device_id\":\""
            + device
            + "\",\"ts\":\""
            + time
            + "\",\"seq\":"
            + made
            + ",\"temperature_c\":"
            + random.nextInt(-1_000, 6_000) / 100.0
            + ",\"humidity\":"
            + random.nextInt(1_000) / 10.0
            + ",\"pressure\":"
            + random.nextInt(9_800, 10_300) / 10.0
            + ",\"battery\":"
            + random.nextInt(101)
            + ",\"cpu\":"
            + random.nextInt(1_000) / 10.0
            + ",\"status\":\"ok\",\"firmware\":\"1.4."
            + random.nextInt(9)
            + "\",\"site\":\"s-"
            + random.nextInt(40)
            + "\"}";
    made++;
    return new Event(id, device.getBytes(UTF_8), time, json.getBytes(UTF_8));
  }

  /** An event that has little but its id: fills deduplication's memory at less cost. */
  Event nextSmall() {
    byte[] id = nextId();
    String device = device();
    String time = time();
    String json = "{\"device_id\":\"" + device + "\",\"ts\":\"" + time + "\",\"seq\":" + made + "}";
    made++;
    return new Event(id, device.getBytes(UTF_8), time, json.getBytes(UTF_8));
  }

  private byte[] nextId() {
    byte[] id = FORM.getBytes(UTF_8);
    writeId(random, id, 0);
    return id;
  }

  private String device() {
    return "dev-" + random.nextInt(DEVICES);
  }

  private String time() {
    return Instant.ofEpochMilli(startMillis + made).toString();
  }

  /** Writes the digits of a random id over those of another. */
  static void writeId(SplittableRandom random, byte[] json, int at) {
    long bits = 0;
    int left = 0;
    for (int i = 0; i < ID_LENGTH; i++) {
      boolean isFixed = i == 8 || i == 13 || i == 18 || i == 23 || i == 14 || i == 19;
      if (!isFixed) {
        if (left == 0) {
          bits = random.nextLong();
          left = 16;
        }
        json[at + i] = DIGITS[(int) (bits & 15)];
        bits >>>= 4;
        left--;
      }
    }
  }
}
