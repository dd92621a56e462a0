package io.leat.app.platform;

import io.leat.action.target.Heartbeat.HeartbeatSettings;
import io.leat.app.incidents.AlertsIn;
import io.leat.app.incidents.IncidentService;
import io.leat.app.incidents.KeptSecrets;
import io.leat.http.Health;
import io.leat.http.Routes;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts together what makes incidents of alerts, and has it follow the blueprints. Thread-safe. */
final class IncidentAssembly {
  private static final Logger log = LoggerFactory.getLogger(IncidentAssembly.class);

  private final Foundation foundation;
  private final MeterRegistry registry;
  private final InstantSource clock;
  private final Closing closing;
  private List<IncidentService.Followed> blueprints = List.of();
  private volatile @Nullable IncidentService service;

  IncidentAssembly(
      Foundation foundation, MeterRegistry registry, InstantSource clock, Closing closing) {
    this.foundation = foundation;
    this.registry = registry;
    this.clock = clock;
    this.closing = closing;
  }

  /**
   * The blueprints as they are from now on; before {@link #routes} they are remembered.
   *
   * @return what people should know of it
   */
  synchronized List<String> follow(Collection<Provisioning.Provisioned> provisioned) {
    blueprints =
        provisioned.stream()
            .map(made -> new IncidentService.Followed(made.blueprint(), made.alertsEpoch()))
            .toList();
    return service == null ? List.of() : service.follow(blueprints);
  }

  private static Optional<String> problem(Health health) {
    return health.report().entrySet().stream()
        .flatMap(one -> one.getValue().map(why -> one.getKey() + ": " + why).stream())
        .findFirst();
  }

  /** How alerts come in, by blueprint; nothing before {@link #routes}. */
  Map<String, AlertsIn> alerts() {
    IncidentService started = service;
    return started == null ? Map.of() : started.alerts();
  }

  private Optional<String> stuck() {
    String problems =
        alerts().values().stream()
            .flatMap(in -> Optional.ofNullable(in.problem()).stream())
            .collect(Collectors.joining("; "));
    return problems.isEmpty() ? Optional.empty() : Optional.of(problems);
  }

  /**
   * The routes; alerts are taken in and delivered from now on, and the monitor is told so.
   *
   * @param instance names this process for good
   * @param heartbeat where the monitor is; null when there is none
   */
  synchronized List<Routes> routes(
      Serving.Shared shared, String instance, @Nullable HeartbeatSettings heartbeat) {
    Map<String, Object> kafka = new HashMap<>();
    foundation.kafkaClient().forEach((key, value) -> kafka.put(String.valueOf(key), value));
    IncidentService started =
        closing.add(
            "incidents",
            new IncidentService(
                new IncidentService.Surroundings(
                    foundation.state(),
                    shared.vertx(),
                    shared.bodies(),
                    kafka,
                    new KeptSecrets(foundation.data().secrets(), System.getenv()),
                    instance,
                    clock,
                    registry)));
    service = started;
    started.follow(blueprints).forEach(log::info);
    started.start();
    // Events are accepted and processed without it, so readiness does not depend on it.
    shared.health().observe("alerts", this::stuck);
    if (heartbeat != null) {
      closing.add("heartbeat", started.beat(heartbeat, () -> problem(shared.health())));
    }
    List<Routes> routes = new ArrayList<>(started.routes());
    for (Routes one : routes) {
      if (one instanceof AutoCloseable closeable) {
        closing.add("requests about incidents", closeable);
      }
    }
    return routes;
  }
}
