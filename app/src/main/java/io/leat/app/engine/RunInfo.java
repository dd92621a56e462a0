package io.leat.app.engine;

import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a running process tells others on the same machine.
 *
 * @param pid its process id
 * @param baseUri where its gateway listens
 * @param started when it was up
 * @param certificate with which its gateway shows who it is; null without TLS
 */
public record RunInfo(long pid, URI baseUri, Instant started, @Nullable Path certificate) {
  /** Without TLS. */
  public RunInfo(long pid, URI baseUri, Instant started) {
    this(pid, baseUri, started, null);
  }
}
