package io.leat.app.platform;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.event.LogPosition;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a record that was kept: {@code q:devices.telemetry:1/2/345} is quarantined, {@code
 * r:devices.rejected:1/0/12} was refused by the gateway; then epoch, partition and offset of its
 * position in the log. It never names another record.
 */
record KeptId(boolean isRejected, LogPosition position) {
  private static final Pattern FORM =
      Pattern.compile(
          "([qr]):(([a-z][a-z0-9_]{0,62})\\.([a-z][a-z0-9_]{0,62})):"
              + "([0-9]{1,9})/([0-9]{1,9})/([0-9]{1,18})");

  /**
   * Reads a name.
   *
   * @throws LeatException BAD_REQUEST if it is none
   */
  static KeptId parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches() || form.group(1).equals("r") != form.group(4).equals("rejected")) {
      throw new LeatException(
          ErrorCode.BAD_REQUEST,
          "'"
              + (text.length() > 100 ? text.substring(0, 100) + "..." : text)
              + "' is no record's id; it is like q:devices.telemetry:1/2/345, or"
              + " r:devices.rejected:1/0/12 for a refused record");
    }
    return new KeptId(
        form.group(1).equals("r"),
        new LogPosition(
            Integer.parseInt(form.group(5)),
            form.group(2),
            Integer.parseInt(form.group(6)),
            Long.parseLong(form.group(7))));
  }

  String blueprint() {
    return position.topic().substring(0, position.topic().indexOf('.'));
  }

  @Override
  public String toString() {
    return (isRejected ? "r:" : "q:")
        + position.topic()
        + ":"
        + position.epoch()
        + "/"
        + position.partition()
        + "/"
        + position.offset();
  }
}
