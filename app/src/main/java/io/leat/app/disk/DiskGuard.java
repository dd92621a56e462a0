package io.leat.app.disk;

import io.leat.app.terminal.Text;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.gateway.Admission;
import io.leat.gateway.format.Refusal;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the log's size and what is free on the disks. Before the log's disk is full nothing more
 * is accepted, so that what is left serves to work off what was: the embedded broker ends the
 * process when it cannot write. When space is short, the log first gives up what the tables surely
 * have. Goes back by itself, some way behind the bound, so that it does not flutter. Looking and
 * giving up have a thread each: a processor that does not answer must not keep the guard from
 * looking.
 */
public final class DiskGuard implements Admission, AutoCloseable {
  /** What a file system holds when the log is in it. */
  public static final String LOG_PART = "kafka";

  private static final Logger LOG = LoggerFactory.getLogger(DiskGuard.class);
  private static final Duration LOOK_EVERY = Duration.ofMillis(500);
  private static final Duration MAKE_ROOM_EVERY = Duration.ofSeconds(2);

  private final List<FileSpace> spaces;
  private final long budget;
  private final KeptLog log;
  private final Map<FileSpace, Long> usable = new HashMap<>();
  private final Counter givenUp;
  private final List<Thread> threads;

  /** What could not be looked at last; owned by the thread that looks. */
  private String trouble = "";

  /** Whether giving up failed last; owned by the thread that does it. */
  private boolean isStuck;

  private volatile Report report;
  private volatile boolean closed;

  /** The log that is kept on this machine's disk. */
  public interface KeptLog {
    /** No log here: it is kept elsewhere, and somebody else watches over it. */
    KeptLog ELSEWHERE =
        new KeptLog() {
          @Override
          public long bytes() {
            return 0;
          }

          @Override
          public void note() {}

          @Override
          public long giveUp() {
            return 0;
          }
        };

    /**
     * Its size.
     *
     * @throws LeatException when it does not answer
     */
    long bytes();

    /**
     * Notes how far it was read. Called regularly.
     *
     * @throws LeatException when an engine does not answer
     */
    void note();

    /**
     * Gives up what nobody has to read any more.
     *
     * @return how many records
     * @throws LeatException when it does not answer
     */
    long giveUp();
  }

  /**
   * What was seen last.
   *
   * @param refusal why nothing is accepted; null when events are
   * @param logBytes the log's size
   * @param logBudget what it may have; 0 when it is elsewhere
   * @param spaces the file systems
   */
  public record Report(
      @Nullable Refusal refusal, long logBytes, long logBudget, List<Space> spaces) {
    public Report {
      spaces = List.copyOf(spaces);
    }
  }

  /**
   * A file system as it was seen last.
   *
   * @param space which one
   * @param usable bytes that may still be written
   */
  public record Space(FileSpace space, long usable) {
    boolean isBelowReserve() {
      return usable < space.reserve();
    }
  }

  /**
   * Looks once, so that {@link #refusal} is true from the beginning.
   *
   * @param spaces the file systems; the one with {@link #LOG_PART} decides on acceptance
   * @param budget bytes that the log may have; 0 when it is elsewhere
   */
  public DiskGuard(List<FileSpace> spaces, long budget, KeptLog log, MeterRegistry registry) {
    this.spaces = List.copyOf(spaces);
    this.budget = budget;
    this.log = log;
    this.report = new Report(null, 0, budget, List.of());
    this.givenUp =
        Counter.builder("leat.log.given.up.records")
            .description("Records that the log gave up early because space was short")
            .register(registry);
    register(registry);
    look();
    this.threads =
        List.of(
            new Thread(() -> repeat(this::look, LOOK_EVERY), "leat-disk"),
            new Thread(() -> repeat(this::makeRoom, MAKE_ROOM_EVERY), "leat-log-retention"));
    threads.forEach(thread -> thread.setDaemon(true));
  }

  private void register(MeterRegistry registry) {
    if (budget > 0) {
      Gauge.builder("leat.log.bytes", this, guard -> guard.report.logBytes())
          .description("Bytes of events in the log")
          .register(registry);
      Gauge.builder("leat.log.budget.bytes", () -> budget)
          .description("Bytes of events that the log may have")
          .register(registry);
    }
    for (ErrorCode code : List.of(ErrorCode.LOG_FULL, ErrorCode.DISK_FULL)) {
      Gauge.builder("leat.gateway.refusing", this, guard -> guard.refuses(code) ? 1 : 0)
          .description("Whether everything is refused with this code")
          .tag("code", code.code())
          .register(registry);
    }
    for (FileSpace space : spaces) {
      for (String part : space.holds()) {
        Gauge.builder("leat.disk.usable.bytes", this, guard -> guard.usable(space))
            .description("Bytes that may still be written where this part is")
            .tag("part", part)
            .register(registry);
        Gauge.builder("leat.disk.reserve.bytes", space, FileSpace::reserve)
            .description("Bytes that have to stay free there")
            .tag("part", part)
            .register(registry);
      }
    }
  }

  private boolean refuses(ErrorCode code) {
    Refusal refusal = report.refusal();
    return refusal != null && refusal.code() == code;
  }

