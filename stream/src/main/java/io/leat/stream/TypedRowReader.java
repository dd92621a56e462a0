package io.leat.stream;

import java.io.IOException;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Reads Kafka records' values into typed rows; what does not fit fails. */
final class TypedRowReader implements KafkaRecordDeserializationSchema<RowData> {
  private static final long serialVersionUID = 1L;

  private final StreamPlan plan;
  private transient RowParser parser;
  private transient int arity;

  @SuppressWarnings("NullAway.Init") // Flink calls open() before anything else.
  TypedRowReader(StreamPlan plan) {
    this.plan = plan;
  }

  @Override
  public void open(DeserializationSchema.InitializationContext context) {
    parser = new RowParser(plan.schema().columns(), plan.processed().asStruct());
    arity = plan.processed().columns().size();
  }

  @Override
  public void deserialize(ConsumerRecord<byte[], byte[]> consumed, Collector<RowData> out)
      throws IOException {
    GenericRowData row = new GenericRowData(arity);
    try {
      parser.parse(consumed.value(), row);
    } catch (RowParser.MismatchException e) {
      throw new IOException(
          consumed.topic()
              + " partition "
              + consumed.partition()
              + " offset "
              + consumed.offset()
              + ": "
              + e.getMessage(),
          e);
    }
    out.collect(row);
  }

  @Override
  public TypeInformation<RowData> getProducedType() {
    return Outputs.type(plan.processed());
  }
}
