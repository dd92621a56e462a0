package io.leat.app.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.leat.app.demo.Observed.Incident;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A machine to which something happens. It goes on when Leat has seen what it did before, not after
 * a time, so that a slow computer makes no difference. Owned by one thread.
 */
final class TroubledMachine {
  private static final int STORM = 25;
  private static final Duration BETWEEN_FAULTS = Duration.ofMillis(20);
  private static final Duration BETWEEN_READINGS = Duration.ofMillis(100);

  /** Longer ago than a machine may take to cool down by itself. */
  private static final Duration HOT_SINCE = Duration.ofSeconds(690);

  /** How far apart are the readings that it kept while it was cut off. */
  private static final Duration KEPT_EACH = Duration.ofSeconds(20);

  private static final double WELL_C = 42;
  private static final double WARM_C = 80;
  private static final double HOT_C = 91;

  final String id;
  final Trouble trouble;
  private final String run;
  private Step step = Step.UNKNOWN;
  private long events;

  /** How far it is. */
  private enum Step {
    UNKNOWN,
    IN_TROUBLE,
    RECOVERING,
    DONE
  }

  /**
   * @param run part of every event id
   */
  TroubledMachine(String id, Trouble trouble, String run) {
    this.id = id;
    this.trouble = trouble;
    this.run = run;
  }

  boolean isDone() {
    return step == Step.DONE;
  }

  /** What its heartbeats say; null when it sends none. */
  @Nullable String firmware() {
    boolean isBefore = step == Step.UNKNOWN;
    return switch (trouble) {
      case OFFLINE -> step == Step.IN_TROUBLE ? null : "4.12.1";
      case LOST -> isBefore ? "4.12.1" : null;
      case NEW_FIRMWARE -> isBefore ? "4.12.1" : "5.0.0";
      default -> "4.12.1";
    };
  }

  /**
   * Goes on as far as what is observed allows.
   *
   * @return what it says besides heartbeats
   */
  List<DemoRecord> next(Observed observed, Instant now) {
    switch (step) {
      case UNKNOWN -> {
        if (!isKnown(observed.rows().get(id))) {
          return greeting(now);
        }
        step = trouble.detector() == null ? Step.DONE : Step.IN_TROUBLE;
        return beginning(now);
      }
      case IN_TROUBLE -> {
        if (isAsItMust(observed, true)) {
          step = trouble.ends() ? Step.RECOVERING : Step.DONE;
          return trouble.ends() ? ending(now) : List.of();
        }
      }
      case RECOVERING -> step = isAsItMust(observed, false) ? Step.DONE : step;
      case DONE -> {}
    }
    return List.of();
  }

  /** Whether the detectors have read each stream that it speaks in. */
  private boolean isKnown(@Nullable JsonNode row) {
    return row != null
        && row.path("firmware").isTextual()
        && row.path("temperature_c").isNumber()
        && (trouble != Trouble.FAULT_STORM || row.path("code").isTextual());
  }

  private boolean isAsItMust(Observed observed, boolean isOpen) {
    String detector = Objects.requireNonNull(trouble.detector());
    List<Incident> incidents = observed.incidents(detector, id);
    if (incidents.isEmpty()) {
      return false;
    }
    Incident incident = incidents.get(0);
    // What ends by itself may have ended before one looked.
    boolean isSo = incident.isOpen() == isOpen || (isOpen && !trouble.isTicket());
    String ticket = isOpen ? Observed.TICKET_NEW : Observed.TICKET_RESOLVED;
    return isSo && (!trouble.isTicket() || observed.ticketsOf(incident).contains(ticket));
  }

  private List<DemoRecord> greeting(Instant now) {
    List<DemoRecord> records = new ArrayList<>();
    boolean isCutOff = trouble == Trouble.NOT_RECOVERED;
    records.add(reading(isCutOff ? now.minus(HOT_SINCE).minus(KEPT_EACH) : now, WELL_C));
    if (trouble == Trouble.FAULT_STORM) {
      records.add(fault(now, "info"));
    }
    return records;
  }

  private List<DemoRecord> beginning(Instant now) {
    List<DemoRecord> records = new ArrayList<>();
    switch (trouble) {
      case OVERHEATING -> hot(3, now, records);
      case NEARLY_OVERHEATING -> {
        hot(2, now, records);
        records.add(reading(now, WELL_C));
      }
      case NOT_RECOVERED -> {
        records.add(reading(now.minus(HOT_SINCE), HOT_C));
        Instant kept = now.minus(HOT_SINCE).plus(KEPT_EACH);
        for (; kept.isBefore(now); kept = kept.plus(KEPT_EACH)) {
          records.add(reading(kept, WARM_C));
        }
      }
      case FAULT_STORM -> {
        for (int i = STORM - 1; i >= 0; i--) {
          records.add(fault(now.minus(BETWEEN_FAULTS.multipliedBy(i)), "minor"));
        }
      }
      case OFFLINE, LOST, NEW_FIRMWARE -> {}
    }
    return records;
  }

  private void hot(int times, Instant now, List<DemoRecord> records) {
    for (int i = times; i > 0; i--) {
      records.add(reading(now.minus(BETWEEN_READINGS.multipliedBy(i)), HOT_C + times - i));
    }
  }

  private List<DemoRecord> ending(Instant now) {
    boolean isHot = trouble == Trouble.OVERHEATING || trouble == Trouble.NOT_RECOVERED;
    return isHot ? List.of(reading(now, WELL_C)) : List.of();
  }

  private DemoRecord reading(Instant time, double temperature) {
    return record("telemetry", begin(time).number("temperature_c", temperature));
  }

  private DemoRecord fault(Instant time, String severity) {
    JsonLine line =
        begin(time)
            .text("code", "NET-FLAP")
            .text("severity", severity)
            .text("message", "The link goes up and down.")
            .text("component", "modem");
    return record("fault", line);
  }

  private JsonLine begin(Instant time) {
    return new JsonLine()
        .text("event_id", id + "-" + run + "-" + events++)
        .text("device_id", id)
        .text("ts", FleetMessages.text(time));
  }

  private DemoRecord record(String stream, JsonLine line) {
    return new DemoRecord(stream, id, line.text().getBytes(StandardCharsets.UTF_8), Fate.PROCESSED);
  }
}
