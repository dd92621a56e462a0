package io.leat.app.reconcile;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * When the records were counted that are looked at.
 *
 * @param from null: since the tables began
 * @param to not part of it
 */
public record Period(@Nullable Instant from, Instant to) {}
