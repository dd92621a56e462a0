package io.leat.action.intake;

import static io.leat.action.TestingIntake.PARTITION;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.leat.action.TestingIntake;
import io.leat.action.TestingState;
import io.leat.action.intake.AlertsPutAside.OfBlueprint;
import io.leat.action.intake.AlertsPutAside.PutAside;
import io.leat.rules.alert.AlertJson;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AlertsPutAsideTest {
  private static TestingState state;

  private TestingIntake intake;
  private AlertsPutAside putAside;

  @BeforeAll
  static void start() {
    state = new TestingState();
  }

  @AfterAll
  static void stop() throws Exception {
    state.close();
  }

  @BeforeEach
  void begin() {
    state.clear();
    intake = new TestingIntake(state.database());
    putAside = new AlertsPutAside(state.database());
  }

  private void say(String type, byte @Nullable [] value) {
    long next = intake.transaction().nextOffset(PARTITION);
    intake.transaction().take(PARTITION, next, List.of(new AlertRecord(next, type, value)));
    intake.pass(Duration.ofSeconds(1));
  }

  @Test
  void theNewestAreShownWithTheirReasonsAndAllAreCounted() {
    for (int i = 0; i < 3; i++) {
      say("something", "what is it".getBytes(UTF_8));
    }
    say(AlertJson.FIRING, null);

    Map<String, OfBlueprint> all = putAside.of(List.of("devices", "others"), 2);

    assertThat(all).containsOnlyKeys("devices");
    OfBlueprint devices = Objects.requireNonNull(all.get("devices"));
    assertThat(devices.count()).isEqualTo(4);
    assertThat(devices.newest())
        .containsExactly(
            new PutAside(
                0,
                1,
                3,
                AlertJson.FIRING,
                0,
                "it has no value",
                intake.instant().minus(Duration.ofSeconds(1))),
            new PutAside(
                0,
                1,
                2,
                "something",
                10,
                "its ce_type is something",
                intake.instant().minus(Duration.ofSeconds(2))));
  }

  @Test
  void ofOtherBlueprintsNothingIsShown() {
    say("something", "what is it".getBytes(UTF_8));

    assertThat(putAside.of(List.of("others"), 5)).isEmpty();
    assertThat(putAside.of(List.of(), 5)).isEmpty();
  }
}
