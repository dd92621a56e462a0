package io.leat.app.incidents;

import org.jspecify.annotations.Nullable;

/**
 * How the alerts of a blueprint come in.
 *
 * @param waiting records that are logged and not taken in, of those that this process takes in
 * @param problem what keeps them from being taken in, for people; null when they are
 */
public record AlertsIn(long waiting, @Nullable String problem) {}
