package io.leat.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.blueprint.StreamSpec;
import io.leat.event.ErrorCode;
import io.leat.event.EventIds;
import io.leat.gateway.EventPreparation.Prepared;
import io.leat.gateway.format.CloudEvent;
import io.leat.gateway.format.IncomingRecord;
import io.leat.gateway.format.RecordSource;
import io.leat.gateway.format.Refusal;
import io.leat.gateway.publishing.Handover;
import io.leat.gateway.publishing.Message;
import io.leat.gateway.publishing.Outcome;
import io.leat.gateway.publishing.Publisher;
import io.leat.http.Principal;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Takes messages of protocols whose senders cannot be told why something is refused: each message
 * is one record, judged as those of HTTP are. Thread-safe, and blocks until Kafka has answered.
 */
public final class MessageIngest {
  private final StreamRegistry streams;
  private final Admission admission;
  private final Publisher publisher;
  private final Duration answerWithin;
  private final InstantSource clock;
  private final EventIds ids;
  private final OutcomeCounts outcomes;
  private final RecordSource source;
  private final EventPreparation preparation;
  private final Rejections rejections;
  private final IngestMetrics metrics;

  /**
   * @param streams what is served
   * @param admission whether anything is accepted at all
   * @param publisher the way to the log; not closed by this object
   * @param outcomes told of what senders were told
   */
  public MessageIngest(
      StreamRegistry streams,
      Admission admission,
      Publisher publisher,
      GatewaySettings settings,
      MeterRegistry registry,
      InstantSource clock,
      EventIds ids,
      OutcomeCounts outcomes) {
    this.streams = streams;
    this.admission = admission;
    this.publisher = publisher;
    this.answerWithin = settings.answerWithin();
    this.clock = clock;
    this.ids = ids;
    this.outcomes = outcomes;
    this.source = new RecordSource(settings.record(), settings.maxRecords());
    this.preparation = new EventPreparation(ids, settings.maxRecordBytes(), settings.maxErrors());
    this.rejections = new Rejections(settings.rejections(), registry, clock);
    this.metrics = new IngestMetrics(registry);
  }

  /**
   * A message as it came. The same one may be given again as often as it takes: it keeps its id.
   *
   * @param stream {@code blueprint.stream}, where it is to go
   * @param sender whose record it is
   * @param name names the message in the log, and is the event's id when it has no other; see
   *     {@link #name()}
   * @param payload its bytes; not to be changed
   * @param contentType of the payload; null when the protocol does not say
   * @param properties what stands beside the payload; a CloudEvent's attributes if there is a
   *     {@code specversion}
   * @param entity the entity key that it must be of; an object without the stream's key property
   *     gets it; null when anything may stand there
   * @param id the event's id when its data or attributes have none; null when there is none
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared, never changed
  public record Arrival(
      String stream,
      Principal sender,
      String name,
      byte[] payload,
      @Nullable String contentType,
      List<Map.Entry<String, String>> properties,
      @Nullable String entity,
      @Nullable String id) {
    public Arrival {
      properties = List.copyOf(properties);
    }
  }

  /** What became of a message. */
  public enum Fate {
    /** In the log: the sender may forget it. */
    ACCEPTED,
    /** It can never be accepted, and is kept as rejected: the sender may forget it. */
    REJECTED,
    /** It can never be accepted; its sender's budget for what is kept is used up. */
    DROPPED,
    /** Not now, or nobody knows: it must be given again, before later ones of its entity. */
    LATER
  }

  /**
   * The fates of messages.
   *
   * @param fates in the order of the messages
   * @param reason why some must be given again; null when none must
   */
  public record Fates(List<Fate> fates, @Nullable Refusal reason) {}

  /** A new name for a message. */
  public String name() {
    return ids.next();
  }

  /**
   * Hands messages to the log, and waits at most as long as a request may take.
   *
   * @param arrivals in the order in which they came; those of one entity stay in it
   * @throws InterruptedException if interrupted while waiting: what became of them is not known
   */
  public Fates publish(List<Arrival> arrivals) throws InterruptedException {
    Refusal full = admission.refusal();
    if (full != null) {
      return new Fates(Collections.nCopies(arrivals.size(), Fate.LATER), full);
    }
    List<Attempt> attempts = new ArrayList<>(arrivals.size());
    for (Arrival arrival : arrivals) {
      attempts.add(attempt(arrival));
    }
    hand(attempts);
    List<Attempt> tooLarge = attempts.stream().filter(Attempt::isTooLarge).toList();
    if (!tooLarge.isEmpty()) {
      tooLarge.forEach(
          attempt ->
              reject(attempt, Refusal.of(ErrorCode.RECORD_TOO_LARGE, "too large for Kafka")));
      hand(tooLarge);
    }
    return count(attempts);
  }

  /** One message in one attempt. */
  private static final class Attempt {
    private final Arrival arrival;
    private final @Nullable Ingest ingest;
    private IncomingRecord record;
    private @Nullable Message message;
    private @Nullable Refusal refusal;
    private Outcome outcome = Outcome.PENDING;

    Attempt(Arrival arrival, @Nullable Ingest ingest, IncomingRecord record) {
      this.arrival = arrival;
      this.ingest = ingest;
      this.record = record;
    }

    boolean isTooLarge() {
      return outcome == Outcome.TOO_LARGE && refusal == null;
    }

