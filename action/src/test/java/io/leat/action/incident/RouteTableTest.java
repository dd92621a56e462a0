package io.leat.action.incident;

import static io.leat.action.TestingAlerts.alert;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.action.incident.RouteTable.Judgement;
import io.leat.rules.alert.AlertJson;
import io.leat.rules.alert.Severity;
import io.leat.rules.incident.EventPattern.Mismatch;
import io.leat.rules.incident.RouteSpec;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class RouteTableTest {
  private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");

  private final RouteTable table =
      new RouteTable(
          "devices",
          List.of(
              new RouteSpec(
                  "page", "{\"detail\":{\"severity\":[\"critical\"]}}", List.of("pager", "log")),
              new RouteSpec(
                  "field",
                  "{\"source\":[\"leat.devices\"],\"detail\":{\"labels\":{\"team\":[\"field\"]}}}",
                  List.of("snow", "log")),
              new RouteSpec(RouteSpec.DEFAULT, null, List.of("mail"))));

  @Test
  void anAlertGoesToTheTargetsOfAllRoutesThatMatchEachOnce() {
    assertThat(
            table.targets(
                alert("hot", "d-1", 1)
                    .severity(Severity.CRITICAL)
                    .label("team", "field")
                    .firing(NOW)))
        .containsExactly("pager", "log", "snow");
  }

  @Test
  void whatNoRouteTakesGoesToTheDefault() {
    assertThat(table.targets(alert("hot", "d-1", 1).firing(NOW))).containsExactly("mail");
  }

  @Test
  void eachRouteSaysWhatKeepsAnEventFromIt() {
    List<Judgement> judgements =
        table.judge(
            table.event(AlertJson.tree(alert("hot", "d-1", 1).label("team", "field").firing(NOW))));

    assertThat(judgements).extracting(Judgement::isTaken).containsExactly(false, true, false);
    assertThat(judgements.get(0).mismatches())
        .containsExactly(new Mismatch("detail.severity", "[\"critical\"]", "\"major\""));
    assertThat(judgements.get(1).mismatches()).isEmpty();
    assertThat(judgements.get(2).mismatches()).isEmpty();
  }

  @Test
  void aPatternThatIsNoneIsRefusedWithItsRoute() {
    assertThatThrownBy(
            () -> new RouteTable("devices", List.of(new RouteSpec("page", "[]", List.of("log")))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("route 'page': ");
  }
}
