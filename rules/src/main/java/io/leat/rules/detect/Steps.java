package io.leat.rules.detect;

import io.leat.event.LogPosition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * Events of one key that play a part in a sequence, by their time; those of the same time in the
 * order of the log.
 */
final class Steps {
  /** It may begin a sequence. */
  static final int FIRST = 1;

  /** It may complete one. */
  static final int THEN = 2;

  /** It breaks those that began before. */
  static final int WITHOUT = 4;

  /** It ends an episode. */
  static final int CLEAR = 8;

  private static final int NONE = 0;
  private static final int TEXT = 1;
  private static final int WHOLE = 2;
  private static final int REAL = 3;
  private static final int NO = 4;
  private static final int YES = 5;

  /** Of what columns values are kept, in the order in which they are written. */
  private final NavigableSet<String> names;

  private final List<Step> steps = new ArrayList<>();

  /**
   * @param names columns that are told of firsts
   */
  Steps(Iterable<String> names) {
    this.names = new TreeSet<>();
    names.forEach(this.names::add);
  }

  /** An event; {@code values} are those of a first. */
  static final class Step {
    final long time;
    private final int epoch;
    private final long offset;
    private int roles;
    private Map<String, Object> values;

    Step(long time, int epoch, long offset, int roles, Map<String, Object> values) {
      this.time = time;
      this.epoch = epoch;
      this.offset = offset;
      this.roles = roles;
      this.values = values;
    }

    boolean is(int role) {
      return (roles & role) != 0;
    }

    LogPosition position(String topic, int partition) {
      return new LogPosition(epoch, topic, partition, offset);
    }

    Map<String, Object> values() {
      return values;
    }
  }

  int size() {
    return steps.size();
  }

  Step get(int index) {
    return steps.get(index);
  }

  void clear() {
    steps.clear();
  }

  /** Puts an event among the others, behind those of its time. */
  void add(long time, LogPosition position, int roles, Map<String, Object> values) {
    int index = steps.size();
    while (index > 0 && steps.get(index - 1).time > time) {
      index--;
    }
    steps.add(index, new Step(time, position.epoch(), position.offset(), roles, values));
  }

  void removeFirst(int number) {
    steps.subList(0, number).clear();
  }

  void remove(int index) {
    steps.remove(index);
  }

  /** How many lie before a time. */
  int before(long time) {
    int number = 0;
    while (number < steps.size() && steps.get(number).time < time) {
      number++;
    }
    return number;
  }

  /** It plays these parts no more. */
  void drop(Step step, int roles) {
    step.roles &= ~roles;
    if ((roles & FIRST) != 0) {
      step.values = Map.of();
    }
  }

  /** None plays these parts any more; who plays none is removed. */
  void drop(int roles) {
    steps.forEach(step -> drop(step, roles));
    removeIdle();
  }

  void removeIdle() {
    steps.removeIf(step -> step.roles == 0);
  }

  /** The firsts that a later one has broken are none any more. */
  void dropBroken() {
    boolean isBroken = false;
    for (int i = steps.size() - 1; i >= 0; i--) {
      if (isBroken) {
        drop(steps.get(i), FIRST);
      }
      isBroken |= steps.get(i).is(WITHOUT);
    }
  }

  /** Keeps at most so many firsts: goes who stands in the middle of them. */
  void thinOutFirsts(int most) {
    if (steps.size() <= most) {
      return;
    }
    List<Step> firsts = new ArrayList<>(steps);
    firsts.removeIf(step -> !step.is(FIRST));
    while (firsts.size() > most) {
      drop(firsts.remove(firsts.size() / 2), FIRST);
    }
    removeIdle();
  }

  /** Reads what {@link #write} wrote near the same time. */
  void read(StateReader in, long near) {
    clear();
    int number = in.count();
    long time = near;
    long offset = 0;
    for (int i = 0; i < number; i++) {
      time += in.signed();
      offset += in.signed();
      int epoch = in.count();
      int roles = in.take();
      Map<String, Object> values = (roles & FIRST) != 0 ? readValues(in) : Map.of();
      steps.add(new Step(time, epoch, offset, roles, values));
    }
  }

  void write(StateWriter out, long near) {
    out.number(steps.size());
    long time = near;
    long offset = 0;
    for (Step step : steps) {
      out.signed(step.time - time);
      out.signed(step.offset - offset);
      out.number(step.epoch);
      out.put(step.roles);
      if (step.is(FIRST)) {
        write(step.values, out);
      }
      time = step.time;
      offset = step.offset;
    }
  }

  /** Reads what {@link #write(Map, StateWriter)} wrote, perhaps of other columns. */
  Map<String, Object> readValues(StateReader in) {
    int number = in.count();
    List<String> columns = new ArrayList<>(names);
    Map<String, Object> values = new LinkedHashMap<>();
    for (int i = 0; i < number; i++) {
      String name = i < columns.size() ? columns.get(i) : "";
      switch (in.take()) {
        case TEXT -> values.put(name, in.text());
        case WHOLE -> values.put(name, in.signed());
        case REAL -> values.put(name, in.real8());
        case NO -> values.put(name, false);
        case YES -> values.put(name, true);
        default -> values.remove(name);
      }
    }
    values.remove("");
    return values;
  }

  /** Writes what a {@link ReportedColumns} told. */
  void write(Map<String, Object> values, StateWriter out) {
    out.number(names.size());
    for (String name : names) {
      Object value = values.get(name);
      if (value instanceof String text) {
        out.put(TEXT);
        out.text(text);
      } else if (value instanceof Long whole) {
        out.put(WHOLE);
        out.signed(whole);
      } else if (value instanceof Number number) {
        out.put(REAL);
        out.real8(number.doubleValue());
      } else if (value instanceof Boolean is) {
        out.put(is ? YES : NO);
      } else {
        out.put(NONE);
      }
    }
  }
}
