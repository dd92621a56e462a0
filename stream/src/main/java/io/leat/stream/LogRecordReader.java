package io.leat.stream;

import io.leat.event.LogHeaders;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/**
 * Reads Kafka records of an event topic. Never fails: what cannot be understood is the parser's to
 * judge.
 */
public final class LogRecordReader implements KafkaRecordDeserializationSchema<LogRecord> {
  private static final long serialVersionUID = 1L;

  @Override
  public void deserialize(ConsumerRecord<byte[], byte[]> consumed, Collector<LogRecord> out) {
    LogRecord log = new LogRecord();
    log.partition = consumed.partition();
    log.offset = consumed.offset();
    log.timestamp = consumed.timestamp();
    log.receivedMicros = consumed.timestamp() * 1_000L;
    log.key = consumed.key();
    log.value = consumed.value();
    for (Header header : consumed.headers()) {
      read(header.key(), header.value(), log);
    }
    out.collect(log);
  }

  private static void read(String name, byte[] value, LogRecord log) {
    if (value == null) {
      return;
    }
    switch (name) {
      case LogHeaders.ID -> log.id = value;
      case LogHeaders.SOURCE -> log.source = value;
      case LogHeaders.TYPE -> log.type = value;
      case LogHeaders.SUBJECT -> log.subject = value;
      case LogHeaders.TIME -> log.time = value;
      case LogHeaders.CLIENT -> log.client = value;
      case LogHeaders.REQUEST -> log.request = value;
      case LogHeaders.SUPPLIED -> log.supplied = value;
      case LogHeaders.CONTENT_TYPE -> log.contentType = value;
      case LogHeaders.RECEIVED -> log.receivedMicros = number(value, log.receivedMicros);
      case LogHeaders.INDEX -> log.requestIndex = (int) number(value, -1);
      case LogHeaders.SCHEMA_VERSION -> log.schemaVersion = (int) number(value, -1);
      case LogHeaders.SPEC_VERSION -> {}
      default -> {
        if (name.startsWith(LogHeaders.PREFIX)) {
          extension(name.substring(LogHeaders.PREFIX.length()), value, log);
        }
      }
    }
  }

  private static void extension(String name, byte[] value, LogRecord log) {
    Map<String, String> attributes = log.attributes;
    if (attributes == null) {
      attributes = new HashMap<>();
      log.attributes = attributes;
    }
    attributes.put(name, new String(value, StandardCharsets.UTF_8));
  }

  private static long number(byte[] ascii, long otherwise) {
    if (ascii.length == 0 || ascii.length > 18) {
      return otherwise;
    }
    long value = 0;
    for (byte b : ascii) {
      if (b < '0' || b > '9') {
        return otherwise;
      }
      value = value * 10 + (b - '0');
    }
    return value;
  }

  @Override
  public TypeInformation<LogRecord> getProducedType() {
    return TypeInformation.of(LogRecord.class);
  }
}
