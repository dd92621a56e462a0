package io.leat.stream;

import io.leat.lake.EventTables;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.runtime.typeutils.InternalTypeInfo;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.BooleanType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.VarBinaryType;
import org.apache.flink.table.types.logical.VarCharType;
import org.apache.iceberg.Schema;
import org.apache.iceberg.flink.FlinkSchemaUtil;
import org.apache.iceberg.types.Types;

/**
 * The shape of a row on its way from the parser to deduplication: the processed table's columns,
 * and behind them what deduplication needs. The Parquet writer addresses columns by position and
 * never sees the tail.
 */
final class Candidates {
  static final int TAIL = 6;

  final int arity;
  final int entityKey;
  final int payload;

  /** Event ids that Leat made are new by construction: whether this is one. */
  final int supplied;

  final int idHigh;
  final int idLow;
  final int payloadHash;
  final int extra;
  final int eventId;
  final int eventTime;
  final int receivedAt;
  final int source;
  final int client;
  final int quality;
  final int schemaVersion;
  final int logEpoch;
  final int logPartition;
  final int logOffset;

  Candidates(Schema processed) {
    Types.StructType table = processed.asStruct();
    List<Types.NestedField> fields = table.fields();
    int columns = fields.size();
    this.entityKey = columns;
    this.payload = columns + 1;
    this.supplied = columns + 2;
    this.idHigh = columns + 3;
    this.idLow = columns + 4;
    this.payloadHash = columns + 5;
    this.arity = columns + TAIL;
    this.extra = position(table, EventTables.EXTRA);
    this.eventId = position(table, EventTables.EVENT_ID);
    this.eventTime = position(table, EventTables.EVENT_TIME);
    this.receivedAt = position(table, EventTables.RECEIVED_AT);
    this.source = position(table, EventTables.SOURCE);
    this.client = position(table, EventTables.CLIENT);
    this.quality = position(table, EventTables.QUALITY);
    this.schemaVersion = position(table, EventTables.SCHEMA_VERSION);
    this.logEpoch = position(table, EventTables.LOG_EPOCH);
    this.logPartition = position(table, EventTables.LOG_PARTITION);
    this.logOffset = position(table, EventTables.LOG_OFFSET);
  }

  /** Flink's type of a candidate. */
  static TypeInformation<RowData> type(Schema processed) {
    List<RowType.RowField> fields = new ArrayList<>(FlinkSchemaUtil.convert(processed).getFields());
    fields.add(new RowType.RowField("entity_key", new VarCharType(VarCharType.MAX_LENGTH)));
    fields.add(new RowType.RowField("payload", new VarBinaryType(VarBinaryType.MAX_LENGTH)));
    fields.add(new RowType.RowField("supplied_id", new BooleanType(false)));
    fields.add(new RowType.RowField("id_high", new BigIntType(false)));
    fields.add(new RowType.RowField("id_low", new BigIntType(false)));
    fields.add(new RowType.RowField("payload_hash", new BigIntType(false)));
    return InternalTypeInfo.of(new RowType(fields));
  }

  private static int position(Types.StructType table, String name) {
    return table.fields().indexOf(table.field(name));
  }
}
