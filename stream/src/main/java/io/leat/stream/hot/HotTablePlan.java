package io.leat.stream.hot;

import io.leat.blueprint.HotTableSpec;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What a table keeps of one stream, in a form that travels.
 *
 * @param table the table's name
 * @param stream the stream's name
 * @param columns of the stream's schema, in the table's order
 * @param ttl how long an entity stays after its newest event was accepted
 */
public record HotTablePlan(String table, String stream, List<String> columns, Duration ttl)
    implements Serializable {
  public HotTablePlan {
    columns = new ArrayList<>(columns);
  }

  /** One for each stream of the table. */
  public static List<HotTablePlan> of(HotTableSpec spec) {
    List<HotTablePlan> plans = new ArrayList<>();
    spec.from()
        .forEach(
            (stream, columns) ->
                plans.add(new HotTablePlan(spec.name(), stream, columns, spec.ttl())));
    return plans;
  }
}
