package io.leat.app.platform;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.event.LeatException;
import io.leat.event.LogPosition;
import io.leat.event.Names;
import io.leat.event.Timestamps;
import io.leat.gateway.ServedStream;
import io.leat.gateway.StreamRegistry;
import io.leat.lake.EventTables;
import io.leat.lake.RowSearch;
import io.leat.stream.LogRecord;
import io.leat.stream.LogRecordReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.flink.api.common.functions.util.ListCollector;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Reads events by their positions: from the log as far as it still has them, else from the raw
 * tables. What neither gives in time is told with the reason. Thread-safe; blocks for some seconds
 * at most.
 */
final class EvidenceReader {
  /** More bytes of a payload are not told. */
  static final int MOST_PAYLOAD = 64 * 1024;

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration SEARCH_WITHIN = Duration.ofSeconds(2);
  private static final List<String> COLUMNS =
      List.of(
          "event_id",
          "event_time",
          "received_at",
          "client",
          "entity_key",
          "log_epoch",
          "log_partition",
          "log_offset",
          "payload",
          "payload_encoding");

  private final StreamRegistry streams;
  private final LogReader log;
  private final Catalog catalog;
  private final Asking asking;

  EvidenceReader(StreamRegistry streams, LogReader log, Catalog catalog, Asking asking) {
    this.streams = streams;
    this.log = log;
    this.catalog = catalog;
    this.asking = asking;
  }

  /** The events, in the order of their positions here. */
  Map<LogPosition, ObjectNode> read(Collection<LogPosition> positions) {
    Map<LogPosition, ObjectNode> found = new HashMap<>(fromLog(positions));
    Map<LogPosition, String> problems = new HashMap<>();
    Map<String, List<LogPosition>> left = new TreeMap<>();
    for (LogPosition position : positions) {
      if (!found.containsKey(position)) {
        left.computeIfAbsent(position.topic(), any -> new ArrayList<>()).add(position);
      }
    }
    left.forEach((topic, some) -> fromRaw(topic, some, found, problems));
    Map<LogPosition, ObjectNode> all = new LinkedHashMap<>();
    for (LogPosition position : positions) {
      ObjectNode event = found.get(position);
      all.put(
          position,
          event == null
              ? missing(problems.getOrDefault(position, "neither the log nor raw has it any more"))
              : event);
    }
    return all;
  }

  private static ObjectNode missing(String why) {
    return JSON.createObjectNode().putNull("found").put("problem", why);
  }

  private Map<LogPosition, ObjectNode> fromLog(Collection<LogPosition> positions) {
    List<LogPosition> present =
        positions.stream()
            .filter(
                position -> {
                  ServedStream stream = streams.find(position.topic());
                  return stream != null && stream.logEpoch() == position.epoch();
                })
            .toList();
    Map<LogPosition, ObjectNode> found = new HashMap<>();
    if (present.isEmpty()) {
      return found;
    }
    try {
      asking
          .log()
          .ask(() -> log.records(present))
          .forEach((position, logged) -> found.put(position, event(logged)));
    } catch (LeatException e) {
      // Raw has what was committed.
      return found;
    }
    return found;
  }

  private static ObjectNode event(ConsumerRecord<byte[], byte[]> logged) {
    List<LogRecord> read = new ArrayList<>();
    new LogRecordReader().deserialize(logged, new ListCollector<>(read));
    LogRecord record = read.get(0);
    String time = text(record.time);
    long micros = time == null ? Timestamps.INVALID : Timestamps.parseMicros(time);
    return event(
        "log",
        text(record.id),
        micros == Timestamps.INVALID ? null : Timestamps.ofMicros(micros),
        Timestamps.ofMicros(record.receivedMicros),
        text(record.client),
        text(record.key),
        record.value);
  }

  private void fromRaw(
      String topic,
      List<LogPosition> positions,
      Map<LogPosition, ObjectNode> found,
      Map<LogPosition, String> problems) {
    int dot = topic.indexOf('.');
    if (dot < 0) {
      return;
    }
    TableIdentifier id =
        TableIdentifier.of(Names.rawNamespace(topic.substring(0, dot)), topic.substring(dot + 1));
    try {
      asking
          .lake()
          .ask(
              () -> {
                Table table = catalog.loadTable(id);
                long until = System.nanoTime() + SEARCH_WITHIN.toNanos();
                Map<LogPosition, ObjectNode> rows = new HashMap<>();
                boolean isWhole =
                    new RowSearch(table, any(positions), "received_at", COLUMNS)
                        .in(
                            null,
                            null,
                            () -> System.nanoTime() >= until,
                            row -> rows.put(KeptRecord.position(topic, "", row), event(row)));
                return new Rows(rows, isWhole);
              })
          .tell(positions, found, problems);
    } catch (LeatException e) {
      positions.forEach(position -> problems.put(position, String.valueOf(e.getMessage())));
    }
  }

  private record Rows(Map<LogPosition, ObjectNode> found, boolean isWhole) {
    void tell(
        List<LogPosition> positions,
        Map<LogPosition, ObjectNode> all,
        Map<LogPosition, String> problems) {
      all.putAll(found);
      if (!isWhole) {
        positions.forEach(
            position -> problems.put(position, "raw was not looked through in time; ask again"));
      }
    }
  }

  private static Expression any(List<LogPosition> positions) {
    Expression any = Expressions.alwaysFalse();
    for (LogPosition position : positions) {
      any =
          Expressions.or(
              any,
              Expressions.and(
                  Expressions.equal("log_epoch", position.epoch()),
                  Expressions.equal("log_partition", position.partition()),
                  Expressions.equal("log_offset", position.offset())));
    }
    return any;
  }

  private static ObjectNode event(Record row) {
    Instant received = KeptRecord.instant(row, "received_at");
    String encoding = KeptRecord.text(row, "payload_encoding");
    boolean isPlain = EventTables.IDENTITY_ENCODING.equals(encoding);
    ObjectNode event =
        event(
            "raw",
            KeptRecord.text(row, "event_id"),
            KeptRecord.instant(row, "event_time"),
            received == null ? Instant.EPOCH : received,
            KeptRecord.text(row, "client"),
            KeptRecord.text(row, "entity_key"),
            isPlain ? KeptRecord.bytes(row, "payload") : null);
    return isPlain ? event : event.put("problem", "its payload is enciphered (" + encoding + ")");
  }

  private static ObjectNode event(
      String place,
      @Nullable String id,
      @Nullable Instant time,
      Instant received,
      @Nullable String client,
      @Nullable String key,
      byte @Nullable [] payload) {
    ObjectNode event = JSON.createObjectNode();
    event.put("found", place).putNull("problem");
    event.put("event_id", id);
    event.put("event_time", time == null ? null : time.toString());
    event.put("received_at", received.toString());
    event.put("client", client);
    event.put("key", key);
    byte[] bytes = Objects.requireNonNullElse(payload, new byte[0]);
    event.put("payload_bytes", bytes.length);
    byte[] told = bytes.length > MOST_PAYLOAD ? Arrays.copyOf(bytes, MOST_PAYLOAD) : bytes;
    String text = decoded(told);
    event.put("payload_encoding", text == null ? "base64" : "utf-8");
    event.put("payload", text == null ? Base64.getEncoder().encodeToString(told) : text);
    return event;
  }

  private static @Nullable String decoded(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  private static @Nullable String text(byte @Nullable [] bytes) {
    return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
  }
}
