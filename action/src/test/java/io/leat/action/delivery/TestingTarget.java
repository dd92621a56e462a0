package io.leat.action.delivery;

import io.leat.action.target.ExternalChange;
import io.leat.action.target.HttpBudget;
import io.leat.action.target.Target;
import io.leat.action.target.TargetIncident;
import io.leat.action.target.TargetMemory;
import io.leat.action.target.TargetOutcome;
import io.leat.action.target.TargetRefusesException;
import io.leat.action.target.TargetRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A place that keeps what it was told, as a ticket system does: by correlation id, one ticket each.
 * A test says how requests end. Thread-safe; several workers may have one each onto the same {@link
 * Place}.
 */
final class TestingTarget implements Target {
  /** The other side. */
  static final class Place {
    final List<TargetRequest> received = Collections.synchronizedList(new ArrayList<>());
    final List<Long> requestedAt = Collections.synchronizedList(new ArrayList<>());
    final Map<String, TargetIncident> tickets = new ConcurrentHashMap<>();
    final Map<String, Integer> created = new ConcurrentHashMap<>();
    final Map<String, AtomicInteger> busy = new ConcurrentHashMap<>();
    final AtomicInteger mostAtOnce = new AtomicInteger();
    final AtomicInteger now = new AtomicInteger();
    final List<String> violations = Collections.synchronizedList(new ArrayList<>());
    volatile Function<TargetRequest, @Nullable TargetOutcome> answer = request -> null;
    volatile Duration takes = Duration.ZERO;
    volatile @Nullable List<ExternalChange> changes;
    volatile boolean refusesToTell;

    int requests() {
      return requestedAt.size();
    }
  }

  private final Place place;
  private final boolean coalesces;

  TestingTarget(Place place, boolean coalesces) {
    this.place = place;
    this.coalesces = coalesces;
  }

  @Override
  public String kind() {
    return "testing";
  }

  @Override
  public boolean coalesces() {
    return coalesces;
  }

  @Override
  public TargetOutcome deliver(TargetRequest request, TargetMemory memory, HttpBudget budget)
      throws InterruptedException {
    String id = request.incident().id();
    AtomicInteger own = place.busy.computeIfAbsent(id, incident -> new AtomicInteger());
    if (own.incrementAndGet() > 1) {
      place.violations.add("two at once for " + id);
    }
    place.mostAtOnce.accumulateAndGet(place.now.incrementAndGet(), Math::max);
    try {
      if (memory.get("ticket").isEmpty()) {
        take(budget); // a look-up
        if (place.tickets.containsKey(id)) {
          memory.put("ticket", "T-" + id);
        }
      }
      take(budget);
      place.received.add(request);
      Thread.sleep(place.takes.toMillis());
      TargetOutcome outcome = place.answer.apply(request);
      if (outcome == null || outcome instanceof TargetOutcome.Unknown) {
        store(request, memory.get("ticket").isEmpty());
      }
      if (outcome == null) {
        memory.put("ticket", "T-" + id);
      }
      return outcome == null
          ? new TargetOutcome.Delivered("T-" + id, "https://tickets.example/" + id)
          : outcome;
    } finally {
      own.decrementAndGet();
      place.now.decrementAndGet();
    }
  }

  private void store(TargetRequest request, boolean isNew) {
    String id = request.incident().id();
    if (isNew) {
      place.created.merge(id, 1, Integer::sum);
    }
    place.tickets.put(id, request.incident());
  }

  private void take(HttpBudget budget) throws InterruptedException {
    budget.take();
    place.requestedAt.add(System.nanoTime());
  }

  @Override
  public TargetOutcome test(HttpBudget budget) throws InterruptedException {
    take(budget);
    return new TargetOutcome.Delivered("", "");
  }

  @Override
  public Optional<List<ExternalChange>> poll(TargetMemory memory, HttpBudget budget)
      throws InterruptedException {
    List<ExternalChange> changes = place.changes;
    if (changes == null) {
      return Optional.empty();
    }
    take(budget);
    if (place.refusesToTell) {
      throw new TargetRefusesException("who is asking?");
    }
    memory.put("cursor", String.valueOf(Integer.parseInt(memory.get("cursor").orElse("0")) + 1));
    return Optional.of(List.copyOf(changes));
  }

  /** How many tickets each incident has: more than one is a duplicate. */
  static Map<String, Integer> duplicates(Place place) {
    Map<String, Integer> duplicates = new HashMap<>(place.created);
    duplicates.values().removeIf(count -> count == 1);
    return duplicates;
  }
}
