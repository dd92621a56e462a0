package io.leat.stream.detect;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AlarmsTest {
  private final Alarms alarms = new Alarms();
  private final List<String> rung = new ArrayList<>();

  private void advance(long now) throws Exception {
    alarms.advance(now, (key, at) -> rung.add(key + "@" + at));
  }

  @Test
  void alarmsRingInTheOrderOfTheirTimesAndNotBefore() throws Exception {
    alarms.set("late", 90_500);
    alarms.set("soon", 1_999);
    alarms.set("sooner", 1_001);
    alarms.set("before all time", -5);

    advance(1_000);
    assertThat(rung).containsExactly("before all time@-5");
    advance(1_001);
    advance(1_998);
    assertThat(rung).containsExactly("before all time@-5", "sooner@1001");
    advance(1_999);
    advance(90_499);
    assertThat(rung).endsWith("soon@1999").hasSize(3);
    advance(200_000);
    assertThat(rung).endsWith("late@90500").hasSize(4);
  }

  @Test
  void whatIsSetWhileOthersRingRingsTooWhenItsTimeHasCome() throws Exception {
    alarms.set("a", 1_000);

    alarms.advance(
        3_500,
        (key, at) -> {
          rung.add(key + "@" + at);
          if (at < 10_000) {
            alarms.set(key, at + 400);
          }
        });

    assertThat(rung)
        .containsExactly("a@1000", "a@1400", "a@1800", "a@2200", "a@2600", "a@3000", "a@3400");
    advance(3_800);
    assertThat(rung).endsWith("a@3800");
  }

  @Test
  void eachOfManyRingsOnce() throws Exception {
    Random random = new Random(11);
    List<Long> times = new ArrayList<>();
    IntStream.range(0, 10_000)
        .forEach(
            i -> {
              long at = random.nextInt(100_000);
              times.add(at);
              alarms.set("key", at);
            });
    for (long now = 0; now <= 100_000; now += random.nextInt(700)) {
      long reached = now;
      advance(now);
      assertThat(rung).hasSize((int) times.stream().filter(at -> at <= reached).count());
    }
    advance(100_000);
    assertThat(rung)
        .containsExactlyElementsOf(times.stream().sorted().map(at -> "key@" + at).toList());
  }

  @Test
  void manyThatAreSetToOtherTimesAreToldSoThatTheyDoNotGrowForEver() {
    IntStream.range(0, 1_000).forEach(i -> alarms.set("key", 5_000));
    alarms.counted();
    assertThat(alarms.isStale()).isFalse();
    IntStream.range(0, 11_001).forEach(i -> alarms.set("key", 5_000 - i));
    assertThat(alarms.isStale()).isTrue();
    alarms.clear();
    alarms.set("key", 5_000);
    alarms.counted();
    assertThat(alarms.isStale()).isFalse();
  }
}