    Fate fate() {
      if (ingest == null) {
        return Fate.LATER;
      }
      if (refusal != null && message == null) {
        return Fate.DROPPED;
      }
      if (outcome != Outcome.ACKNOWLEDGED) {
        return Fate.LATER;
      }
      return refusal == null ? Fate.ACCEPTED : Fate.REJECTED;
    }
  }

  private Attempt attempt(Arrival arrival) {
    IncomingRecord record =
        source.ofMessage(arrival.payload(), arrival.contentType(), arrival.properties());
    ServedStream stream = streams.find(arrival.stream());
    if (stream == null) {
      return new Attempt(arrival, null, record);
    }
    Instant now = clock.instant();
    Attempt attempt =
        new Attempt(
            arrival,
            new Ingest(
                stream,
                arrival.sender(),
                arrival.name(),
                now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000,
                null,
                RecordSource.isEnvelope(arrival.contentType()) ? null : arrival.contentType()),
            record);
    prepare(attempt, attempt.ingest);
    return attempt;
  }

  private void prepare(Attempt attempt, @Nullable Ingest ingest) {
    if (ingest == null) {
      return;
    }
    StreamSpec spec = ingest.stream().spec();
    Refusal foreign = ofEntity(attempt, spec);
    if (foreign != null) {
      reject(attempt, foreign);
      return;
    }
    String own = EventPreparation.ownId(ingest, attempt.record);
    String id = own == null ? attempt.arrival.id() : own;
    Prepared prepared =
        id == null
            ? preparation.again(ingest, attempt.record, 0, attempt.arrival.name(), "i", null)
            : preparation.again(ingest, attempt.record, 0, id, "", null);
    Refusal refusal = prepared.refusal();
    if (refusal == null) {
      attempt.message = prepared.message();
    } else {
      reject(attempt, refusal);
    }
  }

  /** Gives the record the entity's key if it has none; a refusal if it has another's. */
  private @Nullable Refusal ofEntity(Attempt attempt, StreamSpec spec) {
    String entity = attempt.arrival.entity();
    IncomingRecord record = attempt.record;
    if (entity == null || record.refusal() != null || !(record.node() instanceof ObjectNode node)) {
      return null;
    }
    JsonNode present = node.get(spec.key());
    if (present == null && record.pointer().isEmpty()) {
      CloudEvent attributes = record.attributes();
      attempt.record =
          source.ofData(
              KeyMember.inFront(record.data(), spec, entity),
              attributes == null ? null : attributes.attributes());
      return null;
    }
    String key = EventPreparation.key(spec, node);
    return key == null || key.equals(entity)
        ? null
        : Refusal.at(
            ErrorCode.ENTITY_MISMATCH,
            record.pointer() + EventPreparation.member(spec.key()),
            "it is not the entity that the topic names");
  }

  private void reject(Attempt attempt, Refusal refusal) {
    Ingest ingest = attempt.ingest;
    if (ingest == null) {
      return;
    }
    String id = EventPreparation.ownId(ingest, attempt.record);
    attempt.refusal = refusal;
    attempt.outcome = Outcome.PENDING;
    attempt.message =
        rejections.keep(
            ingest, id == null ? attempt.arrival.id() : id, attempt.record.original(), 0, refusal);
  }

  /** Publishes what has a message, and waits for the outcomes. */
  private void hand(List<Attempt> attempts) throws InterruptedException {
    CountDownLatch done = new CountDownLatch(1);
    Handover handover = new Handover(done::countDown);
    List<Attempt> handed = new ArrayList<>(attempts.size());
    for (Attempt attempt : attempts) {
      if (attempt.message != null) {
        handover.add(attempt.message);
        handed.add(attempt);
      }
    }
    handover.seal();
    if (handed.isEmpty()) {
      return;
    }
    if (!publisher.offer(handover)) {
      handed.forEach(attempt -> attempt.outcome = Outcome.UNAVAILABLE);
      return;
    }
    if (!done.await(answerWithin.toNanos(), TimeUnit.NANOSECONDS)) {
      handover.expire();
    }
    for (int i = 0; i < handed.size(); i++) {
      handed.get(i).outcome = handover.outcome(i);
    }
  }

  private Fates count(List<Attempt> attempts) {
    List<Fate> fates = new ArrayList<>(attempts.size());
    Refusal reason = null;
    for (Attempt attempt : attempts) {
      Fate fate = attempt.fate();
      fates.add(fate);
      Ingest ingest = attempt.ingest;
      if (ingest == null) {
        reason =
            Refusal.of(
                ErrorCode.UNKNOWN_STREAM, "There is no stream '" + attempt.arrival.stream() + "'");
        continue;
      }
      ServedStream stream = ingest.stream();
      Refusal refusal = attempt.refusal;
      switch (fate) {
        case ACCEPTED -> {
          metrics.accepted(stream.name(), 1);
          outcomes.add(stream, 1, 0);
        }
        case REJECTED, DROPPED -> {
          if (refusal != null) {
            metrics.rejected(stream.name(), refusal.code(), 1);
          }
        }
        case LATER -> {
          ErrorCode code = attempt.outcome.error();
          code = code == null ? ErrorCode.OVERLOADED : code;
          reason = Refusal.of(code, code.title());
          if (refusal == null && attempt.outcome == Outcome.UNKNOWN) {
            outcomes.add(stream, 0, 1);
          }
        }
      }
    }
    return new Fates(fates, reason);
  }
}
