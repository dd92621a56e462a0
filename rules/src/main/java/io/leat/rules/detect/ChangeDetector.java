package io.leat.rules.detect;

import io.leat.event.LogPosition;
import io.leat.schema.Column;
import io.leat.schema.ColumnType.Primitive;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Judges by a {@link DetectorKind.Change}.
 *
 * <p>Remembers of a key the newest value, the one before it while an episode goes on (texts longer
 * than {@value #LONGEST} characters by their beginning and their hash) and 50 bytes.
 */
final class ChangeDetector extends StreamDetector {
  static final int KIND = 4;
  private static final int VERSION = 1;
  private static final int LONGEST = 200;

  private final DetectorKind.Change change;
  private final int column;
  private final boolean isNumber;
  private final @Nullable String from;
  private final @Nullable String to;

  private @Nullable String value;
  private long valueAt;

  /** When the episode is over by accepting time, milliseconds; {@link #NEVER} for not at all. */
  private long clearAt;

  ChangeDetector(
      String blueprint, DetectorSpec spec, DetectorKind.Change change, List<Column> columns) {
    super(blueprint, spec, KIND, VERSION);
    this.change = change;
    this.column = Detectors.column(columns, change.column());
    this.isNumber =
        columns.get(column).type() == Primitive.DOUBLE
            || columns.get(column).type() == Primitive.LONG;
    this.from = change.from() == null ? null : normal(change.from());
    this.to = change.to() == null ? null : normal(change.to());
  }

  /** So that 1.10 and 1.1 are one number, but two texts. */
  private String normal(String text) {
    if (isNumber) {
      try {
        return new BigDecimal(text).stripTrailingZeros().toPlainString();
      } catch (NumberFormatException notFinite) {
        return text;
      }
    }
    return text.length() <= LONGEST
        ? text
        : text.substring(0, LONGEST) + "…" + Integer.toHexString(text.hashCode());
  }

  @Override
  void clear() {
    value = null;
    valueAt = Long.MIN_VALUE;
    clearAt = NEVER;
  }

  @Override
  void judge(Observation event, long time, Output output) {
    Object read = event.row().value(column);
    if (read == null || time < valueAt) {
      return;
    }
    String before = value;
    String now = normal(read.toString());
    value = now;
    valueAt = time;
    boolean isWanted =
        before != null
            && !before.equals(now)
            && (from == null || from.equals(before))
            && (to == null || to.equals(now));
    boolean isOther = before == null || (to != null && !to.equals(now));
    if (isFiring() && (isWanted || isOther)) {
      clearAt = NEVER;
      resolve(event.key(), time, values(before, now), List.of(event.position()), output);
    }
    if (isWanted) {
      boolean isByTime = to == null || !change.clearAfter().isZero();
      clearAt = isByTime ? event.clock() + change.clearAfter().toMillis() : NEVER;
      LogPosition position = event.position();
      fire(event.key(), position, time, time, values(before, now), List.of(position), output);
    }
  }

  private Map<String, Object> values(@Nullable String before, @Nullable String now) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put(DetectorKind.COLUMN, change.column());
    if (before != null) {
      values.put(DetectorKind.FROM, before);
    }
    if (now != null) {
      values.put(DetectorKind.TO, now);
    }
    return values;
  }

  @Override
  long due() {
    return isFiring() ? clearAt : NEVER;
  }

  @Override
  void pass(String key, long clock, Output output) {
    long at = progress.timeAt(clearAt);
    clearAt = NEVER;
    resolve(key, at, values(null, value), List.of(last()), output);
  }

  @Override
  void read(StateReader in) {
    boolean isSameColumn = in.fixed() == change.column().hashCode();
    String text = in.text();
    long at = in.near(progress.newest());
    clearAt = in.near(progress.clock());
    if (clearAt == Long.MIN_VALUE) {
      boolean isByTime = isFiring() && to == null;
      clearAt = isByTime ? progress.clock() + change.clearAfter().toMillis() : NEVER;
    }
    if (isSameColumn && at != Long.MIN_VALUE) {
      value = text;
      valueAt = at;
    }
  }

  @Override
  void write(StateWriter out) {
    out.fixed(change.column().hashCode());
    out.text(value == null ? "" : value);
    out.near(valueAt, progress.newest());
    out.near(clearAt == NEVER ? Long.MIN_VALUE : clearAt, progress.clock());
  }
}
