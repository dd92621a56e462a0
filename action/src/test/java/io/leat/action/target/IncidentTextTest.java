package io.leat.action.target;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.action.target.TargetIncident.State;
import io.leat.rules.alert.Severity;
import java.util.List;
import org.junit.jupiter.api.Test;

class IncidentTextTest {
  @Test
  void withoutAnAddressOfLeatItSaysWhatShowsTheIncident() {
    TargetIncident incident =
        new TargetIncident(
            TestingIncidents.ID,
            "devices",
            "detector=offline, key=m7",
            State.OPEN,
            Severity.MAJOR,
            "m7 is offline",
            TestingIncidents.OPENED,
            TestingIncidents.OPENED,
            null,
            null,
            3,
            3,
            List.of(),
            null,
            null);

    assertThat(IncidentText.lines(incident))
        .containsExactly(
            "State: open",
            "Severity: major",
            "Opened: 2026-03-01T10:00:00Z",
            "Alerts: 3 firing, 3 in all",
            "Group: detector=offline, key=m7",
            "- and 3 more",
            "In Leat: leat incident show 0123456789abcdef0123456789abcdef");
  }
}
