package io.leat.action.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.action.target.TargetOutcome.Blocked;
import io.leat.action.target.TargetOutcome.Delivered;
import io.leat.action.target.TargetOutcome.Refused;
import io.leat.action.target.TargetOutcome.Retry;
import io.leat.action.target.TargetOutcome.Unknown;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/** What every target keeps to whose place is behind a network of others. */
abstract class RemoteTargetContractTest extends TargetContractTest {
  /** Short enough to wait for, long enough to connect. */
  static final Duration SHORT = Duration.ofMillis(1_500);

  /** What can go wrong with what is sent next. */
  enum Fault {
    /** Asks to come again later. */
    BUSY,
    /** Fails, and does nothing. */
    BROKEN,
    /** Does not know who it is. */
    UNKNOWN_CALLER,
    /** Knows it, and does not let it. */
    DENIED,
    /** Takes it and says nothing. */
    SILENT,
    /** Takes it and does not stop talking. */
    ENDLESS,
    /** Takes it and talks very slowly. */
    DRIP
  }

  /** Happens to what is sent next that would change something. */
  abstract void next(Fault fault) throws Exception;

  /** How long the place asks to wait when it is busy; empty when it cannot say. */
  abstract Optional<Duration> retryAfter();

  /** How an attempt ends at a place that does not let Leat in. */
  Class<? extends TargetOutcome> outcome(Fault fault) {
    return Blocked.class;
  }

  /** What a refusal tells to do. */
  abstract String remedy(Fault fault);

  /** How many things there are when an answer was lost and the request was sent again. */
  int thingsAfterALostAnswer() {
    return 1;
  }

  @Test
  void aBusyPlaceIsAskedLater() throws Exception {
    next(Fault.BUSY);
    try (Target target = target(LONG)) {
      TargetOutcome outcome = deliver(target, TestingIncidents.opened());

      assertThat(outcome).isInstanceOf(Retry.class);
      assertThat(((Retry) outcome).retryAfter()).isEqualTo(retryAfter().orElse(null));
      assertThat(things()).isZero();

      assertThat(deliver(target, TestingIncidents.opened())).isInstanceOf(Delivered.class);
      assertThat(things()).isEqualTo(1);
    }
  }

  @Test
  void aPlaceThatFailsIsAskedAgain() throws Exception {
    next(Fault.BROKEN);
    try (Target target = target(LONG)) {
      TargetOutcome outcome = deliver(target, TestingIncidents.opened());

      assertThat(outcome).isInstanceOf(Retry.class);
      assertThat(((Retry) outcome).retryAfter()).isNull();

      assertThat(deliver(target, TestingIncidents.opened())).isInstanceOf(Delivered.class);
      assertThat(things()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"UNKNOWN_CALLER", "DENIED"})
  void aPlaceThatDoesNotLetLeatInIsAskedAgainWhenThatIsMended(Fault fault) throws Exception {
    Map<String, String> before = new TreeMap<>(places.secrets);
    next(fault);
    try (Target target = target(LONG)) {
      TargetOutcome outcome = deliver(target, TestingIncidents.opened());

      assertThat(outcome).isInstanceOf(outcome(fault));
      assertThat(outcome.toString()).contains(remedy(fault));
      assertThat(things()).isZero();

      places.secrets.putAll(before);
      assertThat(deliver(target, TestingIncidents.opened())).isInstanceOf(Delivered.class);
      assertThat(things()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"SILENT", "ENDLESS", "DRIP"})
  void anAnswerThatDoesNotComeLeavesItUnknown(Fault fault) throws Exception {
    next(fault);
    try (Target target = target(SHORT)) {
      assertThat(deliver(target, TestingIncidents.opened())).isInstanceOf(Unknown.class);
    }
    try (Target target = target(LONG)) {
      assertThat(deliver(target, TestingIncidents.again(TestingIncidents.opened())))
          .isInstanceOf(Delivered.class);
      assertThat(things()).isEqualTo(thingsAfterALostAnswer());

      assertThat(deliver(target, TestingIncidents.resolved())).isInstanceOf(Delivered.class);
      assertThat(shown()).contains(over());
    }
  }

  @Test
  void aPlaceThatIsNotThereIsAskedAgain() throws Exception {
    stop();
    try (Target target = target(LONG)) {
      assertThat(deliver(target, TestingIncidents.opened())).isInstanceOf(Retry.class);
      assertThat(target.test(budget)).isInstanceOf(Retry.class);
    }
    start();
  }

  @Test
  void aPlaceInsideIsRefusedUnlessAllowed() throws Exception {
    Map<String, String> options = new HashMap<>(options());
    options.remove("allow-private");
    options.computeIfPresent("url", (name, url) -> url.replace("http:", "https:"));
    options.remove("tls");
    places.secrets.replaceAll((name, value) -> value.replace("http:", "https:"));
    try (Target target = places.open(kind(), LONG, options)) {
      assertThat(deliver(target, TestingIncidents.opened()))
          .isInstanceOfSatisfying(
              Refused.class,
              refused -> assertThat(refused.reason()).contains("'allow-private: true'"));
    }

    assertThat(requests()).isZero();
  }

  @Test
  void aSecretThatIsNotThereIsNamed() throws Exception {
    places.secrets.clear();
    try (Target target = target(LONG)) {
      assertThat(deliver(target, TestingIncidents.opened()))
          .isInstanceOfSatisfying(
              Blocked.class,
              blocked -> assertThat(blocked.reason()).startsWith("there is no secret '"));
      assertThat(target.test(budget)).isInstanceOf(Blocked.class);
    }

    assertThat(requests()).isZero();
  }

  @Test
  void whoWaitsForAnAnswerCanBeStopped() throws Exception {
    next(Fault.SILENT);
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try (Target target = target(LONG)) {
      Future<TargetOutcome> waiting =
          thread.submit(() -> deliver(target, TestingIncidents.opened()));
      while (requests() == 0 || things() == 0) {
        Thread.sleep(10);
      }
      thread.shutdownNow();

      assertThatThrownBy(() -> waiting.get(20, TimeUnit.SECONDS))
          .hasCauseInstanceOf(InterruptedException.class);
    }
  }

  @Test
  void secretsAreInNoOutcomeAndNoLog() throws Exception {
    List<String> said = new ArrayList<>();
    try (TestingLog log = new TestingLog()) {
      for (Fault fault : Fault.values()) {
        Map<String, String> before = new TreeMap<>(places.secrets);
        next(fault);
        try (Target target = target(SHORT)) {
          said.add(deliver(target, TestingIncidents.opened()).toString());
        }
        places.secrets.putAll(before);
      }
      try (Target target = target(LONG)) {
        said.add(deliver(target, TestingIncidents.again(TestingIncidents.opened())).toString());
        said.add(target.toString());
      }
      LoggerFactory.getLogger("io.vertx.probe").trace("logs of every level are seen");
      said.addAll(log.lines);
    }

    Set<String> secrets = new TreeSet<>();
    for (String secret : places.secrets.values()) {
      secrets.add(Base64.getEncoder().encodeToString(secret.getBytes(StandardCharsets.UTF_8)));
      secrets.addAll(List.of(secret.split("[ :/]+")));
    }
    secrets.removeIf(secret -> secret.length() < 10 || secret.startsWith("place.example"));
    assertThat(secrets).isNotEmpty();
    assertThat(said).contains("io.vertx.probe: logs of every level are seen");
    for (String secret : secrets) {
      assertThat(said).noneMatch(line -> line.contains(secret));
    }
  }
}
