package io.leat.action.delivery;

import java.time.Duration;

/**
 * A delivery that a worker has to itself for a while.
 *
 * @param id of the delivery
 * @param owner the claim's name, unlike any other's: only who knows it may write
 * @param desired the newest version that the target is to know
 * @param sent the newest that it knows
 * @param version what is to be sent now
 * @param isAgain whether it was given up before, and somebody wants it sent after all
 * @param attempt from 1
 * @param unsettled whether an earlier attempt may have come through
 * @param isKnown whether the target was ever told of the incident
 * @param waited since the oldest change that the target does not know
 */
record Claim(
    long id,
    String owner,
    String incident,
    long desired,
    long sent,
    long version,
    boolean isAgain,
    int attempt,
    boolean unsettled,
    boolean isKnown,
    Duration waited) {}
