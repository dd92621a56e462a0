/**
 * Deduplication's memory: which event ids were seen within the window. Recent ids lie in a hash
 * table, older ones in immutable sorted files with a Bloom filter each, which are merged as they
 * grow in number and dropped as they expire.
 *
 * <p>Start reading at {@link io.leat.rules.seen.SeenIds}.
 */
@NullMarked
package io.leat.rules.seen;

import org.jspecify.annotations.NullMarked;
