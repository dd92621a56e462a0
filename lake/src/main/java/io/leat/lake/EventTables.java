package io.leat.lake;

import static org.apache.iceberg.types.Types.NestedField.optional;
import static org.apache.iceberg.types.Types.NestedField.required;

import io.leat.schema.Column;
import io.leat.schema.ColumnType;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/** The Iceberg schemas of the tables that events go to. */
public final class EventTables {
  /** Names of the columns that Leat adds to a processed table, in their order. */
  public static final String EXTRA = "_extra";

  public static final String EVENT_ID = "_event_id";
  public static final String EVENT_TIME = "_event_time";
  public static final String RECEIVED_AT = "_received_at";
  public static final String SOURCE = "_source";
  public static final String CLIENT = "_client";
  public static final String QUALITY = "_quality";
  public static final String SCHEMA_VERSION = "_schema_version";
  public static final String LOG_EPOCH = "_log_epoch";
  public static final String LOG_PARTITION = "_log_partition";
  public static final String LOG_OFFSET = "_log_offset";

  /** {@code payload_encoding} of a payload that is stored as it was received. */
  public static final String IDENTITY_ENCODING = "identity";

  /** Columns of a raw table by whose values nobody looks for files. */
  public static final Set<String> RAW_WITHOUT_BOUNDS =
      Set.of(
          "source",
          "type",
          "subject",
          "request_id",
          "supplied",
          "content_type",
          "payload",
          "payload_encoding",
          "key_ref");

  /** Columns of a processed table by whose values nobody looks for files. */
  public static final Set<String> PROCESSED_WITHOUT_BOUNDS = Set.of(SOURCE);

  private EventTables() {}

  /** A raw table: what was received, and where it stands in the log. Append-only. */
  public static Schema raw() {
    return new Schema(
        optional(1, "event_id", Types.StringType.get(), "The sender's id, or one that Leat gave"),
        optional(2, "source", Types.StringType.get(), "CloudEvents source"),
        optional(3, "type", Types.StringType.get(), "CloudEvents type"),
        optional(4, "subject", Types.StringType.get(), "CloudEvents subject"),
        optional(5, "event_time", Types.TimestampType.withZone(), "When it happened"),
        optional(6, "received_at", Types.TimestampType.withZone(), "When the gateway accepted it"),
        optional(7, "client", Types.StringType.get(), "The client whose credential sent it"),
        optional(8, "request_id", Types.StringType.get(), "The request that brought it"),
        optional(9, "request_index", Types.IntegerType.get(), "Its index in that request"),
        optional(
            10,
            "supplied",
            Types.StringType.get(),
            "What Leat supplied: i = id, t = time; r = redriven"),
        optional(11, "entity_key", Types.StringType.get(), "The log's key"),
        optional(12, "schema_version", Types.IntegerType.get(), "What it was validated against"),
        optional(13, "content_type", Types.StringType.get(), "Media type of the payload"),
        optional(
            14,
            "attributes",
            Types.MapType.ofOptional(15, 16, Types.StringType.get(), Types.StringType.get()),
            "CloudEvents extension attributes; leat_redrive: where a redriven event comes from"),
        required(17, "log_epoch", Types.IntegerType.get()),
        required(18, "log_partition", Types.IntegerType.get()),
        required(19, "log_offset", Types.LongType.get()),
        optional(20, "payload", Types.BinaryType.get(), "The original bytes"),
        required(
            21, "payload_encoding", Types.StringType.get(), "identity, or how it is enciphered"),
        optional(22, "key_ref", Types.StringType.get(), "The key that deciphers it"));
  }

  /**
   * A processed table: the schema's columns, then Leat's own. Field ids are fresh, to be assigned
   * by the catalog.
   */
  public static Schema processed(List<Column> columns) {
    AtomicInteger ids = new AtomicInteger();
    List<Types.NestedField> fields = new ArrayList<>();
    columns.forEach(column -> fields.add(field(column, ids)));
    fields.addAll(ownColumns(ids));
    return new Schema(fields);
  }

  private static List<Types.NestedField> ownColumns(AtomicInteger ids) {
    return List.of(
        own(ids, EXTRA, Types.StringType.get(), "What the schema does not declare, as JSON"),
        own(ids, EVENT_ID, Types.StringType.get(), "The sender's id, or one that Leat gave"),
        own(ids, EVENT_TIME, Types.TimestampType.withZone(), "When it happened"),
        own(ids, RECEIVED_AT, Types.TimestampType.withZone(), "When the gateway accepted it"),
        own(ids, SOURCE, Types.StringType.get(), "CloudEvents source"),
        own(ids, CLIENT, Types.StringType.get(), "The client whose credential sent it"),
        own(
            ids,
            QUALITY,
            Types.ListType.ofOptional(ids.incrementAndGet(), Types.StringType.get()),
            "The quality rules that the row breaks"),
        own(ids, SCHEMA_VERSION, Types.IntegerType.get(), "What it was validated against"),
        own(ids, LOG_EPOCH, Types.IntegerType.get(), "Lineage: the raw event's log epoch"),
        own(ids, LOG_PARTITION, Types.IntegerType.get(), "Lineage: the raw event's partition"),
        own(ids, LOG_OFFSET, Types.LongType.get(), "Lineage: the raw event's offset"));
  }

