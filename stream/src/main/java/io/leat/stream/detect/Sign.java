package io.leat.stream.detect;

import io.leat.rules.alert.Alert;
import io.leat.rules.alert.AlertJson;
import io.leat.rules.detect.KeyedDetector;
import org.jspecify.annotations.Nullable;

/**
 * What a silence detector saw of one key, on its way to the {@link SilenceGate} of all keys. A
 * Flink POJO: mutable, public fields.
 */
public final class Sign {
  public String detector = "";
  public String key = "";

  /** Accepting time when it was seen, milliseconds. */
  public long at;

  /** A {@link KeyedDetector.Presence}; null when it is an alert. */
  public @Nullable String presence;

  /** An {@link Alert} as JSON; null when it is a presence. */
  public byte @Nullable [] alert;

  public Sign() {}

  static Sign of(String detector, String key, KeyedDetector.Presence presence, long at) {
    Sign sign = new Sign();
    sign.detector = detector;
    sign.key = key;
    sign.at = at;
    sign.presence = presence.name();
    return sign;
  }

  static Sign of(Alert alert, long at) {
    Sign sign = new Sign();
    sign.detector = alert.detector();
    sign.key = alert.key();
    sign.at = at;
    sign.alert = AlertJson.encode(alert);
    return sign;
  }
}
