package io.leat.files.ledger;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An attempt at a file.
 *
 * @param number from 1
 * @param worker who made it
 * @param outcome null while it is under way, or when its process died and nobody took over yet
 * @param fromRowGroup where it began
 */
public record Attempt(
    long number,
    String worker,
    Instant startedAt,
    @Nullable Instant endedAt,
    @Nullable String outcome,
    @Nullable Failure failure,
    int fromRowGroup,
    long rowsRead,
    long bytesWritten,
    Durations durations) {}
