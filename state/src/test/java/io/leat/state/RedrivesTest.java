package io.leat.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class RedrivesTest {
  private static final Instant NOW = Instant.parse("2026-03-01T10:00:00.123456Z");
  private static final Redrive.Aim AIM = new Redrive.Aim(1, 2, 300, "e-1", "c-1", NOW);

  private static EmbeddedPostgres postgres;
  private static StateDatabase database;
  private static Redrives redrives;

  @BeforeAll
  static void start() throws IOException {
    postgres = EmbeddedPostgres.builder().start();
    database =
        StateDatabase.open(
            StateSettings.of(postgres.getJdbcUrl("postgres", "postgres"), "postgres", "postgres"));
    redrives = new Redrives(database, InstantSource.fixed(NOW));
  }

  @AfterAll
  static void stop() throws IOException {
    database.close();
    postgres.close();
  }

  private static Map<String, Integer> plan(String run, String... origins) {
    Map<String, String> streams = new LinkedHashMap<>();
    for (String origin : origins) {
      streams.put(origin, "d.t");
    }
    return redrives.plan(streams, new Redrives.Request(run, "ops", "mended"));
  }

  private static Redrive last(String origin) {
    List<Redrive> attempts = redrives.of(List.of(origin)).getOrDefault(origin, List.of());
    return attempts.get(attempts.size() - 1);
  }

  @Test
  void whatIsPlannedIsAsItWasAskedForAndInItsOrder() {
    assertThat(plan("run-order", "q:d.t:1/0/9", "q:d.t:1/0/3").keySet())
        .containsExactly("q:d.t:1/0/9", "q:d.t:1/0/3");

    assertThat(redrives.run("run-order", 10))
        .extracting(Redrive::origin)
        .containsExactly("q:d.t:1/0/9", "q:d.t:1/0/3");
    assertThat(last("q:d.t:1/0/9"))
        .isEqualTo(
            new Redrive(
                "q:d.t:1/0/9",
                1,
                "run-order",
                "d.t",
                RedriveState.PLANNED,
                null,
                null,
                -1,
                null,
                null,
                "ops",
                "mended",
                NOW,
                NOW));
  }

  @Test
  void whatIsUnderWayOrInProcessedIsNotPlannedAgain() {
    String origin = "q:d.t:1/1/1";
    plan("run-1", origin);
    assertThat(plan("run-2", origin)).isEmpty();
    assertThat(redrives.sent(origin, 1, "q:d.t:1/1/100", 100)).isTrue();
    assertThat(plan("run-3", origin)).isEmpty();
    assertThat(redrives.end(last(origin), RedriveState.PROCESSED, null, null)).isTrue();
    assertThat(plan("run-4", origin)).isEmpty();
    assertThat(redrives.sentAs(List.of("q:d.t:1/1/100")).values()).containsExactly(last(origin));
  }

  @Test
  void whatDidNotComeInMayBeTriedAgain() {
    String origin = "q:d.t:1/1/2";
    for (RedriveState end :
        List.of(RedriveState.REFUSED, RedriveState.QUARANTINED, RedriveState.CONFLICT)) {
      plan("run-" + end, origin);
      assertThat(redrives.end(last(origin), end, "code", "detail")).isTrue();
    }

    assertThat(plan("run-last", origin)).isEqualTo(Map.of(origin, 4));
    assertThat(redrives.of(List.of(origin)).get(origin))
        .extracting(Redrive::attempt)
        .containsExactly(1, 2, 3, 4);
  }

  @Test
  void aTransitionIsMadeFromItsStateOnly() {
    String origin = "q:d.t:1/1/3";
    plan("run-transition", origin);
    Redrive planned = last(origin);
    assertThat(redrives.aim(planned, AIM)).isTrue();
    assertThat(redrives.aim(planned, AIM)).as("somebody else aimed it").isFalse();
    assertThat(last(origin).aim()).isEqualTo(AIM);
    assertThat(redrives.sent(origin, 1, "q:d.t:1/2/301", 301)).isTrue();
    assertThat(redrives.sent(origin, 1, "q:d.t:1/2/302", 302)).isFalse();
    assertThat(redrives.end(planned, RedriveState.REFUSED, null, null)).isFalse();
    assertThat(redrives.end(last(origin), RedriveState.DUPLICATE, null, null)).isTrue();
    assertThat(last(origin).state()).isEqualTo(RedriveState.DUPLICATE);
    assertThatThrownBy(() -> redrives.end(planned, RedriveState.SENT, null, null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("SENT is no end");
  }

  @Test
  void ofManyWhoPlanTheSameAtOnceOneDoes() throws Exception {
    List<String> some = List.of("q:d.t:1/3/1", "q:d.t:1/3/2", "q:d.t:1/3/3");
    List<String> turned = List.of("q:d.t:1/3/3", "q:d.t:1/3/2", "q:d.t:1/3/1");
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Callable<Integer>> callers = new ArrayList<>();
      for (int i = 0; i < 24; i++) {
        String run = "run-many-" + i;
        String[] origins = (i % 2 == 0 ? some : turned).toArray(String[]::new);
        callers.add(() -> plan(run, origins).size());
      }
      int planned = 0;
      for (Future<Integer> caller : threads.invokeAll(callers)) {
        planned += caller.get();
      }

      assertThat(planned).isEqualTo(3);
    } finally {
      threads.shutdownNow();
    }
  }
}
