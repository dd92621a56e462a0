package io.leat.action.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.action.target.TargetOutcome.Delivered;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every target keeps to. */
@Timeout(120)
abstract class TargetContractTest {
  /** Long enough for a machine that is busy. */
  static final Duration LONG = Duration.ofSeconds(30);

  final TestingPlaces places = new TestingPlaces();
  final TestingMemory memory = new TestingMemory();
  final TestingBudget budget = new TestingBudget();

  /** As in YAML. */
  abstract String kind();

  /** Starts the place and puts its secrets into {@link TestingPlaces#secrets}. */
  abstract void start() throws Exception;

  abstract void stop() throws Exception;

  /** Options that lead there. */
  abstract Map<String, String> options();

  /** All that a person sees there about the incident, with what the place adds of its own. */
  abstract String shown() throws Exception;

  /** How many things the incident is there: tickets, or messages where each state is one. */
  abstract int things() throws Exception;

  /** Requests that reached the place, or what corresponds to them. */
  abstract int requests() throws Exception;

  /** How it shows that an incident is over. */
  abstract String over();

  @BeforeEach
  final void startPlace() throws Exception {
    start();
  }

  @AfterEach
  final void stopPlace() throws Exception {
    stop();
    places.close();
  }

  final Target target(Duration timeout) {
    return places.open(kind(), timeout, options());
  }

  final TargetOutcome deliver(Target target, TargetRequest request) throws InterruptedException {
    return target.deliver(request, memory, budget);
  }

  @Test
  void anIncidentIsShownFromItsBeginningToItsEnd() throws Exception {
    try (Target target = target(LONG)) {
      assertThat(target.kind()).isEqualTo(kind());

      assertThat(deliver(target, TestingIncidents.opened())).isInstanceOf(Delivered.class);
      assertThat(shown()).contains("m7 is offline").doesNotContain(over());

      assertThat(deliver(target, TestingIncidents.updated())).isInstanceOf(Delivered.class);
      assertThat(shown()).contains("für 5 min").doesNotContain(over());

      assertThat(deliver(target, TestingIncidents.acknowledged())).isInstanceOf(Delivered.class);
      assertThat(shown()).doesNotContain(over());

      assertThat(deliver(target, TestingIncidents.resolved())).isInstanceOf(Delivered.class);
      assertThat(shown()).contains(over());
    }
  }

  @Test
  void theSameRequestTwiceShowsOneThing() throws Exception {
    try (Target target = target(LONG)) {
      TargetOutcome first = deliver(target, TestingIncidents.opened());
      TargetOutcome second = deliver(target, TestingIncidents.again(TestingIncidents.opened()));

      assertThat(first).isInstanceOf(Delivered.class);
      assertThat(second).isInstanceOf(Delivered.class);
      assertThat(things()).isEqualTo(1);
    }
  }

  @Test
  void theBudgetIsAskedForEachRequest() throws Exception {
    try (Target target = target(LONG)) {
      deliver(target, TestingIncidents.opened());
      deliver(target, TestingIncidents.resolved());
    }

    assertThat(budget.taken.get()).isEqualTo(requests()).isPositive();
  }

  @Test
  void nothingIsSentForADeliveryThatWasLost() throws Exception {
    HttpBudget lost =
        () -> {
          throw new DeliveryLostException("taken over");
        };
    try (Target target = target(LONG)) {
      assertThatThrownBy(() -> target.deliver(TestingIncidents.opened(), memory, lost))
          .isInstanceOf(DeliveryLostException.class)
          .hasMessage("taken over");
    }

    assertThat(requests()).isZero();
  }

  @Test
  void nothingIsSentWhenLeatStops() throws Exception {
    HttpBudget stopped =
        () -> {
          throw new InterruptedException("stopped");
        };
    try (Target target = target(LONG)) {
      assertThatThrownBy(() -> target.deliver(TestingIncidents.opened(), memory, stopped))
          .isInstanceOf(InterruptedException.class)
          .hasMessage("stopped");
    }

    assertThat(requests()).isZero();
  }

  @Test
  void aTestOfTheTargetShowsNoIncident() throws Exception {
    try (Target target = target(LONG)) {
      assertThat(target.test(budget)).isInstanceOf(Delivered.class);
    }

    assertThat(things()).isZero();
    assertThat(budget.taken.get()).isPositive();
  }
}
