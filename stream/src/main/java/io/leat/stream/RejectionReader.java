package io.leat.stream;

import io.leat.event.RejectionHeaders;
import io.leat.lake.EventTables;
import java.nio.charset.StandardCharsets;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** Reads rejected records as rows in the order of {@link EventTables#rejected()}. */
final class RejectionReader implements KafkaRecordDeserializationSchema<RowData> {
  private static final long serialVersionUID = 1L;

  private final int epoch;

  RejectionReader(int epoch) {
    this.epoch = epoch;
  }

  @Override
  public void deserialize(ConsumerRecord<byte[], byte[]> log, Collector<RowData> out) {
    Long received = number(log, RejectionHeaders.RECEIVED);
    out.collect(
        GenericRowData.of(
            text(log, RejectionHeaders.STREAM),
            text(log, RejectionHeaders.CODE),
            text(log, RejectionHeaders.REASON),
            text(log, RejectionHeaders.STAGE),
            text(log, RejectionHeaders.ID),
            text(log, RejectionHeaders.CLIENT),
            text(log, RejectionHeaders.REQUEST),
            integer(log, RejectionHeaders.INDEX),
            RowParser.timestamp(received == null ? log.timestamp() * 1_000L : received),
            integer(log, RejectionHeaders.SCHEMA_VERSION),
            number(log, RejectionHeaders.LENGTH),
            epoch,
            log.partition(),
            log.offset(),
            log.value(),
            StringData.fromString(EventTables.IDENTITY_ENCODING),
            null));
  }

  @Override
  public TypeInformation<RowData> getProducedType() {
    return Outputs.type(EventTables.rejected());
  }

  private static @Nullable StringData text(ConsumerRecord<byte[], byte[]> log, String name) {
    Header header = log.headers().lastHeader(name);
    return header == null ? null : Rows.text(header.value());
  }

  private static @Nullable Integer integer(ConsumerRecord<byte[], byte[]> log, String name) {
    Long value = number(log, name);
    return value == null ? null : value.intValue();
  }

  private static @Nullable Long number(ConsumerRecord<byte[], byte[]> log, String name) {
    Header header = log.headers().lastHeader(name);
    if (header == null || header.value() == null) {
      return null;
    }
    try {
      return Long.valueOf(new String(header.value(), StandardCharsets.US_ASCII));
    } catch (NumberFormatException e) {
      return null;
    }
  }
}
