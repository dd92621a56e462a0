package io.leat.action.incident;

import io.leat.rules.alert.Alert;
import org.jspecify.annotations.Nullable;

/**
 * An episode as PostgreSQL has it.
 *
 * @param incident to which it belongs
 * @param isFiring whether it goes on
 * @param generation the newest of its detector's task that spoke of it
 * @param fired what was said when it began, or changed last
 * @param resolved what was said when it was over; null: it goes on, or was not there after a
 *     restore
 * @param isAbsent whether it is over because no task had it after a restore
 * @param silence under which it is; null: none
 */
record StoredAlert(
    String incident,
    boolean isFiring,
    long generation,
    Alert fired,
    @Nullable Alert resolved,
    boolean isAbsent,
    @Nullable Long silence) {

  StoredAlert withGeneration(long newer) {
    return new StoredAlert(
        incident, isFiring, Math.max(generation, newer), fired, resolved, isAbsent, silence);
  }

  StoredAlert over(@Nullable Alert last, long newer) {
    return new StoredAlert(
        incident, false, Math.max(generation, newer), fired, last, last == null, null);
  }
}
