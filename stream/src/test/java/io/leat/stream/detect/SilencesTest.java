package io.leat.stream.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.rules.alert.Alert;
import io.leat.rules.alert.FiringSet;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A silence over {@code heartbeat} and {@code telemetry}, in the whole job. */
class SilencesTest {
  private static final String BEAT = "heartbeat";
  private static final String READING = "telemetry";

  private final TestingFleetJob job;

  SilencesTest(@TempDir Path directory) {
    this.job = new TestingFleetJob(directory);
  }

  private void sends(String stream, String device, int from, int to) {
    for (int second = from; second <= to; second += 20) {
      job.event(stream, device, second);
    }
  }

  @Test
  void anEventOfAnyOfThemIsASignOfLife() throws Exception {
    for (int second = 0; second <= 300; second += 20) {
      job.event(second % 40 == 0 ? BEAT : READING, "both", second);
      job.event(READING, "reads", second);
      if (second <= 100) {
        job.event(second < 100 ? READING : BEAT, "gone", second);
      }
    }
    job.markUntil(300);

    for (int parallelism = 1; parallelism <= 3; parallelism++) {
      List<Alert> alerts = job.run(parallelism).alerts();

      assertThat(alerts).extracting(Alert::summary).containsExactly("gone is offline");
      Alert silent = alerts.get(0);
      assertThat(silent.stream()).isEqualTo(BEAT);
      assertThat(silent.startedAt()).isEqualTo(TestingFleetJob.BEGIN.plusSeconds(100));
      assertThat(silent.evidence()).extracting(p -> p.topic()).containsExactly("devices.heartbeat");
    }
  }

  @Test
  void aStreamThatIsReadLaterMakesNobodyOffline() throws Exception {
    for (int device = 0; device < 30; device++) {
      job.event(BEAT, "d" + device, 0);
      sends(READING, "d" + device, 0, 900);
      job.event(BEAT, "d" + device, 900);
    }
    job.markUntil(900);

    job.readLater(READING);
    assertThat(job.run(2).alerts()).isEmpty();
    job.readLater(BEAT);
    assertThat(job.run(2).alerts()).isEmpty();
  }

  @Test
  void timeWaitsForTheStreamThatIsFurthestBehind() throws Exception {
    sends(BEAT, "one", 0, 300);
    job.event(BEAT, "gone", 0);
    job.missing(READING, 1);
    job.markUntil(300);

    assertThat(job.run(1).alerts()).isEmpty();
  }

  @Test
  void aStreamWithoutAnyEventDoesNotStopTime() throws Exception {
    sends(BEAT, "one", 0, 300);
    sends(BEAT, "two", 0, 300);
    job.event(BEAT, "gone", 0);
    job.markUntil(300);

    assertThat(job.run(2).alerts()).extracting(Alert::key).containsExactly("gone");
  }

  @Test
  void whenAllAreSilentThatIsOneAlert() throws Exception {
    for (int device = 0; device < 40; device++) {
      job.event(device % 2 == 0 ? BEAT : READING, "d" + device, device % 3);
    }
    job.markUntil(200);

    List<Alert> alerts = job.run(2).alerts();

    assertThat(alerts).extracting(Alert::key).containsExactly("");
    assertThat(alerts.get(0).values()).containsEntry("known", 40L);
  }

  @Test
  void aFailureInTheMiddleMakesNobodyOfflineAndForgetsNobody() throws Exception {
    for (int device = 0; device < 30; device++) {
      for (int second = 0; second <= 1_200; second += 20) {
        boolean isGone = device == 7 && second > 300;
        if (!isGone) {
          job.event((device + second / 20) % 3 == 0 ? BEAT : READING, "d" + device, second);
        }
      }
    }
    job.markUntil(1_200);
    List<Alert> undisturbed = job.run(2).alerts();

    job.failOnceAt(READING, 600);
    List<Alert> disturbed = job.run(2).alerts();

    assertThat(job.hasFailed()).isTrue();
    assertThat(undisturbed).extracting(Alert::key).containsExactly("d7");
    assertThat(disturbed).extracting(Alert::key).containsOnly("d7");
    assertThat(disturbed).extracting(Alert::id).containsOnly(undisturbed.get(0).id());
  }

  @Test
  void whatFiresIsToldOnceAllStreamsAreReadAgain() throws Exception {
    Instant later = Instant.now().plusSeconds(600);
    job.event(BEAT, "d0", 0);
    job.event(READING, "d0", 1);
    job.markAt(later);
    job.markAt(later.plusSeconds(1));

    List<FiringSet> sets = job.run(2).sets();

    assertThat(sets).extracting(FiringSet::task).containsExactlyInAnyOrder(0, 1, 2);
    assertThat(sets).extracting(FiringSet::tasks).containsOnly(3);
  }

  @Test
  void nothingIsToldBeforeThat() throws Exception {
    job.event(BEAT, "d0", 0);
    job.missing(READING, 1);
    Instant later = Instant.now().plusSeconds(600);
    job.markAt(later);
    job.markAt(later.plusSeconds(1));

    assertThat(job.run(2).sets()).isEmpty();
  }

  /** An hour of downtime; whoever comes back has the grace to do so. */
  @Test
  void aHundredThousandDevicesAreNotOfflineAfterDowntime() throws Exception {
    int devices = 100_000;
    int back = 3_600;
    job.fleet(
        devices,
        // Everyone sent shortly before the downtime, and again in the minute behind it.
        device -> device % 2 == 0 ? BEAT : READING,
        device -> device % 3 == 0 ? READING : BEAT,
        device -> 20 + device % 20,
        device -> back + device % 55);
    job.markUntil(40);
    job.mark(back, back + 85);
    job.readLater(READING);

    TestingFleetJob.Told told = job.run(2);

    assertThat(told.alerts()).isEmpty();
    assertThat(job.events()).isEqualTo(2L * devices);
  }

  @Test
  void aStreamWithoutAPlanIsRefused() {
    assertThatThrownBy(() -> job.runWithout(READING))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("offline reads streams whose plans do not have it: [telemetry]");
  }
}
