package io.leat.rules.alert;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.event.LogPosition;
import java.util.List;
import org.junit.jupiter.api.Test;

class AlertIdTest {
  private static final LogPosition START = new LogPosition(1, "devices.telemetry", 3, 1842);

  @Test
  void theSameBeginningHasTheSameIdForEver() {
    // Tickets are found by it: it must not change with a later Leat.
    assertThat(AlertId.of("devices", "overheating", "kiosk-1", START))
        .isEqualTo("124ff3dd33be4458fed704fa654fe825");
  }

  @Test
  void whateverDiffersMakesAnotherId() {
    List<String> ids =
        List.of(
            AlertId.of("devices", "overheating", "kiosk-1", START),
            AlertId.of("device", "overheating", "kiosk-1", START),
            AlertId.of("devices", "offline", "kiosk-1", START),
            AlertId.of("devices", "overheating", "kiosk-2", START),
            AlertId.of("devices", "overheating", "", START),
            AlertId.of("devices", "overheating", "kiosk-1", at(2, 3, 1842)),
            AlertId.of("devices", "overheating", "kiosk-1", at(1, 2, 1842)),
            AlertId.of("devices", "overheating", "kiosk-1", at(1, 3, 1843)));

    assertThat(ids).doesNotHaveDuplicates().allMatch(id -> id.matches("[0-9a-f]{32}"));
  }

  @Test
  void partsDoNotRunIntoEachOther() {
    assertThat(AlertId.of("a", "bc", "d", START)).isNotEqualTo(AlertId.of("ab", "c", "d", START));
    assertThat(AlertId.of("a", "b", "cd", START)).isNotEqualTo(AlertId.of("a", "bc", "d", START));
  }

  private static LogPosition at(int epoch, int partition, long offset) {
    return new LogPosition(epoch, "devices.telemetry", partition, offset);
  }
}
