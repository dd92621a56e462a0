package io.leat.app.demo;

/**
 * From the acceptance of an event to its row in the processed table, milliseconds.
 *
 * @param p50 half of the events are faster
 * @param p99 99 of 100 events are faster
 */
public record Freshness(long p50, long p99) {}
