package io.leat.action.delivery;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How it is with a target.
 *
 * @param kind as in YAML
 * @param waiting how many incidents it does not know as they are
 * @param oldestWaiting since when the first of them; null: none
 * @param failure what the last attempt said at the one that waits longest of those that failed;
 *     null: none of those that wait has failed
 * @param deadLetters how many were given up and not redriven
 * @param deliveredAt when something worked last; null: never
 * @param notBefore when it may be asked again, as it wants; null: now
 * @param pausedAt since when it is asked nothing; null: it is not paused
 * @param pausedBy who paused it; null: it is not paused
 * @param pausedReason why; null: it is not paused
 */
public record TargetStatus(
    String blueprint,
    String target,
    String kind,
    long waiting,
    @Nullable Instant oldestWaiting,
    @Nullable String failure,
    long deadLetters,
    @Nullable Instant deliveredAt,
    @Nullable Instant notBefore,
    @Nullable Instant pausedAt,
    @Nullable String pausedBy,
    @Nullable String pausedReason) {}
