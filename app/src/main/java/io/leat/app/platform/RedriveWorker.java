package io.leat.app.platform;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.event.LogPosition;
import io.leat.gateway.Admission;
import io.leat.gateway.RedrivePreparation;
import io.leat.gateway.ServedStream;
import io.leat.gateway.format.Refusal;
import io.leat.gateway.publishing.Handover;
import io.leat.gateway.publishing.Message;
import io.leat.gateway.publishing.Outcome;
import io.leat.gateway.publishing.Publisher;
import io.leat.state.Redrive;
import io.leat.state.RedriveState;
import io.leat.state.Redrives;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does what is planned in {@link Redrives}, some records at a time with a pause behind them, so
 * that live events hardly notice; also what an earlier process left behind. Before a record is sent
 * it is noted where it will be: if nobody notes what became of it, it is looked for there before it
 * is sent again. Everything happens on a thread of its own.
 */
final class RedriveWorker implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RedriveWorker.class);

  /** Records at a time; each may have 900 KiB. */
  private static final int TOGETHER = 32;

  private static final Duration PAUSE = Duration.ofMillis(50);
  private static final Duration LOOK_EVERY = Duration.ofMillis(500);
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(5);
  private static final Duration ACKNOWLEDGED_WITHIN = Duration.ofSeconds(5);

  /** A record that was handed over is in the log after this time, or will never be. */
  private static final Duration SETTLED_AFTER = Duration.ofSeconds(10);

  private final Redrives redrives;
  private final KeptTables tables;
  private final RecordCheck check;
  private final LogReader logReader;
  private final MarkedRecords marked;
  private final RedriveOutcomes outcomes;
  private final Publisher publisher;
  private final Admission admission;
  private final InstantSource clock;
  private final Semaphore wake = new Semaphore(1);
  private final Thread thread = new Thread(this::run, "leat-redrive");
  private volatile boolean closed;

  RedriveWorker(
      Redrives redrives,
      KeptTables tables,
      RecordCheck check,
      LogReader logReader,
      MarkedRecords marked,
      RedriveOutcomes outcomes,
      Publisher publisher,
      Admission admission,
      InstantSource clock) {
    this.redrives = redrives;
    this.tables = tables;
    this.check = check;
    this.logReader = logReader;
    this.marked = marked;
    this.outcomes = outcomes;
    this.publisher = publisher;
    this.admission = admission;
    this.clock = clock;
    thread.setDaemon(true);
  }

  /** Begins, at once, with what was left behind. */
  void start() {
    thread.start();
  }

  /** There is something new to do. */
  void wake() {
    wake.release();
  }

  private void run() {
    while (!closed) {
      try {
        wake.drainPermits();
        Duration next = step();
        if (next == null) {
          wake.acquire();
        } else if (wake.tryAcquire(next.toMillis(), TimeUnit.MILLISECONDS)) {
          wake.drainPermits();
        }
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /** What can be done now; returns when to look again, null when there is nothing left. */
  private @Nullable Duration step() throws InterruptedException {
    try {
      outcomes.note(redrives.open(RedriveState.SENT, 1_000));
      List<Redrive> planned = redrives.open(RedriveState.PLANNED, TOGETHER);
      boolean isAnySent = send(planned);
      if (isAnySent) {
        return PAUSE;
      }
      return planned.isEmpty() && redrives.open(RedriveState.SENT, 1).isEmpty() ? null : LOOK_EVERY;
    } catch (RuntimeException e) {
      if (!closed) {
        log.warn("Redriving cannot go on for now: {}", e.toString());
        log.debug("Redriving cannot go on for now", e);
      }
      return AFTER_FAILURE;
    }
  }

  /** Whether any was sent or has ended. */
  private boolean send(List<Redrive> planned) throws InterruptedException {
    boolean isAny = prepareAndSend(planned.stream().filter(one -> one.aim() == null).toList());
    for (Redrive one : planned) {
      if (one.aim() != null && clock.instant().isAfter(one.changedAt().plus(SETTLED_AFTER))) {
        isAny |= find(one, one.aim());
      }
    }
    return isAny;
  }

  /** Looks for one that may be in the log: notes where it is, or that it is to be sent again. */
  private boolean find(Redrive planned, Redrive.Aim aim) {
    Optional<LogPosition> position =
        marked.find(
            planned.stream(), aim, RedrivePreparation.mark(planned.origin(), planned.attempt()));
    log.info(
        "A redriven record's way was not noted: origin={} found={}",
        planned.origin(),
        position.map(LogPosition::toString).orElse("nowhere"));
    return position.isPresent() ? sent(planned, position.get()) : redrives.aim(planned, null);
  }

  private boolean sent(Redrive planned, LogPosition position) {
    return redrives.sent(
        planned.origin(),
        planned.attempt(),
        new KeptId(false, position).toString(),
        position.offset());
  }

  private boolean prepareAndSend(List<Redrive> planned) throws InterruptedException {
    if (planned.isEmpty()) {
      return false;
    }
    Refusal full = admission.refusal();
    if (full != null) {
      throw new LeatException(full.code(), full.reason());
    }
    Map<KeptId, Redrive> wanted = new LinkedHashMap<>();
    planned.forEach(one -> wanted.put(KeptId.parse(one.origin()), one));
    Map<KeptId, KeptRecord> records = tables.read(wanted.keySet(), KeptTables.Payload.READ);
    List<RecordCheck.Wanted> found = new ArrayList<>();
    for (Map.Entry<KeptId, Redrive> one : wanted.entrySet()) {
      KeptRecord record = records.get(one.getKey());
      Redrive redrive = one.getValue();
      if (record == null) {
        redrives.end(
            redrive,
            RedriveState.REFUSED,
            ErrorCode.NOT_FOUND.code(),
            "the record is not there any more");
      } else {
        found.add(new RecordCheck.Wanted(record, redrive.origin(), redrive.attempt()));
      }
    }
    List<RecordCheck.Checked> checked = check.check(found);
    Map<KeptId, RecordCheck.Earlier> earlier = check.earlier(checked);
    List<RecordCheck.Checked> fit = new ArrayList<>();
    for (RecordCheck.Checked one : checked) {
      KeptId id = one.wanted().record().id();
      Redrive redrive = Objects.requireNonNull(wanted.get(id));
      RecordCheck.Earlier before = earlier.get(id);
      if (one.refusal() != null) {
        redrives.end(
            redrive, RedriveState.REFUSED, one.refusal().code().code(), one.refusal().reason());
      } else if (before != null) {
        redrives.end(
            redrive,
            before.isSame() ? RedriveState.DUPLICATE : RedriveState.CONFLICT,
            before.isSame() ? null : ErrorCode.EVENT_ID_CONFLICT.code(),
            "not sent: the event is in processed since " + before.position());
      } else {
        fit.add(one);
      }
    }
    publish(fit, wanted);
    return true;
  }

  private void publish(List<RecordCheck.Checked> fit, Map<KeptId, Redrive> wanted)
      throws InterruptedException {
    if (fit.isEmpty()) {
      return;
    }
    List<TopicPartition> partitions =
        fit.stream().map(RedriveWorker::partition).distinct().toList();
    Map<TopicPartition, Long> ends = logReader.ends(partitions);
    CountDownLatch done = new CountDownLatch(1);
    Handover handover = new Handover(done::countDown);
    List<RecordCheck.Checked> handed = new ArrayList<>();
    for (RecordCheck.Checked one : fit) {
      KeptRecord record = one.wanted().record();
      TopicPartition partition = partition(one);
      Redrive.Aim aim =
          new Redrive.Aim(
              stream(one).logEpoch(),
              partition.partition(),
              ends.getOrDefault(partition, 0L),
              one.eventId(),
              one.client(),
              record.received());
      if (redrives.aim(Objects.requireNonNull(wanted.get(record.id())), aim)) {
        handover.add(message(one));
        handed.add(one);
      }
    }
    if (handed.isEmpty()) {
      return;
    }
    handover.seal();
    if (publisher.offer(handover)) {
      if (!done.await(ACKNOWLEDGED_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
        handover.expire();
      }
    } else {
      handover.expire();
    }
    for (int i = 0; i < handed.size(); i++) {
      note(handed.get(i), handover, i, wanted);
    }
  }

  private void note(
      RecordCheck.Checked one, Handover handover, int i, Map<KeptId, Redrive> wanted) {
    Redrive redrive = Objects.requireNonNull(wanted.get(one.wanted().record().id()));
    Outcome outcome = handover.outcome(i);
    switch (outcome) {
      case ACKNOWLEDGED ->
          sent(
              redrive,
              new LogPosition(
                  stream(one).logEpoch(),
                  message(one).topic(),
                  handover.partition(i),
                  handover.offset(i)));
      case TOO_LARGE ->
          redrives.end(
              redrive,
              RedriveState.REFUSED,
              ErrorCode.RECORD_TOO_LARGE.code(),
              "the log does not take a record of this size");
      // Surely not in the log, or perhaps: it is looked for before it is sent again.
      case UNAVAILABLE, NOT_ATTEMPTED, UNKNOWN, PENDING, HANDED_OVER ->
          log.warn(
              "A redriven record was not acknowledged: origin={} outcome={}",
              redrive.origin(),
              outcome);
    }
  }

  private static TopicPartition partition(RecordCheck.Checked one) {
    return new TopicPartition(message(one).topic(), message(one).partition());
  }

  private static Message message(RecordCheck.Checked one) {
    return Objects.requireNonNull(one.message());
  }

  private static ServedStream stream(RecordCheck.Checked one) {
    return Objects.requireNonNull(one.stream());
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      thread.join(ACKNOWLEDGED_WITHIN.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