  /**
   * Records that the log holds but the processed table does not, with the reason. One table a
   * blueprint.
   */
  public static Schema quarantine() {
    return new Schema(
        required(1, "stream", Types.StringType.get()),
        required(2, "code", Types.StringType.get(), "Error code"),
        required(3, "reason", Types.StringType.get(), "In words"),
        required(4, "stage", Types.StringType.get(), "parse, quality or dedup"),
        optional(5, "event_id", Types.StringType.get()),
        optional(6, "entity_key", Types.StringType.get()),
        optional(7, "client", Types.StringType.get()),
        optional(8, "received_at", Types.TimestampType.withZone()),
        required(9, "quarantined_at", Types.TimestampType.withZone()),
        optional(10, "schema_version", Types.IntegerType.get()),
        required(11, "log_epoch", Types.IntegerType.get()),
        required(12, "log_partition", Types.IntegerType.get()),
        required(13, "log_offset", Types.LongType.get()),
        optional(14, "payload", Types.BinaryType.get(), "The original bytes"),
        required(15, "payload_encoding", Types.StringType.get()),
        optional(16, "key_ref", Types.StringType.get()));
  }

  /** Records that the gateway refused with 400 or 422. One table a blueprint. */
  public static Schema rejected() {
    return new Schema(
        optional(1, "stream", Types.StringType.get()),
        optional(2, "code", Types.StringType.get(), "Error code"),
        optional(3, "reason", Types.StringType.get(), "In words, with JSON pointers"),
        optional(4, "stage", Types.StringType.get()),
        optional(5, "event_id", Types.StringType.get()),
        optional(6, "client", Types.StringType.get()),
        optional(7, "request_id", Types.StringType.get()),
        optional(8, "request_index", Types.IntegerType.get()),
        optional(9, "received_at", Types.TimestampType.withZone()),
        optional(10, "schema_version", Types.IntegerType.get()),
        optional(
            11, "original_length", Types.LongType.get(), "Bytes; more than the payload's if cut"),
        required(12, "log_epoch", Types.IntegerType.get()),
        required(13, "log_partition", Types.IntegerType.get()),
        required(14, "log_offset", Types.LongType.get()),
        optional(15, "payload", Types.BinaryType.get(), "The original bytes"),
        required(16, "payload_encoding", Types.StringType.get()),
        optional(17, "key_ref", Types.StringType.get()));
  }

  /**
   * The books: per stream, partition, checkpoint and stage, what went in and what came of it. The
   * {@code parse} rows of a checkpoint count logged and raw, the {@code dedup} rows processed and
   * duplicates; both count quarantined. The {@code replay} rows say by how much these counts are
   * more or fewer since a replay was switched to. Summed over any set of checkpoints, logged = raw
   * = processed + duplicates + quarantined.
   */
  public static Schema ledger() {
    return new Schema(
        required(1, "stream", Types.StringType.get()),
        required(2, "log_epoch", Types.IntegerType.get()),
        required(3, "log_partition", Types.IntegerType.get()),
        required(4, "checkpoint_id", Types.LongType.get()),
        required(5, "stage", Types.StringType.get(), "parse, dedup or replay"),
        required(6, "first_offset", Types.LongType.get(), "Of the records counted here"),
        required(7, "next_offset", Types.LongType.get(), "One behind the last of them"),
        required(8, "logged", Types.LongType.get()),
        required(9, "raw", Types.LongType.get()),
        required(10, "processed", Types.LongType.get()),
        required(11, "duplicates", Types.LongType.get()),
        required(12, "quarantined", Types.LongType.get()),
        required(13, "written_at", Types.TimestampType.withZone()));
  }

  static Types.NestedField field(Column column, AtomicInteger ids) {
    int id = ids.incrementAndGet();
    return column.doc() == null
        ? optional(id, column.name(), type(column.type(), ids))
        : optional(id, column.name(), type(column.type(), ids), column.doc());
  }

  /** The Iceberg type of a column, its parts numbered from {@code ids}. */
  static Type type(ColumnType type, AtomicInteger ids) {
    if (type instanceof ColumnType.Struct struct) {
      return Types.StructType.of(struct.fields().stream().map(f -> field(f, ids)).toList());
    }
    if (type instanceof ColumnType.ListOf list) {
      int element = ids.incrementAndGet();
      return Types.ListType.ofOptional(element, type(list.element(), ids));
    }
    return switch ((ColumnType.Primitive) type) {
      case BOOLEAN -> Types.BooleanType.get();
      case LONG -> Types.LongType.get();
      case DOUBLE -> Types.DoubleType.get();
      case STRING, JSON -> Types.StringType.get();
      case TIMESTAMP -> Types.TimestampType.withZone();
      case DATE -> Types.DateType.get();
    };
  }

  private static Types.NestedField own(AtomicInteger ids, String name, Type type, String doc) {
    return optional(ids.incrementAndGet(), name, type, doc);
  }
}
