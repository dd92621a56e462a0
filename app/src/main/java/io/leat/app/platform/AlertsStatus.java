package io.leat.app.platform;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.action.intake.AlertsPutAside;
import io.leat.action.intake.AlertsPutAside.OfBlueprint;
import io.leat.action.intake.AlertsPutAside.PutAside;
import io.leat.app.incidents.AlertsIn;
import io.leat.http.Principal;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** How alerts come in, and which could not, for {@code GET /v1/status}. */
final class AlertsStatus {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final OfBlueprint NONE = new OfBlueprint(0, List.of());

  /** Of what was put aside, the newest of each blueprint; the table has the others. */
  private static final int SHOWN = 5;

  private final Supplier<Map<String, AlertsIn>> alerts;
  private final AlertsPutAside putAside;

  /**
   * @param alerts how they come in, by blueprint
   */
  AlertsStatus(Supplier<Map<String, AlertsIn>> alerts, AlertsPutAside putAside) {
    this.alerts = alerts;
    this.putAside = putAside;
  }

  /** What was put aside, by blueprint; asks PostgreSQL. */
  Map<String, OfBlueprint> putAside() {
    return putAside.of(alerts.get().keySet(), SHOWN);
  }

  /**
   * The answer, of the blueprints that the principal may read.
   *
   * @param kept what was put aside; null when PostgreSQL did not tell
   */
  ArrayNode json(Principal principal, @Nullable Map<String, OfBlueprint> kept) {
    ArrayNode all = JSON.createArrayNode();
    new TreeMap<>(alerts.get())
        .forEach(
            (blueprint, in) -> {
              if (principal.mayRead(blueprint + ".*")) {
                ObjectNode one =
                    all.addObject()
                        .put("blueprint", blueprint)
                        .put("waiting", in.waiting())
                        .put("problem", in.problem());
                putAside(one, kept == null ? null : kept.getOrDefault(blueprint, NONE));
              }
            });
    return all;
  }

  private static void putAside(ObjectNode one, @Nullable OfBlueprint kept) {
    one.put("put_aside", kept == null ? null : kept.count());
    ArrayNode newest = one.putArray("newest_put_aside");
    for (PutAside record : kept == null ? List.<PutAside>of() : kept.newest()) {
      newest
          .addObject()
          .put("partition", record.partition())
          .put("epoch", record.epoch())
          .put("offset", record.offset())
          .put("type", record.type())
          .put("length", record.length())
          .put("reason", record.reason())
          .put("at", record.at().toString());
    }
  }
}
