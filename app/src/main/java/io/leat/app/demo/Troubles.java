package io.leat.app.demo;

import io.leat.app.terminal.Text;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Which machines get into trouble: decided by a seed, hence known beforehand. Their names begin
 * with {@link #prefix}, which is another for each run.
 */
final class Troubles {
  private final String prefix;
  private final List<TroubledMachine> machines = new ArrayList<>();

  /**
   * @param seed decides how many of each there are, and in which order
   * @param run part of every name and event id
   * @param isSilenceSeen whether there is time to see who is offline
   */
  Troubles(long seed, String run, boolean isSilenceSeen) {
    Random random = new Random(seed);
    List<Trouble> all = new ArrayList<>();
    for (Trouble trouble : Trouble.values()) {
      int number = 1 + random.nextInt(3);
      boolean isSilence = trouble == Trouble.OFFLINE || trouble == Trouble.LOST;
      if (!isSilence || isSilenceSeen) {
        all.addAll(Collections.nCopies(number, trouble));
      }
    }
    Collections.shuffle(all, random);
    this.prefix = "locker-" + run.substring(Math.max(0, run.length() - 4)) + "-";
    for (Trouble trouble : all) {
      String number = String.format(Locale.ROOT, "%02d", machines.size() + 1);
      machines.add(new TroubledMachine(prefix + number, trouble, run));
    }
  }

  String prefix() {
    return prefix;
  }

  /** What will happen and what is not as shipped, for people. */
  List<String> describe(TicketDesk.Pace pace) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "Besides, "
            + machines.size()
            + " machines named "
            + prefix
            + "… get into trouble on purpose");
    lines.add(
        pace.isSeen()
            ? "For the demo a machine is offline after "
                + Text.duration(pace.silence())
                + " without a heartbeat, and storms end after 10 s (see detectors in blueprint.yaml)"
            : "With so many devices a heartbeat each takes "
                + Text.duration(Duration.ofSeconds(pace.turns()))
                + ", so none of them goes offline; with up to 15,000 some do");
    return lines;
  }

  List<TroubledMachine> machines() {
    return List.copyOf(machines);
  }

  /** How many incidents there must have been, by detector. */
  Map<String, Long> opened() {
    return count(trouble -> true);
  }

  /** How many of them must be over, by detector. */
  Map<String, Long> resolved() {
    return count(Trouble::ends);
  }

  /** How many tickets there must be: new ones, and resolved ones. */
  Map<String, Long> tickets() {
    Map<String, Long> tickets = new TreeMap<>();
    tickets.put(
        "new", count(t -> t.isTicket() && !t.ends()).values().stream().reduce(0L, Long::sum));
    tickets.put(
        "resolved", count(t -> t.isTicket() && t.ends()).values().stream().reduce(0L, Long::sum));
    return tickets;
  }

  private Map<String, Long> count(Predicate<Trouble> which) {
    Map<String, Long> counts = new TreeMap<>();
    for (TroubledMachine machine : machines) {
      String detector = machine.trouble.detector();
      if (detector != null) {
        counts.merge(detector, which.test(machine.trouble) ? 1L : 0L, Long::sum);
      }
    }
    return counts;
  }
}
