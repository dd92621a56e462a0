package io.leat.app.platform;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.event.LogHeaders;
import io.leat.event.LogPosition;
import io.leat.gateway.ServedStream;
import io.leat.gateway.StreamRegistry;
import io.leat.state.Redrive;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;

/**
 * Finds redriven records of which nobody noted where they are: in the raw table, and in what the
 * log has beyond it. Thread-safe; blocks.
 */
final class MarkedRecords {
  private static final Duration WITHIN = Duration.ofSeconds(30);

  private final StreamRegistry streams;
  private final KeptTables tables;
  private final BookKeeper books;
  private final LogReader log;
  private final Properties client;

  MarkedRecords(
      StreamRegistry streams,
      KeptTables tables,
      BookKeeper books,
      LogReader log,
      Properties client) {
    this.streams = streams;
    this.tables = tables;
    this.books = books;
    this.log = log;
    this.client = client;
  }

  /**
   * Where the record with this mark is.
   *
   * @param aim where it was sent, long enough ago to be there
   * @return empty when it surely is not in the log
   * @throws LeatException LOG_UNAVAILABLE, LAKE_UNAVAILABLE when it cannot be said
   */
  Optional<LogPosition> find(String stream, Redrive.Aim aim, String mark) {
    // The books first: what is committed after this is in the log behind them.
    Map<String, Map<Books.Epoch, Books.Totals>> totals = books.totals();
    Instant received = aim.received();
    for (KeptTables.RawRow row :
        tables.rawOf(stream, aim.eventId(), received, received.plusMillis(1))) {
      if (mark.equals(row.attributes().get(LogHeaders.REDRIVE))) {
        return Optional.of(row.position());
      }
    }
    ServedStream served = streams.find(stream);
    if (served == null || served.logEpoch() != aim.logEpoch()) {
      return Optional.empty(); // the log that had it is gone, and what it had is raw or lost
    }
    long committed = Books.totals(totals, served).lastOffsets().getOrDefault(aim.partition(), 0L);
    TopicPartition partition = new TopicPartition(stream, aim.partition());
    long kept = log.beginnings(List.of(partition)).getOrDefault(partition, 0L);
    long from = Math.max(kept, Math.max(aim.from(), committed));
    return scan(partition, from, mark)
        .map(offset -> new LogPosition(aim.logEpoch(), stream, aim.partition(), offset));
  }

  private Optional<Long> scan(TopicPartition partition, long from, String mark) {
    long end = log.ends(List.of(partition)).getOrDefault(partition, 0L);
    byte[] wanted = mark.getBytes(StandardCharsets.UTF_8);
    if (from >= end) {
      return Optional.empty();
    }
    long until = System.nanoTime() + WITHIN.toNanos();
    try (LogConsumer reading = new LogConsumer(client, Map.of())) {
      KafkaConsumer<byte[], byte[]> consumer = reading.consumer();
      consumer.assign(List.of(partition));
      consumer.seek(partition, from);
      while (consumer.position(partition) < end) {
        if (System.nanoTime() >= until) {
          throw new LeatException(
              ErrorCode.LOG_UNAVAILABLE,
              "The log could not be looked through in time; it is tried again");
        }
        for (ConsumerRecord<byte[], byte[]> logged : consumer.poll(Duration.ofMillis(200))) {
          Header header = logged.headers().lastHeader(LogHeaders.REDRIVE);
          if (header != null && Arrays.equals(wanted, header.value())) {
            return Optional.of(logged.offset());
          }
        }
      }
    }
    return Optional.empty();
  }
}
