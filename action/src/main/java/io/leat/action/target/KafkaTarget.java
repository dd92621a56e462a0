package io.leat.action.target;

import io.leat.action.outbound.UnusableSettingException;
import io.leat.action.target.TargetOutcome.Blocked;
import io.leat.action.target.TargetOutcome.Delivered;
import io.leat.action.target.TargetOutcome.Refused;
import io.leat.action.target.TargetOutcome.Retry;
import io.leat.action.target.TargetOutcome.Unknown;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Changes of incidents as CloudEvents (binary mode) on a topic of Leat's Kafka: key = the
 * incident's id, so that its changes keep their order; {@code ce_id} = the request's, the same in
 * each attempt.
 */
final class KafkaTarget implements Target {
  private final TargetSettings settings;
  private final Map<String, Object> client;
  private @Nullable Producer<byte[], byte[]> producer;

  /**
   * Connects when it is first needed.
   *
   * @param client properties of any Kafka client: {@code bootstrap.servers}, security
   */
  KafkaTarget(TargetSettings settings, Map<String, Object> client) {
    this.settings = settings;
    this.client = Map.copyOf(client);
  }

  @Override
  public String kind() {
    return "kafka";
  }

  @Override
  public boolean coalesces() {
    return false;
  }

  @Override
  public TargetOutcome deliver(TargetRequest request, TargetMemory memory, HttpBudget budget)
      throws InterruptedException {
    try {
      String topic = settings.text("topic");
      TargetOutcome reached = reach(topic, budget);
      return reached instanceof Delivered ? send(record(topic, request)) : reached;
    } catch (UnusableSettingException e) {
      return new Blocked(e.getMessage());
    }
  }

  @Override
  public TargetOutcome test(HttpBudget budget) throws InterruptedException {
    try {
      return reach(settings.text("topic"), budget);
    } catch (UnusableSettingException e) {
      return new Blocked(e.getMessage());
    }
  }

  /** Before anything is sent, so that what fails here is known not to have come through. */
  private TargetOutcome reach(String topic, HttpBudget budget) throws InterruptedException {
    budget.take();
    try {
      return producer().partitionsFor(topic).isEmpty()
          ? new Retry("the topic '" + topic + "' has no partitions yet", null)
          : new Delivered("", "");
    } catch (KafkaException e) {
      return failed(
          e,
          new Retry(
              "Kafka did not tell of the topic '" + topic + "' in time: does it exist?", null));
    }
  }

  private TargetOutcome send(ProducerRecord<byte[], byte[]> record) throws InterruptedException {
    Unknown unknown = new Unknown("Kafka did not acknowledge in time");
    try {
      Future<RecordMetadata> sent = producer().send(record);
      RecordMetadata position = sent.get(settings.timeout().toMillis(), TimeUnit.MILLISECONDS);
      return new Delivered(position.toString(), "");
    } catch (TimeoutException e) {
      return unknown;
    } catch (ExecutionException e) {
      return failed(e.getCause(), unknown);
    } catch (KafkaException e) {
      return failed(e, unknown);
    }
  }

  private static TargetOutcome failed(@Nullable Throwable failure, TargetOutcome otherwise)
      throws InterruptedException {
    if (failure instanceof InterruptException) {
      // It has set the thread's flag again; the exception says the same.
      Thread.interrupted();
      throw new InterruptedException("interrupted in Kafka's client");
    }
    if (failure instanceof AuthorizationException || failure instanceof AuthenticationException) {
      return new Blocked("Kafka does not let Leat write to the topic: grant it, or name another");
    }
    if (failure instanceof InvalidTopicException) {
      return new Refused("'topic' cannot name a topic: name one that exists");
    }
    if (failure instanceof RecordTooLargeException) {
      return new Refused("the topic does not take records of this size: raise max.message.bytes");
    }
    return otherwise;
  }

  private synchronized Producer<byte[], byte[]> producer() {
    Producer<byte[], byte[]> known = producer;
    if (known == null) {
      int timeout = Math.toIntExact(settings.timeout().toMillis());
      Map<String, Object> properties = new HashMap<>(client);
      properties.put(ProducerConfig.ACKS_CONFIG, "all");
      properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
      properties.put(ProducerConfig.LINGER_MS_CONFIG, 0);
      properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, timeout);
      properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, timeout);
      properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, timeout);
      known = new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
      producer = known;
    }
    return known;
  }

  private static ProducerRecord<byte[], byte[]> record(String topic, TargetRequest request) {
    RecordHeaders headers = new RecordHeaders();
    for (List<String> header :
        List.of(
            List.of("content-type", "application/json"),
            List.of("ce_specversion", "1.0"),
            List.of("ce_id", request.id()),
            List.of("ce_source", "leat." + request.incident().blueprint()),
            List.of("ce_type", "io.leat.incident." + IncidentText.lower(request.change()) + ".v1"),
            List.of("ce_time", request.at().toString()),
            List.of("ce_subject", request.incident().id()))) {
      headers.add(header.get(0), header.get(1).getBytes(StandardCharsets.UTF_8));
    }
    return new ProducerRecord<>(
        topic,
        null,
        request.incident().id().getBytes(StandardCharsets.UTF_8),
        IncidentJson.tree(request).toString().getBytes(StandardCharsets.UTF_8),
        headers);
  }

  @Override
  public synchronized void close() {
    if (producer != null) {
      producer.close(settings.timeout());
      producer = null;
    }
  }
}
