package io.leat.action.intake;

import org.jspecify.annotations.Nullable;

/**
 * A record of the topic of alerts.
 *
 * @param offset where it stands in its partition
 * @param type its {@code ce_type}; null: it has none
 * @param value its bytes; null: it has none
 */
public record AlertRecord(long offset, @Nullable String type, byte @Nullable [] value) {}
