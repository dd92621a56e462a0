package io.leat.app.platform;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.event.LogHeaders;
import io.leat.event.Timestamps;
import io.leat.gateway.ServedStream;
import io.leat.rules.Condition;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One reader that follows a stream: a consumer on a thread of its own, as fast as the reader reads.
 */
final class Tail implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Tail.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int UNREAD_LINES = 256;
  private static final Duration KEEP_ALIVE = Duration.ofSeconds(15);

  private final HttpServerResponse response;
  private final Properties client;
  private final ServedStream stream;
  private final @Nullable Condition where;
  private final boolean fromBeginning;
  private final long limit;
  private final Semaphore unread = new Semaphore(UNREAD_LINES);
  private @Nullable LogConsumer open;
  private boolean closed;

  /**
   * @param client Kafka client properties
   */
  Tail(
      HttpServerResponse response,
      Properties client,
      ServedStream stream,
      @Nullable Condition where,
      boolean fromBeginning,
      long limit) {
    this.response = response;
    this.stream = stream;
    this.where = where;
    this.fromBeginning = fromBeginning;
    this.limit = limit;
    this.client = client;
  }

  /**
   * @param ended called once, when the tail has ended
   * @param refused called when the log cannot be read at all; it answers
   */
  void start(Runnable ended, Consumer<LeatException> refused) {
    Thread thread =
        new Thread(
            () -> {
              try (LogConsumer own = open()) {
                follow(own.consumer());
              } catch (WakeupException | InterruptedException e) {
                log.debug("The tail of {} was closed", stream.name());
              } catch (KafkaException e) {
                log.warn("The tail of {} ended: {}", stream.name(), e.toString());
                if (!response.headWritten()) {
                  refused.accept(
                      new LeatException(ErrorCode.LOG_UNAVAILABLE, "Kafka does not answer", e));
                }
              } catch (IllegalStateException e) {
                log.debug("The tail of {} had its answer before it began", stream.name(), e);
              } finally {
                ended.run();
                if (response.headWritten() && !response.ended() && !response.closed()) {
                  response.end();
                }
              }
            },
            "leat-tail-" + stream.name());
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (open != null) {
      open.consumer().wakeup();
    }
  }

  /** On the tail's own thread: it looks up names and loads classes. */
  private LogConsumer open() throws InterruptedException {
    LogConsumer made = new LogConsumer(client, Map.of());
    synchronized (this) {
      if (!closed) {
        open = made;
        return made;
      }
    }
    made.close();
    throw new InterruptedException("closed before it began");
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  private void follow(KafkaConsumer<byte[], byte[]> consumer) throws InterruptedException {
    List<TopicPartition> partitions =
        consumer.partitionsFor(stream.name()).stream()
            .map(p -> new TopicPartition(p.topic(), p.partition()))
            .toList();
    consumer.assign(partitions);
    if (fromBeginning) {
      consumer.seekToBeginning(partitions);
    } else {
      consumer.seekToEnd(partitions);
      partitions.forEach(consumer::position); // Now, not at the first poll.
    }
    response.writeHead(); // What is logged from now on will be told.
    long sent = 0;
    long quietSince = System.nanoTime();
    while (!isClosed() && (limit == 0 || sent < limit)) {
      for (ConsumerRecord<byte[], byte[]> logged : consumer.poll(Duration.ofMillis(500))) {
        if (LogEnds.isFiller(logged.headers())) {
          continue;
        }
        ObjectNode event = event(logged);
        if (matches(event.path("data")) && (limit == 0 || sent < limit)) {
          write(event.toString());
          sent++;
          quietSince = System.nanoTime();
        }
      }
      if (System.nanoTime() - quietSince > KEEP_ALIVE.toNanos()) {
        write("");
        quietSince = System.nanoTime();
      }
    }
  }

  private void write(String line) throws InterruptedException {
    while (!unread.tryAcquire(1, TimeUnit.SECONDS)) {
      if (isClosed()) {
        throw new InterruptedException();
      }
    }
    response.write(Buffer.buffer(line + "\n")).onComplete(done -> unread.release());
  }

  private ObjectNode event(ConsumerRecord<byte[], byte[]> logged) {
    ObjectNode event = JSON.createObjectNode();
    event.put("partition", logged.partition()).put("offset", logged.offset());
    put(event, "id", logged, LogHeaders.ID);
    put(event, "time", logged, LogHeaders.TIME);
    event.put("key", logged.key() == null ? "" : new String(logged.key(), StandardCharsets.UTF_8));
    event.put("logged", Timestamps.ofMicros(logged.timestamp() * 1_000L).toString());
    event.set("data", data(logged.value()));
    return event;
  }

  private static JsonNode data(byte @Nullable [] value) {
    if (value == null) {
      return JSON.nullNode();
    }
    try {
      return JSON.readTree(value);
    } catch (JsonProcessingException e) {
      return JSON.getNodeFactory().textNode(new String(value, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void put(
      ObjectNode event, String name, ConsumerRecord<byte[], byte[]> logged, String header) {
    Header found = logged.headers().lastHeader(header);
    if (found != null && found.value() != null) {
      event.put(name, new String(found.value(), StandardCharsets.UTF_8));
    }
  }

  private boolean matches(JsonNode data) {
    return where == null
        || where.evaluate(new JsonRow(stream.spec().schema().columns(), data))
            == Condition.Outcome.TRUE;
  }
}
