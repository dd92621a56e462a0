package io.leat.http;

import org.jspecify.annotations.Nullable;

/**
 * What a valid credential proves.
 *
 * @param principal who it is
 * @param rateLimit the client's own limit, or null for the server's default
 */
public record Identity(Principal principal, @Nullable RateLimit rateLimit) {}
