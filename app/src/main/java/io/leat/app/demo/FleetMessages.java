package io.leat.app.demo;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** What the machines of the fleet say, as the devices blueprint's schemas want it. */
final class FleetMessages {
  private static final String[][] FAULTS = {
    {"DOOR-STUCK", "door", "The service door does not close."},
    {"DISP-JAM", "dispenser", "The dispenser is jammed."},
    {"CARD-READ", "card-reader", "The card reader does not answer."},
    {"PRN-PAPER", "printer", "The printer is out of paper."},
    {"FAN-SLOW", "cooling", "The fan turns too slowly."},
    {"NET-FLAP", "modem", "The link goes up and down."},
  };
  private static final String[] SEVERITIES = {"info", "minor", "minor", "major", "critical"};
  private static final String[] RESULTS = {
    "approved", "approved", "approved", "approved", "declined", "cancelled", "refunded"
  };
  private static final String[] SKUS = {"coffee", "water", "sandwich", "day-pass", "locker-4h"};
  private static final int[] PRICES = {220, 150, 480, 890, 600};

  private final Random random;
  private final Instant start;

  FleetMessages(Random random, Instant start) {
    this.random = random;
    this.start = start;
  }

  /** A message as it should be. */
  JsonLine of(String stream, Machine machine, String id, Instant time) {
    return switch (stream) {
      case "heartbeat" -> heartbeat(machine, id, time);
      case "telemetry" -> telemetry(machine, id, time);
      case "fault" -> fault(machine, id, time);
      default -> {
        int article = random.nextInt(SKUS.length);
        int quantity = 1 + random.nextInt(3);
        yield transaction(machine, id, time, (long) PRICES[article] * quantity)
            .raw(
                "items",
                "[{\"sku\":\"%s\",\"quantity\":%d,\"price_minor\":%d}]"
                    .formatted(SKUS[article], quantity, PRICES[article]));
      }
    };
  }

  /** The members that all messages share. */
  JsonLine bare(Machine machine, @Nullable String id, Instant time) {
    JsonLine line = new JsonLine();
    if (id != null) {
      line.text("event_id", id);
    }
    return line.text("device_id", machine.id).text("ts", text(time));
  }

  JsonLine heartbeat(Machine machine, @Nullable String id, Instant time) {
    long seconds = Math.max(0, Duration.between(start, time).toSeconds());
    return bare(machine, id, time)
        .text("firmware", machine.firmware)
        .number("uptime_s", machine.uptime(seconds))
        .raw(
            "network",
            "{\"type\":\"%s\",\"rssi_dbm\":%d}".formatted(machine.link, -40 - random.nextInt(60)));
  }

  JsonLine telemetry(Machine machine, String id, Instant time) {
    JsonLine line =
        bare(machine, id, time)
            .number("seq", machine.nextSequence())
            .number("temperature_c", machine.nextTemperature(random))
            .number("humidity_percent", 30 + random.nextInt(400) / 10.0)
            .number("battery_percent", machine.nextBattery(random))
            .raw("door_open", random.nextInt(20) == 0 ? "true" : "false");
    if (random.nextInt(4) == 0) {
      line.raw(
          "location",
          "{\"lat\":%s,\"lon\":%s,\"site\":\"%s\"}"
              .formatted(machine.latitude, machine.longitude, machine.site));
    }
    return line.raw("tags", "[\"" + machine.site + "\"]");
  }

  JsonLine fault(Machine machine, String id, Instant time) {
    String[] fault = FAULTS[Math.min(random.nextInt(8), FAULTS.length - 1)];
    return bare(machine, id, time)
        .text("code", fault[0])
        .text("severity", SEVERITIES[random.nextInt(SEVERITIES.length)])
        .text("message", fault[2])
        .text("component", fault[1]);
  }

  /** Without items. */
  JsonLine transaction(Machine machine, String id, Instant time, long amountMinor) {
    return bare(machine, id, time)
        .text("transaction_id", "t-" + id)
        .number("amount_minor", amountMinor)
        .text("currency", "EUR")
        .text("result", RESULTS[random.nextInt(RESULTS.length)]);
  }

  static String text(Instant time) {
    return time.truncatedTo(ChronoUnit.MILLIS).toString();
  }
}
