/** Conditions, quality rules and deduplication, without an engine. */
@NullMarked
package io.leat.rules;

import org.jspecify.annotations.NullMarked;
