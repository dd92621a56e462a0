package io.leat.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.event.LogFacts;
import io.leat.event.LogHeaders;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongUnaryOperator;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Writes events to a topic with the headers that the gateway gives them. */
final class TopicWriter {
  /** Records of one request, as the load generator sends them. */
  private static final int BATCH = 500;

  private static final String LAYOUT =
      new String(
          new char[] {
            LogHeaders.LETTER_SPEC_VERSION,
            LogHeaders.LETTER_ID,
            LogHeaders.LETTER_TIME,
            LogHeaders.LETTER_CONTENT_TYPE,
            LogHeaders.LETTER_SOURCE,
            LogHeaders.LETTER_TYPE
          });
  private static final Header VERSION = header(LogHeaders.SPEC_VERSION, "1.0");
  private static final Header CONTENT_TYPE = header(LogHeaders.CONTENT_TYPE, "application/json");
  private static final Header SOURCE = header(LogHeaders.SOURCE, "urn:leat:client:c-bench");

  private final Properties kafka;

  /**
   * @param kafka where it is and how to speak to it
   */
  TopicWriter(Properties kafka) {
    this.kafka = kafka;
  }

  /**
   * Returns when Kafka has acknowledged all.
   *
   * @param received time of receipt in microseconds, by the event's index
   */
  void write(
      String topic, long count, Supplier<EventGenerator.Event> events, LongUnaryOperator received) {
    Properties all = new Properties();
    all.putAll(kafka);
    all.put("acks", "all");
    all.put("enable.idempotence", "true");
    all.put("linger.ms", "20");
    all.put("batch.size", String.valueOf(256 << 10));
    all.put("buffer.memory", String.valueOf(64 << 20));
    all.put("compression.type", "lz4");
    Header type = header(LogHeaders.TYPE, topic);
    AtomicReference<Exception> failure = new AtomicReference<>();
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer())) {
      for (long i = 0; i < count; i++) {
        EventGenerator.Event event = events.get();
        LogFacts facts =
            new LogFacts(
                received.applyAsLong(i),
                (int) (i % BATCH),
                1,
                "",
                LAYOUT,
                "01981234-0000-7000-8000-%012d".formatted(i / BATCH),
                "c-bench");
        List<Header> headers =
            List.of(
                new RecordHeader(LogHeaders.FACTS, facts.encode()),
                VERSION,
                new RecordHeader(LogHeaders.ID, event.id()),
                header(LogHeaders.TIME, event.time()),
                CONTENT_TYPE,
                SOURCE,
                type);
        Future<RecordMetadata> unused = // the callback hears of failures
            producer.send(
                new ProducerRecord<>(topic, null, event.device(), event.json(), headers),
                (sent, e) -> {
                  if (e != null) {
                    failure.compareAndSet(null, e);
                  }
                });
      }
      producer.flush();
    }
    Exception first = failure.get();
    if (first != null) {
      throw new IllegalStateException("The topic " + topic + " was not filled", first);
    }
  }

  private static Header header(String name, String value) {
    return new RecordHeader(name, value.getBytes(UTF_8));
  }
}
