package io.leat.app.disk;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.gateway.format.Refusal;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DiskGuardTest {
  private static final long MIB = 1 << 20;
  private static final long BUDGET = 100 * MIB;
  private static final long RESERVE = 40 * MIB;

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final TestingLog log = new TestingLog();
  private final TestingDisk disk = new TestingDisk();

  /** A log whose size a test says. */
  private static final class TestingLog implements DiskGuard.KeptLog {
    private long bytes;
    private boolean answers = true;
    private long dispensable;
    private final List<String> calls = new ArrayList<>();

    @Override
    public long bytes() {
      if (!answers) {
        throw new LeatException(ErrorCode.LOG_UNAVAILABLE, "Kafka does not answer");
      }
      return bytes;
    }

    @Override
    public void note() {
      calls.add("note");
    }

    @Override
    public long giveUp() {
      calls.add("give up");
      return dispensable;
    }
  }

  /** A disk of 1,000 MiB. */
  private static final class TestingDisk implements FileSpace.Meter {
    private long usable = 500 * MIB;
    private boolean answers = true;

    @Override
    public long usable() throws IOException {
      if (!answers) {
        throw new IOException("it is gone");
      }
      return usable;
    }
  }

  private DiskGuard guard() {
    return guard(List.of(space("kafka", disk)), BUDGET);
  }

  private DiskGuard guard(List<FileSpace> spaces, long budget) {
    return new DiskGuard(spaces, budget, log, registry);
  }

  private static FileSpace space(String part, TestingDisk disk) {
    return new FileSpace(List.of(part), disk, 1_000 * MIB, RESERVE);
  }

  private static @Nullable ErrorCode code(DiskGuard guard) {
    Refusal refusal = guard.refusal();
    return refusal == null ? null : refusal.code();
  }

  @Test
  void aLogAtItsBudgetIsRefusedAndAcceptedWhenATenthIsFreeAgain() {
    DiskGuard guard = guard();
    log.bytes = BUDGET - 1;
    guard.look();
    assertThat(guard.refusal()).isNull();

    log.bytes = BUDGET;
    guard.look();
    assertThat(guard.refusal())
        .isEqualTo(
            Refusal.of(
                ErrorCode.LOG_FULL,
                "The log holds 100 MiB of the 100 MiB that it may. It gets smaller as the processor"
                    + " works it off: send again later. If it does not, look after the jobs in"
                    + " 'leat status', or set 'disk.log' in leat.yaml higher."));
    assertThat(guard.problem()).contains(Objects.requireNonNull(guard.refusal()).reason());

    log.bytes = 90 * MIB;
    guard.look();
    assertThat(code(guard)).isEqualTo(ErrorCode.LOG_FULL);

    log.bytes = 90 * MIB - 1;
    guard.look();
    assertThat(guard.refusal()).isNull();
    assertThat(guard.problem()).isEmpty();
  }

  @Test
  void aDiskBelowItsReserveIsRefusedAndAcceptedWhenAQuarterMoreIsFree() {
    DiskGuard guard = guard();
    disk.usable = RESERVE;
    guard.look();
    assertThat(guard.refusal()).isNull();

    disk.usable = RESERVE - 1;
    guard.look();
    assertThat(guard.refusal())
        .isEqualTo(
            Refusal.of(
                ErrorCode.DISK_FULL,
                "The log's disk has 40.0 MiB left, and 40.0 MiB are its reserve. Free some space on"
                    + " it, or set 'disk.reserve' in leat.yaml lower."));

    disk.usable = RESERVE + RESERVE / 4 - 1;
    guard.look();
    assertThat(code(guard)).isEqualTo(ErrorCode.DISK_FULL);

    disk.usable = RESERVE + RESERVE / 4;
    guard.look();
    assertThat(guard.refusal()).isNull();
  }

  @Test
  void whatIsTrueAtTheBeginningIsKnownAtTheBeginning() {
    disk.usable = 0;

    assertThat(code(guard())).isEqualTo(ErrorCode.DISK_FULL);
  }

  @Test
  void anotherPartsDiskIsAProblemButNoReasonToRefuse() {
    TestingDisk tables = new TestingDisk();
    tables.usable = MIB;

    DiskGuard guard = guard(List.of(space("kafka", disk), space("warehouse", tables)), BUDGET);

    assertThat(guard.refusal()).isNull();
    assertThat(guard.problem())
        .contains(
            "The disk with warehouse has 1.00 MiB left, and 40.0 MiB are its reserve. Free some"
                + " space on it, or set 'disk.reserve' in leat.yaml lower.");
  }

  @Test
  void aLogThatIsElsewhereIsNeverFullHere() {
    disk.usable = 0;

    DiskGuard guard = guard(List.of(space("flink", disk)), 0);

    assertThat(guard.refusal()).isNull();
    assertThat(guard.problem()).isPresent();
    assertThat(registry.find("leat.log.bytes").gauge()).isNull();
  }

  @Test
  void recordsAreGivenUpOnlyWhenSpaceIsShort() {
    log.dispensable = 7;
    DiskGuard guard = guard();
    guard.makeRoom();
    assertThat(log.calls).containsExactly("note");
    assertThat(registry.get("leat.log.given.up.records").counter().count()).isZero();

    log.calls.clear();
    log.bytes = 75 * MIB + 1;
    guard.look();
    guard.makeRoom();
    assertThat(log.calls).containsExactly("note", "give up");
    assertThat(registry.get("leat.log.given.up.records").counter().count()).isEqualTo(7);

    log.calls.clear();
    log.bytes = 0;
    disk.usable = 2 * RESERVE - 1;
    guard.look();
    guard.makeRoom();
    assertThat(log.calls).containsExactly("note", "give up");
  }

  @Test
  void whatDoesNotAnswerCountsAsItWasLast() {
    log.bytes = BUDGET;
    DiskGuard guard = guard();
    assertThat(code(guard)).isEqualTo(ErrorCode.LOG_FULL);

    log.answers = false;
    log.bytes = 0;
    disk.answers = false;
    guard.look();
    assertThat(code(guard)).isEqualTo(ErrorCode.LOG_FULL);

    log.answers = true;
    guard.look();
    assertThat(guard.refusal()).isNull();
  }

  @Test
  void metricsTellWhatIsFreeAndWhetherEventsAreRefused() {
    log.bytes = BUDGET + MIB;
    guard();

    assertThat(registry.get("leat.log.bytes").gauge().value()).isEqualTo(101.0 * MIB);
    assertThat(registry.get("leat.log.budget.bytes").gauge().value()).isEqualTo(100.0 * MIB);
    assertThat(registry.get("leat.disk.usable.bytes").tag("part", "kafka").gauge().value())
        .isEqualTo(500.0 * MIB);
    assertThat(registry.get("leat.disk.reserve.bytes").tag("part", "kafka").gauge().value())
        .isEqualTo(40.0 * MIB);
    assertThat(registry.get("leat.gateway.refusing").tag("code", "log-full").gauge().value())
        .isEqualTo(1);
    assertThat(registry.get("leat.gateway.refusing").tag("code", "disk-full").gauge().value())
        .isZero();
  }
}
