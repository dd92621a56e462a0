package io.leat.action.target;

import io.leat.action.twin.ServiceNowTwin;
import io.leat.action.twin.TwinFault;
import io.leat.action.twin.TwinFaults;
import io.leat.action.twin.TwinSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.NullUnmarked;

/** The contract over a twin of ServiceNow. */
@NullUnmarked
abstract class ServiceNowContractTest extends RemoteTargetContractTest {
  private static final TwinFaults FAULTS =
      new TwinFaults(0, 0, 0, 0, Duration.ofSeconds(1), Duration.ofMinutes(2), Duration.ZERO);

  ServiceNowTwin twin;

  /** The time of the twin's clock; null: as it passes. */
  volatile Instant time;

  private int port;

  @Override
  String kind() {
    return "servicenow";
  }

  @Override
  void start() throws Exception {
    twin =
        new ServiceNowTwin(
            places.vertx,
            TwinSettings.of(port, Map.of("leat", "hunter2-password", "ann", "hunter2-ann"))
                .withFaults(FAULTS, 1),
            () -> time == null ? Instant.now() : time);
    port = twin.uri().getPort();
    places.secrets.put("servicenow", "leat:hunter2-password");
  }

  @Override
  void stop() {
    twin.close();
  }

  @Override
  void next(Fault fault) {
    switch (fault) {
      case BUSY -> twin.next(TwinFault.THROTTLE);
      case BROKEN -> twin.next(TwinFault.FAIL);
      case UNKNOWN_CALLER -> places.secrets.put("servicenow", "leat:hunter2-wrong");
      case DENIED -> twin.next(TwinFault.DENY);
      case SILENT -> twin.next(TwinFault.TIME_OUT);
      case ENDLESS -> twin.next(TwinFault.ENDLESS);
      case DRIP -> twin.next(TwinFault.DRIP);
    }
  }

  @Override
  Optional<Duration> retryAfter() {
    return Optional.of(Duration.ofSeconds(1));
  }

  @Override
  int requests() {
    return (int) twin.statistics().requests();
  }

  final String url() {
    return "http://place.example:" + port;
  }
}