  private double usable(FileSpace space) {
    return report.spaces().stream()
        .filter(one -> one.space().equals(space))
        .mapToDouble(Space::usable)
        .findFirst()
        .orElse(Double.NaN);
  }

  /** Begins to look regularly. */
  public void start() {
    threads.forEach(Thread::start);
  }

  @Override
  public @Nullable Refusal refusal() {
    return report.refusal();
  }

  /** What was seen last. */
  public Report report() {
    return report;
  }

  /** What is wrong, for people: that nothing is accepted, or that a disk is nearly full. */
  public Optional<String> problem() {
    Report now = report;
    Refusal refusal = now.refusal();
    return refusal != null
        ? Optional.of(refusal.reason())
        : now.spaces().stream()
            .filter(Space::isBelowReserve)
            .map(space -> low("The disk with " + String.join(", ", space.space().holds()), space))
            .findFirst();
  }

  private void repeat(Runnable step, Duration every) {
    while (!closed) {
      try {
        Thread.sleep(every.toMillis());
        step.run();
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        if (!closed) {
          LOG.error("The disk cannot be watched over for now; this is a defect", e);
        }
      }
    }
  }

  /** One look; on one thread at a time. */
  void look() {
    List<String> troubles = new ArrayList<>();
    List<Space> seen = new ArrayList<>();
    for (FileSpace space : spaces) {
      try {
        usable.put(space, space.meter().usable());
      } catch (IOException e) {
        troubles.add("the disk with " + space.holds() + " cannot be measured: " + e);
      }
      // Not measured ever: nothing is known that speaks against it.
      seen.add(new Space(space, usable.getOrDefault(space, space.total())));
    }
    long bytes = report.logBytes();
    try {
      bytes = log.bytes();
    } catch (LeatException e) {
      troubles.add(String.valueOf(e.getMessage()));
    }
    Refusal before = report.refusal();
    Refusal now = judge(bytes, logSpace(seen), before == null ? null : before.code());
    report = new Report(now, bytes, budget, seen);
    tell(before, now);
    tell(String.join("; ", troubles));
  }

  private static @Nullable Space logSpace(List<Space> seen) {
    return seen.stream()
        .filter(one -> one.space().holds().contains(LOG_PART))
        .findFirst()
        .orElse(null);
  }

  private @Nullable Refusal judge(long bytes, @Nullable Space disk, @Nullable ErrorCode refusing) {
    if (disk != null) {
      long reserve = disk.space().reserve();
      long wanted = refusing == ErrorCode.DISK_FULL ? reserve + reserve / 4 : reserve;
      if (disk.usable() < wanted) {
        return Refusal.of(ErrorCode.DISK_FULL, low("The log's disk", disk));
      }
    }
    long most = refusing == ErrorCode.LOG_FULL ? budget - budget / 10 : budget;
    if (budget > 0 && bytes >= most) {
      return Refusal.of(
          ErrorCode.LOG_FULL,
          "The log holds "
              + Text.bytes(bytes)
              + " of the "
              + Text.bytes(budget)
              + " that it may. It gets smaller as the processor works it off: send again later. If"
              + " it does not, look after the jobs in 'leat status', or set 'disk.log' in leat.yaml"
              + " higher.");
    }
    return null;
  }

  private static String low(String what, Space disk) {
    return what
        + " has "
        + Text.bytes(disk.usable())
        + " left, and "
        + Text.bytes(disk.space().reserve())
        + " are its reserve. Free some space on it, or set 'disk.reserve' in leat.yaml lower.";
  }

  /** Early enough that a log which is being worked off never has to be refused. */
  private boolean isTight(long bytes, @Nullable Space disk) {
    return (budget > 0 && bytes > budget / 4 * 3)
        || (disk != null && disk.usable() < 2 * disk.space().reserve());
  }

  /** Notes how far the log was read, and has it give up what it can when space is short. */
  void makeRoom() {
    try {
      log.note();
      Report now = report;
      boolean tight = isTight(now.logBytes(), logSpace(now.spaces()));
      long records = tight ? log.giveUp() : 0;
      if (records > 0) {
        givenUp.increment((double) records);
        LOG.info("Space is short: the log gives up what is in the tables: records={}", records);
      }
      isStuck = false;
    } catch (LeatException e) {
      if (!isStuck && !closed) {
        LOG.warn("The log cannot give up anything for now: {}", e.getMessage());
      }
      isStuck = true;
    }
  }

  private static void tell(@Nullable Refusal before, @Nullable Refusal now) {
    if (now != null && (before == null || before.code() != now.code())) {
      LOG.warn("Events are refused: {}", now.reason());
    } else if (now == null && before != null) {
      LOG.info("Events are accepted again");
    }
  }

  private void tell(String now) {
    if (!now.isEmpty() && trouble.isEmpty() && !closed) {
      LOG.warn("The disk cannot be watched over as it should: {}", now);
    }
    trouble = now;
  }

  @Override
  public void close() {
    closed = true;
    threads.forEach(Thread::interrupt);
    try {
      for (Thread thread : threads) {
        thread.join(5_000);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
