package io.leat.stream.hot;

import io.leat.event.LogPosition;
import io.leat.event.Timestamps;
import io.leat.schema.Column;
import io.leat.stream.CleanRow;
import io.leat.stream.StreamPlan;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.flink.table.data.RowData;

/** Makes of a stream's rows what its tables keep. Not thread-safe. */
final class HotRows {
  private final String blueprint;
  private final String stream;
  private final List<Part> parts = new ArrayList<>();
  private final CleanRow row;

  /** A table, and the columns that it keeps: their positions among those of the stream. */
  private record Part(HotTablePlan table, List<Column> columns, List<Integer> positions) {}

  HotRows(String blueprint, StreamPlan plan, List<HotTablePlan> tables) {
    this.blueprint = blueprint;
    this.stream = plan.stream();
    this.row = new CleanRow(plan);
    List<Column> all = CleanRow.columns(plan);
    List<String> names = all.stream().map(Column::name).toList();
    for (HotTablePlan table : tables) {
      List<Integer> positions = table.columns().stream().map(names::indexOf).toList();
      if (positions.contains(-1)) {
        throw new IllegalArgumentException(
            "the table " + table.table() + " has columns that " + stream + " has not");
      }
      parts.add(new Part(table, positions.stream().map(all::get).toList(), positions));
    }
  }

  /** One for each table. */
  void each(RowData value, Consumer<HotWrite> taking) {
    CleanRow present = row.at(value);
    String key = HotJson.sound(present.key());
    if (key.isEmpty()) {
      return; // written to the topic by somebody else than a gateway: about no entity
    }
    LogPosition position = present.position();
    Instant received = Timestamps.ofMicros(present.received());
    Instant time = Timestamps.ofMicros(present.time());
    for (Part part : parts) {
      HotJson json = new HotJson();
      for (int i = 0; i < part.positions().size(); i++) {
        json.put(part.columns().get(i), present.value(part.positions().get(i)));
      }
      taking.accept(
          new HotWrite(
              blueprint,
              part.table().table(),
              key,
              stream,
              position,
              received,
              time,
              json.toString(),
              received.plus(part.table().ttl())));
    }
  }
}
