package io.leat.gateway;

import io.leat.event.ErrorCode;
import io.leat.gateway.EventPreparation.Prepared;
import io.leat.gateway.format.IncomingRecord;
import io.leat.gateway.format.IncomingRecord.Bytes;
import io.leat.gateway.format.RecordSource;
import io.leat.gateway.format.RecordSource.UnreadableException;
import io.leat.gateway.format.Refusal;
import io.leat.gateway.format.RequestFormat;
import io.leat.gateway.publishing.Handover;
import io.leat.gateway.publishing.Message;
import io.leat.gateway.publishing.Outcome;
import io.leat.gateway.publishing.Publisher;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One request's way: read and judged by a worker, then with the publisher, then decided. Once
 * decided, what became of each record does not change any more.
 */
final class Submission implements Runnable {
  /** Where it stands. The legal ways: READING to PUBLISHING to DECIDED, or READING to DECIDED. */
  private enum Stage {
    READING,
    PUBLISHING,
    DECIDED
  }

  /**
   * A record of the request.
   *
   * @param id its event id, null when it has none
   * @param refusal why it is refused, null when it went to the log
   * @param slot its message in the handover (the event, or what is kept of it), or -1
   */
  record Entry(@Nullable String id, @Nullable Refusal refusal, int slot) {}

  private final Ingest ingest;
  private final RequestFormat format;
  private final byte[] body;
  private final Iterable<Map.Entry<String, String>> headers;
  private final Collaborators with;
  private final Runnable decided;

  private final AtomicReference<Stage> stage = new AtomicReference<>(Stage.READING);
  private List<Entry> entries = new ArrayList<>();
  private Handover handover;
  private final @Nullable Refusal early;
  private @Nullable Refusal whole;

  /** What all submissions share. */
  record Collaborators(
      RecordSource source,
      EventPreparation preparation,
      Rejections rejections,
      Publisher publisher) {}

  /**
   * @param early why the request is refused although its body was not looked at, or null
   * @param decided called once, on any thread
   */
  Submission(
      Ingest ingest,
      RequestFormat format,
      byte[] body,
      @Nullable Refusal early,
      Iterable<Map.Entry<String, String>> headers,
      Collaborators with,
      Runnable decided) {
    this.ingest = ingest;
    this.format = format;
    this.body = body;
    this.early = early;
    this.headers = headers;
    this.with = with;
    this.decided = decided;
    this.handover = new Handover(this::published);
  }

  /** On a worker: reads, judges, and hands over. */
  @Override
  public void run() {
    if (stage.get() != Stage.READING) {
      return;
    }
    if (early != null) {
      refuseWhole(early);
    } else {
      try {
        with.source().read(format, body, headers, this::take);
      } catch (UnreadableException e) {
        refuseWhole(e.refusal());
      }
    }
    publish();
  }

  /** Time is up: what is not known by now is answered as it stands. */
  void expire() {
    if (stage.compareAndSet(Stage.READING, Stage.DECIDED)) {
      whole = Refusal.of(ErrorCode.OVERLOADED, "The request could not be worked on in time");
      decided.run();
    } else {
      handover.expire();
    }
  }

  /** A defect ended the reading: nothing was handed over. */
  void defect() {
    decide(Refusal.of(ErrorCode.INTERNAL, "The request could not be worked on"));
  }

  private void take(IncomingRecord record) {
    int index = entries.size();
    Prepared prepared = with.preparation().prepare(ingest, record, index);
    Message message = prepared.message();
    Refusal refusal = prepared.refusal();
    if (refusal != null && Rejections.kept(refusal.code())) {
      message = with.rejections().keep(ingest, prepared.id(), record.original(), index, refusal);
    }
    entries.add(new Entry(prepared.id(), refusal, message == null ? -1 : handover.add(message)));
  }

  /** Nothing of the body can be used: what was taken so far is forgotten. */
  private void refuseWhole(Refusal refusal) {
    handover = new Handover(this::published);
    entries = new ArrayList<>();
    int slot = -1;
    if (Rejections.kept(refusal.code())) {
      Bytes bytes = new Bytes(body, 0, body.length);
      Message message = with.rejections().keep(ingest, null, bytes, -1, refusal);
      slot = message == null ? -1 : handover.add(message);
    }
    entries.add(new Entry(null, refusal, slot));
    whole = refusal;
  }

  private void publish() {
    handover.seal();
    if (!stage.compareAndSet(Stage.READING, Stage.PUBLISHING)) {
      return;
    }
    if (handover.size() == 0) {
      published();
    } else if (!with.publisher().offer(handover)) {
      decide(Refusal.of(ErrorCode.OVERLOADED, "Too many events are on their way to the log"));
    }
  }

  private void published() {
    if (stage.compareAndSet(Stage.PUBLISHING, Stage.DECIDED)) {
      decided.run();
    }
  }

  private void decide(Refusal refusal) {
    if (stage.getAndSet(Stage.DECIDED) != Stage.DECIDED) {
      whole = refusal;
      decided.run();
    }
  }

  Ingest ingest() {
    return ingest;
  }

  /** Whether the answer goes record by record. */
  boolean batch() {
    return RecordSource.isBatch(format, body);
  }

  int bodyBytes() {
    return body.length;
  }

  /** Once decided: why nothing of the body was used, or null. */
  @Nullable Refusal whole() {
    return whole;
  }

  /** Once decided: the records. */
  List<Entry> entries() {
    return entries;
  }

  /** Once decided: what became of an entry's message. */
  Outcome outcome(Entry entry) {
    return entry.slot() < 0 ? Outcome.UNAVAILABLE : handover.outcome(entry.slot());
  }

  /** Once decided: where an accepted entry stands. */
  String position(Entry entry) {
    return new io.leat.event.LogPosition(
            ingest.stream().logEpoch(),
            ingest.stream().name(),
            handover.partition(entry.slot()),
            handover.offset(entry.slot()))
        .toString();
  }

  /** Once decided: whether a refused entry can be seen again. */
  boolean kept(Entry entry) {
    return entry.refusal() != null
        && entry.slot() >= 0
        && handover.outcome(entry.slot()) == Outcome.ACKNOWLEDGED;
  }
}
