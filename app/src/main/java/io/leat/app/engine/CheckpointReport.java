package io.leat.app.engine;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How a job's checkpoints go, since it was submitted.
 *
 * @param completed how many completed
 * @param failed how many failed
 * @param lastId the newest completed one's id; -1 before the first
 * @param lastCompleted when that was; null before the first
 * @param lastDuration how long it took; null before the first
 * @param lastBytes the size of its state; 0 before the first
 * @param restoredId the id of the one that the job was restored from; -1 when from none
 */
public record CheckpointReport(
    long completed,
    long failed,
    long lastId,
    @Nullable Instant lastCompleted,
    @Nullable Duration lastDuration,
    long lastBytes,
    long restoredId) {}
