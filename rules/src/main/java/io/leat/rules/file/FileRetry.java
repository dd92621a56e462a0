package io.leat.rules.file;

import java.time.Duration;

/**
 * When a file is tried again whose failure may pass.
 *
 * @param first the pause behind the first failure; doubles each time, with jitter
 * @param most the longest pause
 * @param attempts how many are made before the file is a dead letter
 */
public record FileRetry(Duration first, Duration most, int attempts) {}
