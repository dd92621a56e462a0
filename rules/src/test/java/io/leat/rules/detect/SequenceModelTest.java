package io.leat.rules.detect;

import static io.leat.rules.detect.TestingKeys.detector;
import static io.leat.rules.detect.TestingKeys.row;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rules of the documentation, on lists of everything, with nothing forgotten. */
class SequenceModelTest {
  private static final String[] CODES = {"a", "b", "c", "d", "x", "ab", "ac", "bc", "ad", "cd"};
  private static final double WITHIN = 60;
  private static final double LATENESS = 30;

  private record Seen(double time, int arrival, String code) {
    static final Comparator<Seen> ORDER =
        Comparator.comparingDouble(Seen::time).thenComparingInt(Seen::arrival);

    boolean is(String role) {
      return code.contains(role);
    }

    boolean isBehind(Seen other) {
      return ORDER.compare(this, other) > 0;
    }

    /** In so far as it came too late to begin or complete anything. */
    Seen passive() {
      return new Seen(time, arrival, code.replace("a", "").replace("b", ""));
    }
  }

  private static final class Model {
    final List<String> lines = new ArrayList<>();
    private final boolean isAbsence;
    private final boolean isCleared;
    private final boolean isCorrecting;
    private List<Seen> all = new ArrayList<>();
    private double floor = Double.NEGATIVE_INFINITY;
    private @Nullable Seen first;
    private double start;
    private double clearAt;
    private double newest = Double.NEGATIVE_INFINITY;
    private double newestClock;

    Model(boolean isAbsence, boolean isCleared, boolean isCorrecting) {
      this.isCorrecting = isCorrecting;
      this.isAbsence = isAbsence;
      this.isCleared = isCleared;
    }

    /** Accepting time goes on, and the events' time with it. */
    void pass(double now) {
      while (true) {
        if (first != null && !isCleared && now >= clearAt) {
          end(Math.max(start, newest + Math.max(0, clearAt - newestClock)));
          settle(now);
        } else {
          Seen oldest = first != null || !isAbsence ? null : oldestUnbroken();
          if (oldest == null) {
            return;
          }
          double told = newestClock + Math.max(0, oldest.time + WITHIN + LATENESS - newest);
          if (now < told) {
            return;
          }
          begin(oldest, oldest.time + WITHIN, told);
          all.removeIf(seen -> !seen.isBehind(oldest));
          floor = Math.max(floor, oldest.time);
          settle(told);
        }
      }
    }

    private @Nullable Seen oldestUnbroken() {
      return all.stream()
          .filter(one -> one.is("a"))
          .filter(
              one ->
                  all.stream()
                      .noneMatch(c -> c.is("c") && c.isBehind(one) && c.time <= one.time + WITHIN))
          .findFirst()
          .orElse(null);
    }

    void judge(Seen event, double now) {
      if (!isCorrecting && event.time < newest - LATENESS) {
        return;
      }
      newestClock = event.time > newest ? now : newestClock;
      newest = Math.max(newest, event.time);
      if (first != null
          && event.is("c")
          && event.time >= first.time
          && (isAbsence ? event.time <= start : event.time < start)) {
        lines.add("RESOLVED k " + start);
        forget(event.time);
      }
      all.add(event.time < floor ? event.passive() : event);
      all.sort(Seen.ORDER);
      settle(now);
    }

    private void settle(double now) {
      while (first == null ? complete(now) : clear()) {}
    }

    private boolean clear() {
      Seen clear =
          all.stream()
              .filter(d -> d.is("d") && (isAbsence ? d.time > start : d.time >= start))
              .findFirst()
              .orElse(null);
      if (!isCleared || clear == null) {
        return false;
      }
      all.removeIf(clear::isBehind);
      end(clear.time);
      return true;
    }

    private boolean complete(double now) {
      for (Seen b : isAbsence ? List.<Seen>of() : all) {
        Seen a = null;
        for (Seen one : all) {
          a = one.is("a") && b.isBehind(one) ? one : a;
        }
        Seen newest = a;
        if (b.is("b")
            && newest != null
            && b.time - newest.time <= WITHIN
            && all.stream().noneMatch(c -> c.is("c") && c.isBehind(newest) && b.isBehind(c))) {
          begin(newest, b.time, now);
          all.removeIf(seen -> !seen.isBehind(b));
          floor = Math.max(floor, b.time);
          return true;
        }
      }
      return false;
    }

    private void begin(Seen a, double at, double told) {
      first = a;
      start = at;
      clearAt = told + 40;
      lines.add("FIRING k " + at);
    }

    private void end(double at) {
      lines.add("RESOLVED k " + at);
      forget(at);
    }

    private void forget(double at) {
      first = null;
      all.removeIf(seen -> seen.time < at);
      floor = Math.max(floor, at);
    }
  }

  @ParameterizedTest
  @CsvSource({"false,true", "false,false", "true,true", "true,false"})
  void itJudgesAsTheModelDoes(boolean isAbsence, boolean isCleared) {
    DetectorKind.Sequence declared =
        SequenceDetectorTest.sequence(isAbsence ? null : "b", "c", isCleared ? "d" : null);
    DetectorKind kind =
        new DetectorKind.Sequence(
            "telemetry",
            declared.first(),
            declared.then(),
            declared.without(),
            declared.within(),
            declared.clear(),
            Duration.ofSeconds(40));
    int episodes = 0;
    for (int seed = 0; seed < 3_000; seed++) {
      Random random = new Random(seed);
      DetectorSpec.Late late =
          random.nextBoolean() ? DetectorSpec.Late.COUNT : DetectorSpec.Late.CORRECT;
      boolean isCorrecting = late == DetectorSpec.Late.CORRECT;
      TestingKeys real = new TestingKeys(detector(kind, Duration.ofSeconds((long) LATENESS), late));
      Model model = new Model(isAbsence, isCleared, isCorrecting);
      int pace = 2 + random.nextInt(20);
      double now = 0;
      double newest = 0;
      for (int i = 0; i < (isCorrecting ? 30 : 60); i++) {
        now += random.nextInt(pace);
        double behind = random.nextInt(3) == 0 ? random.nextInt(isCorrecting ? 150 : 45) : 0;
        // A time that jumps ahead by more than the lateness would be an absence of Leat.
        double time = i > 0 && (behind <= LATENESS || now - behind < newest) ? now - behind : now;
        newest = Math.max(newest, time);
        String code = CODES[random.nextInt(CODES.length)];
        model.pass(now);
        model.judge(new Seen(time, i, code), now);
        real.event(time, now, "k", row(code, null));
        assertThat(real.lines()).as("seed %s, event %s", seed, i).isEqualTo(model.lines);
      }
      now += 1_000;
      model.pass(now);
      real.clock(now);
      assertThat(real.lines()).as("seed %s", seed).isEqualTo(model.lines);
      episodes += model.lines.size();
    }
    assertThat(episodes).isGreaterThan(3_000);
  }
}
