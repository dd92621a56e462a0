package io.leat.stream.detect;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.event.LogPosition;
import io.leat.rules.alert.Alert;
import io.leat.rules.detect.KeyedDetector;
import io.leat.stream.detect.TestingCep.Found;
import io.leat.stream.detect.TestingCep.Happening;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.CloseableIterator;
import org.junit.jupiter.api.Test;

/**
 * Our own sequences are those that Flink's pattern library finds, for events that come in order.
 * Where it is otherwise, it is meant to be, and has a test here.
 */
class SequencesAgainstCepTest {
  private static final long BEGIN = 1_800_000_000_000L;
  private static final String[] CODES = {"a", "a", "b", "b", "c", "x", "x", "ab", "ac", "bc"};

  /** By key, what happened, in order. */
  private final Map<String, List<Happening>> happened = new LinkedHashMap<>();

  @Test
  void whatFollowsIsFoundByBoth() throws Exception {
    happen(600, 80);
    List<Found> theirs = cep(TestingCep.following(TestingCep.INCLUSIVE));
    List<Found> ours = own(false);

    assertThat(ours).extracting(f -> f.key + f.then).isEqualTo(sorted(theirs, f -> f.key + f.then));
    assertThat(ours).hasSizeGreaterThan(3_000);
    // Of several firsts ours is the newest, theirs the oldest.
    Map<String, Integer> oldest = new HashMap<>();
    theirs.forEach(found -> oldest.put(found.key + found.then, found.first));
    int other = 0;
    for (Found found : ours) {
      List<Happening> events = Objects.requireNonNull(happened.get(found.key));
      assertThat(events.subList(found.first + 1, found.then)).noneMatch(event -> event.is("a"));
      int first = Objects.requireNonNull(oldest.get(found.key + found.then));
      assertThat(first).isLessThanOrEqualTo(found.first);
      other += first < found.first ? 1 : 0;
    }
    assertThat(other).isPositive();
  }

  @Test
  void absenceIsFoundByBoth() throws Exception {
    happen(600, 80);
    List<Found> theirs = cep(TestingCep.absent(TestingCep.INCLUSIVE));
    List<Found> ours = own(true);

    assertThat(ours).extracting(f -> f.key + f.first).isEqualTo(episodes(theirs));
    assertThat(ours).hasSizeGreaterThan(1_500);
    assertThat(theirs).hasSizeGreaterThan(ours.size());
  }

  @Test
  void theEndOfTheTimeBelongsToItForUsAndNotForTheLibrary() throws Exception {
    add("k", "a", 0);
    add("k", "b", 60);

    assertThat(own(false)).hasSize(1);
    assertThat(cep(TestingCep.following(TestingCep.WITHIN))).isEmpty();
  }

  /**
   * For the library each first that nothing follows is a match. For us the next is only looked for
   * when the episode is over.
   */
  private List<String> episodes(List<Found> theirs) {
    List<String> episodes = new ArrayList<>();
    Map<String, Integer> over = new HashMap<>();
    theirs.sort(Comparator.comparing((Found f) -> f.key).thenComparing(f -> f.first));
    for (Found found : theirs) {
      List<Happening> events = Objects.requireNonNull(happened.get(found.key));
      if (found.first < over.getOrDefault(found.key, 0)) {
        continue;
      }
      episodes.add(found.key + found.first);
      long until = events.get(found.first).at + TestingCep.WITHIN.toMillis();
      int next = found.first;
      while (next < events.size() && events.get(next).at <= until) {
        next++;
      }
      over.put(found.key, next);
    }
    episodes.sort(Comparator.naturalOrder());
    return episodes;
  }

  private static List<String> sorted(
      List<Found> found, java.util.function.Function<Found, String> name) {
    return found.stream().map(name).sorted().toList();
  }

  private void add(String key, String code, long second) {
    List<Happening> events = happened.computeIfAbsent(key, k -> new ArrayList<>());
    events.add(new Happening(key, code, BEGIN + second * 1_000, events.size()));
  }

  private void happen(int keys, int events) {
    Random random = new Random(7);
    for (int key = 0; key < keys; key++) {
      long second = random.nextInt(100);
      int pace = 2 + random.nextInt(40);
      for (int i = 0; i < events; i++) {
        second += random.nextInt(pace);
        add("k" + key + "-", CODES[random.nextInt(CODES.length)], second);
      }
    }
  }

  /** What our detector finds, sorted as by {@link #sorted}. */
  private List<Found> own(boolean isAbsence) {
    KeyedDetector detector = TestingCep.detector(isAbsence);
    List<Found> found = new ArrayList<>();
    KeyedDetector.Output output = new Firing(found);
    happened.forEach(
        (key, events) -> {
          byte[] state = null;
          for (Happening event : events) {
            state = detector.onEvent(state, TestingCep.observation(event), output);
          }
          long end = events.get(events.size() - 1).at + 1_000_000;
          if (state != null) {
            state = detector.onTime(key, state, end, output);
          }
          assertThat(state).isNotNull();
        });
    found.sort(Comparator.comparing(f -> f.key + (isAbsence ? f.first : f.then)));
    return found;
  }

  private record Firing(List<Found> found) implements KeyedDetector.Output {
    @Override
    public void alert(
        String id,
        Alert.State state,
        String key,
        long startedAt,
        long at,
        Map<String, Object> values,
        List<LogPosition> evidence) {
      if (state == Alert.State.FIRING) {
        int then = (int) evidence.get(evidence.size() - 1).offset();
        found.add(new Found(key, (int) evidence.get(0).offset(), then));
      }
    }

    @Override
    public void late() {
      throw new AssertionError("events are in order");
    }
  }

  @SuppressWarnings("try") // Nobody interrupts a test.
  private List<Found> cep(Pattern<Happening, ?> pattern) throws Exception {
    List<Happening> all = new ArrayList<>();
    happened.values().forEach(all::addAll);
    all.sort(Comparator.comparingLong(event -> event.at));
    List<Found> found = new ArrayList<>();
    try (StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.createLocalEnvironment(1, new Configuration())) {
      var events =
          environment.fromData(TypeInformation.of(Happening.class), all.toArray(Happening[]::new));
      try (CloseableIterator<Found> matches =
          TestingCep.found(events, pattern).executeAndCollect()) {
        matches.forEachRemaining(found::add);
      }
    }
    return found;
  }
}
