/** Ingest routes and publishing. */
@NullMarked
package io.leat.gateway;

import org.jspecify.annotations.NullMarked;
