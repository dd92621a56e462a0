package io.leat.app.engine;

import java.net.URI;
import java.time.Instant;

/**
 * What a running process tells others on the same machine.
 *
 * @param pid its process id
 * @param baseUri where its gateway listens
 * @param started when it was up
 */
public record RunInfo(long pid, URI baseUri, Instant started) {}
