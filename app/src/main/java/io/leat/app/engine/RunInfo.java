package io.leat.app.engine;

import java.time.Instant;

/**
 * What a running process tells others on the same machine.
 *
 * @param pid its process id
 * @param httpPort where its gateway listens
 * @param started when it was up
 */
public record RunInfo(long pid, int httpPort, Instant started) {}
