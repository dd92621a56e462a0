package io.leat.app.settings;

import java.time.Duration;

/**
 * The processor.
 *
 * @param parallelism slots of each job
 * @param commitInterval time from one checkpoint, and so one commit to the tables, to the next
 */
public record Flink(int parallelism, Duration commitInterval) {}
