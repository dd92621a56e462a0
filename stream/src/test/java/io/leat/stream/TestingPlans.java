package io.leat.stream;

import io.leat.event.Timestamps;
import io.leat.lake.EventTables;
import io.leat.rules.QualityRule;
import io.leat.schema.InvalidSchemaException;
import io.leat.schema.StreamSchema;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.TypeUtil;

/** A small stream, and records of it. */
final class TestingPlans {
  static final Instant RECEIVED = Instant.parse("2026-11-21T10:00:00Z");

  static final String SCHEMA =
      """
      {"type": "object", "required": ["device_id"], "properties": {
        "device_id": {"type": "string"},
        "ts": {"type": "string", "format": "date-time"},
        "seq": {"type": "integer"},
        "temperature_c": {"type": "number"},
        "ok": {"type": "boolean"},
        "day": {"type": "string", "format": "date"},
        "location": {"type": "object", "properties": {"lat": {"type": "number"}, "lon": {"type": "number"}}},
        "tags": {"type": "array", "items": {"type": "string"}},
        "free": {}
      }}
      """;

  private TestingPlans() {}

  static StreamPlan plan() {
    StreamSchema schema;
    try {
      schema = StreamSchema.parse(SCHEMA);
    } catch (InvalidSchemaException e) {
      throw new IllegalStateException(e);
    }
    Schema processed = TypeUtil.assignIncreasingFreshIds(EventTables.processed(schema.columns()));
    return new StreamPlan(
        "telemetry",
        "devices.telemetry",
        0,
        SCHEMA,
        processed,
        "ts",
        Duration.ofHours(24),
        Duration.ofDays(400),
        Duration.ofMinutes(10),
        List.of(
            new StreamPlan.Rule(
                "plausible",
                "temperature_c > -60 && temperature_c < 150",
                QualityRule.Otherwise.QUARANTINE),
            new StreamPlan.Rule("warm", "temperature_c < 100", QualityRule.Otherwise.FLAG)));
  }

  static LogRecord record(long offset, String device, String id, String json) {
    LogRecord log = new LogRecord();
    log.partition = Math.floorMod(device.hashCode(), 4);
    log.offset = offset;
    log.timestamp = RECEIVED.toEpochMilli();
    log.receivedMicros = Timestamps.toMicros(RECEIVED) + offset;
    log.key = bytes(device);
    log.id = bytes(id);
    log.client = bytes("client-1");
    log.source = bytes("//test");
    log.schemaVersion = 1;
    log.value = bytes(json);
    return log;
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
