package io.leat.stream.detect;

import io.leat.event.LogHeaders;
import io.leat.rules.alert.Alert;
import io.leat.rules.alert.AlertJson;
import io.leat.rules.alert.FiringSet;
import java.nio.charset.StandardCharsets;

/** A record for the topic of alerts. A Flink POJO: mutable, public fields. */
public final class Said {
  /** Kafka's key: what is said of a detector's entity stays in order. */
  public byte[] key = {};

  /** JSON. */
  public byte[] value = {};

  /** {@link LogHeaders#ID}. */
  public String id = "";

  /** {@link LogHeaders#TYPE}. */
  public String type = "";

  /** {@link LogHeaders#SOURCE}. */
  public String source = "";

  /** {@link LogHeaders#SUBJECT}: the entity, empty when there is none. */
  public String subject = "";

  /** {@link LogHeaders#TIME}. */
  public String time = "";

  public Said() {}

  static Said of(Alert alert) {
    Said said = of(alert.blueprint(), alert.detector(), alert.key());
    said.value = AlertJson.encode(alert);
    said.id = alert.id() + "-" + (alert.state() == Alert.State.FIRING ? "firing" : "resolved");
    said.type = AlertJson.type(alert.state());
    said.time = alert.at().toString();
    return said;
  }

  static Said of(FiringSet set, String time) {
    Said said = of(set.blueprint(), set.detector(), "");
    said.value = AlertJson.encode(set);
    said.id = set.detector() + "-" + set.task() + "-" + set.generation() + "-" + set.part();
    said.type = AlertJson.FIRING_SET;
    said.time = time;
    return said;
  }

  private static Said of(String blueprint, String detector, String key) {
    Said said = new Said();
    said.key = (detector + "|" + key).getBytes(StandardCharsets.UTF_8);
    said.source = "/leat/" + blueprint + "/detectors/" + detector;
    said.subject = key;
    return said;
  }
}
