package io.leat.app.demo;

import io.leat.app.client.HttpProblemException;
import io.leat.app.client.LeatClient;
import io.leat.app.demo.Observed.Incident;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets machines get into trouble and out of it, and sees what becomes of it, on a thread of its own
 * beside the feeding. Thread-safe.
 */
final class TroubleWatch implements AutoCloseable {
  private static final Duration LOOK = Duration.ofMillis(500);

  private final LeatClient client;
  private final String blueprint;
  private final Supplier<List<Map<String, String>>> tickets;
  private final Troubles troubles;
  private final Heartbeats heartbeats;
  private final InstantSource clock;
  private final Instant start;
  private final Duration standstill;
  private final Thread thread = new Thread(this::watch, "leat-demo-incidents");
  private volatile Observed observed = Observed.nothing();
  private volatile long lookedAt;
  private volatile boolean isOver;
  private volatile boolean closed;
  private volatile @Nullable RuntimeException failure;

  /**
   * @param client may read everything
   * @param tickets all there are, field values by name
   * @param heartbeats of all machines; ended with this
   * @param start what was opened before is another run's
   * @param standstill waiting ends when nothing has moved for this long
   */
  TroubleWatch(
      LeatClient client,
      String blueprint,
      Supplier<List<Map<String, String>>> tickets,
      Troubles troubles,
      Heartbeats heartbeats,
      InstantSource clock,
      Instant start,
      Duration standstill) {
    this.client = client;
    this.blueprint = blueprint;
    this.tickets = tickets;
    this.troubles = troubles;
    this.heartbeats = heartbeats;
    this.clock = clock;
    this.start = start;
    this.standstill = standstill;
    thread.setDaemon(true);
  }

  /**
   * What the progress shows.
   *
   * @param open incidents
   * @param resolved incidents
   * @param newTickets that are not resolved
   * @param resolvedTickets that are
   */
  record Glance(long open, long resolved, long newTickets, long resolvedTickets) {}

  void start() {
    heartbeats.start();
    thread.start();
  }

  Glance glance() {
    Observed now = observed;
    List<Incident> incidents = ours(now);
    long open = incidents.stream().filter(Incident::isOpen).count();
    List<String> states = now.tickets().values().stream().flatMap(List::stream).toList();
    long resolved = states.stream().filter(Observed.TICKET_RESOLVED::equals).count();
    return new Glance(open, incidents.size() - open, states.size() - resolved, resolved);
  }

  private List<Incident> ours(Observed seen) {
    return seen.incidents().stream().filter(one -> !one.openedAt().isBefore(start)).toList();
  }

  /**
   * Waits until all that must come of the troubles has come, or nothing moves any more; takes what
   * is seen then; and ends the heartbeats.
   *
   * @throws RuntimeException what made the sending or the looking fail
   */
  IncidentTally await() throws InterruptedException {
    long asked = System.nanoTime();
    while (failure == null && !(isOver && lookedAt - asked > 0)) {
      Thread.sleep(LOOK.toMillis());
    }
    RuntimeException failed = failure;
    if (failed != null) {
      throw failed;
    }
    Observed last = observed;
    close();
    return IncidentTally.of(troubles, ours(last), last);
  }

  private void watch() {
    long moved = System.nanoTime();
    long last = -1;
    try {
      while (!closed) {
        troubles.machines().forEach(one -> heartbeats.beat(one.id, one.firmware()));
        boolean isLate = System.nanoTime() - moved > standstill.toNanos();
        if (look(isLate)) {
          for (TroubledMachine machine : troubles.machines()) {
            heartbeats.say(machine.next(observed, clock.instant()));
          }
        }
        long state = state();
        moved = state == last ? moved : System.nanoTime();
        last = state;
        isOver = isLate || troubles.machines().stream().allMatch(TroubledMachine::isDone);
        Thread.sleep(LOOK.toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      failure = e;
    }
  }

  /**
   * Sees how things are; false when that cannot be seen now.
   *
   * @param isLate it must be seen now
   */
  private boolean look(boolean isLate) {
    long begun = System.nanoTime();
    try {
      observed = Observed.ask(client, blueprint, troubles.prefix(), tickets.get());
      lookedAt = begun;
      return true;
    } catch (HttpProblemException | UncheckedIOException e) {
      if (isLate) {
        throw e;
      }
      return false;
    }
  }

  /** Another number as soon as anything is new. */
  private long state() {
    long done = troubles.machines().stream().filter(TroubledMachine::isDone).count();
    Glance glance = glance();
    return ((done * 1_000 + observed.rows().size()) * 1_000 + glance.open()) * 1_000
        + glance.resolved() * 31
        + glance.newTickets() * 37
        + glance.resolvedTickets() * 41;
  }

  @Override
  public void close() {
    closed = true;
    heartbeats.close();
  }
}
