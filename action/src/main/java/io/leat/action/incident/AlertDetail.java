package io.leat.action.incident;

import io.leat.rules.alert.Alert;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An alert with what became of it.
 *
 * @param fired what was said when it began, or changed last
 * @param resolved what was said when it was over; null: it goes on, or was not there after a
 *     restore
 * @param isFiring whether it goes on
 * @param isAbsent whether it is over because no task of its detector had it after a restore
 * @param silence under which it is; null: none
 * @param recordedAt when it was taken in
 * @param changedAt when it was taken in that it began or ended
 * @param incident to which it belongs
 */
public record AlertDetail(
    Alert fired,
    @Nullable Alert resolved,
    boolean isFiring,
    boolean isAbsent,
    @Nullable Long silence,
    Instant recordedAt,
    Instant changedAt,
    Incident incident) {}
