package io.leat.action.target;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

@NullUnmarked
class LogTargetTest extends TargetContractTest {
  private TestingLog log;

  @Override
  String kind() {
    return "log";
  }

  @Override
  void start() {
    log = new TestingLog();
  }

  @Override
  void stop() {
    log.close();
  }

  @Override
  Map<String, String> options() {
    return Map.of();
  }

  private List<String> lines() {
    return log.lines.stream().filter(line -> line.startsWith("leat.incidents: Incident")).toList();
  }

  @Override
  String shown() {
    return String.join("\n", lines());
  }

  @Override
  int things() {
    return lines().size();
  }

  @Override
  int requests() {
    return lines().size();
  }

  @Override
  String over() {
    return "resolved: ";
  }

  @Test
  void aChangeIsOneLineWhateverIsInIt() throws Exception {
    try (Target target = target(LONG)) {
      deliver(
          target,
          TestingIncidents.request(
              2,
              TargetRequest.Change.NOTED,
              TargetIncident.State.OPEN,
              io.leat.rules.alert.Severity.MAJOR,
              "m7\nis\u001b[31m offline"));
    }

    assertThat(lines())
        .containsExactly(
            "leat.incidents: Incident 0123456789abcdef0123456789abcdef noted by leat: major: m7 is"
                + " [31m offline (1 of 1 alerts firing; detector=offline, key=m7)");
  }
}
