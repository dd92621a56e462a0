package io.leat.state;

import java.time.Instant;

/**
 * Records that a log lost although they had been read from it.
 *
 * @param topic the log
 * @param partition of the topic
 * @param firstOffset of the first lost record
 * @param nextOffset behind the last lost record
 * @param foundAt when that was noticed
 */
public record LogGap(
    String topic, int partition, long firstOffset, long nextOffset, Instant foundAt) {}
