package io.leat.stream;

import io.leat.lake.EventTables;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.runtime.typeutils.InternalTypeInfo;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.util.OutputTag;
import org.apache.iceberg.Schema;
import org.apache.iceberg.flink.FlinkSchemaUtil;

/** The side outputs of the lake job's operators. */
final class Outputs {
  static final OutputTag<RowData> RAW = tag("raw", EventTables.raw());
  static final OutputTag<RowData> QUARANTINE = tag("quarantine", EventTables.quarantine());
  static final OutputTag<RowData> LEDGER = tag("ledger", EventTables.ledger());

  private Outputs() {}

  static TypeInformation<RowData> type(Schema schema) {
    RowType rowType = FlinkSchemaUtil.convert(schema);
    return InternalTypeInfo.of(rowType);
  }

  private static OutputTag<RowData> tag(String name, Schema schema) {
    return new OutputTag<>(name, type(schema));
  }
}
