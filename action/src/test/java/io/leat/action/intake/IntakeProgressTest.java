package io.leat.action.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class IntakeProgressTest {
  private Instant now = Instant.parse("2026-03-01T10:00:00Z");
  private final IntakeProgress progress = new IntakeProgress("devices", () -> now);

  private void pass(int seconds) {
    now = now.plusSeconds(seconds);
  }

  @Test
  void asLongAsNothingWaitsAllIsWell() {
    for (int i = 0; i < 10; i++) {
      pass(59);
      progress.looked(0);
    }

    pass(60);
    assertThat(progress.problem()).isEmpty();
  }

  @Test
  void whoTakesSomeInIsNotStuckHoweverManyWait() {
    for (int i = 0; i < 10; i++) {
      pass(50);
      progress.moved();
      progress.looked(100_000);
    }

    assertThat(progress.problem()).isEmpty();
    assertThat(progress.waiting()).isEqualTo(100_000);
  }

  @Test
  void whenSomeWaitAndNoneIsTakenInForAMinuteThatIsAProblem() {
    pass(61);
    progress.looked(3);

    assertThat(progress.problem())
        .contains("no alerts of devices were taken in since 2026-03-01T10:00:00Z, and 3 wait");
  }

  @Test
  void whyNoneIsTakenInIsSaidUntilSomeAre() {
    progress.failed(7, "PostgreSQL does not answer");
    assertThat(progress.problem()).isEmpty();
    pass(61);

    assertThat(progress.problem())
        .contains(
            "no alerts of devices were taken in since 2026-03-01T10:00:00Z, and 7 wait:"
                + " PostgreSQL does not answer");
    progress.moved();
    pass(61);
    progress.looked(2);
    assertThat(progress.problem())
        .contains("no alerts of devices were taken in since 2026-03-01T10:01:01Z, and 2 wait");
  }

  @Test
  void whoNeitherLooksNorFailsIsFoundOutToo() {
    pass(61);

    assertThat(progress.problem())
        .contains("no alerts of devices were taken in since 2026-03-01T10:00:00Z");
  }
}
