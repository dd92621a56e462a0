package io.leat.stream;

import io.leat.event.LogFacts;
import io.leat.event.LogHeaders;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
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

  /** A gateway's clock may be ahead of the one that gave the record its timestamp. */
  private static final long AHEAD_OF_LOG_MICROS = 60_000_000;

  @Override
  public void deserialize(ConsumerRecord<byte[], byte[]> consumed, Collector<LogRecord> out) {
    LogRecord log = new LogRecord();
    log.partition = consumed.partition();
    log.offset = consumed.offset();
    log.timestamp = consumed.timestamp();
    log.receivedMicros = consumed.timestamp() * 1_000L;
    log.key = consumed.key();
    log.value = consumed.value();
    Iterator<Header> headers = consumed.headers().iterator();
    if (headers.hasNext()) {
      Header first = headers.next();
      byte[] facts = first.value();
      if (facts != null && first.key().equals(LogHeaders.FACTS)) {
        readByLayout(facts, headers, log);
      } else {
        read(first.key(), facts, log);
      }
    }
    while (headers.hasNext()) {
      Header header = headers.next();
      read(header.key(), header.value(), log);
    }
    out.collect(log);
  }

  /** The headers that the facts tell in advance: to make Strings of their names takes long. */
  private static void readByLayout(byte[] facts, Iterator<Header> headers, LogRecord log) {
    int end = facts(facts, log);
    int from = end;
    while (from > 0 && facts[from - 1] != ';') {
      from--;
    }
    for (int i = from; i < end && headers.hasNext(); i++) {
      byte[] value = headers.next().value();
      switch (facts[i]) {
        case LogHeaders.LETTER_ID -> log.id = value;
        case LogHeaders.LETTER_SOURCE -> log.source = value;
        case LogHeaders.LETTER_TYPE -> log.type = value;
        case LogHeaders.LETTER_TIME -> log.time = value;
        case LogHeaders.LETTER_CONTENT_TYPE -> log.contentType = value;
        default -> {} // the version of CloudEvents
      }
    }
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
      case LogHeaders.CONTENT_TYPE -> log.contentType = value;
      case LogHeaders.FACTS -> facts(value, log);
      case LogHeaders.SPEC_VERSION -> {}
      case LogHeaders.REDRIVE -> extension(name, value, log);
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

  /**
   * {@link LogFacts#decode} without a String in between; a header that is not one leaves the
   * defaults.
   *
   * @return where the layout ends; 0 when there is none
   */
  private static int facts(byte[] value, LogRecord log) {
    int[] ends = new int[6];
    int found = 0;
    for (int i = 0; i < value.length && found < ends.length; i++) {
      if (value[i] == ';') {
        ends[found++] = i;
      }
    }
    if (found < ends.length) {
      return 0;
    }
    long received = number(value, 0, ends[0], log.receivedMicros);
    // Deduplication's clock is the time of receipt: one that lies behind the log's own time would
    // end the windows of all other ids.
    if (received <= log.receivedMicros + AHEAD_OF_LOG_MICROS) {
      log.receivedMicros = received;
    }
    log.requestIndex = (int) number(value, ends[0] + 1, ends[1], -1);
    log.schemaVersion = (int) number(value, ends[1] + 1, ends[2], -1);
    log.supplied = ends[3] == ends[2] + 1 ? null : Arrays.copyOfRange(value, ends[2] + 1, ends[3]);
    log.request = Arrays.copyOfRange(value, ends[4] + 1, ends[5]);
    log.client = Arrays.copyOfRange(value, ends[5] + 1, value.length);
    return ends[4];
  }

  private static long number(byte[] ascii, int from, int to, long otherwise) {
    if (from == to || to - from > 18) {
      return otherwise;
    }
    long value = 0;
    for (int i = from; i < to; i++) {
      if (ascii[i] < '0' || ascii[i] > '9') {
        return otherwise;
      }
      value = value * 10 + (ascii[i] - '0');
    }
    return value;
  }

  @Override
  public TypeInformation<LogRecord> getProducedType() {
    return TypeInformation.of(LogRecord.class);
  }
}
