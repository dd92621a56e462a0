/**
 * From an HTTP body to records: the content type decides the {@code RequestFormat}, a {@code
 * RecordSource} reads one {@code IncomingRecord} after another, each with the exact bytes of its
 * data and, for CloudEvents, its attributes.
 */
@NullMarked
package io.leat.gateway.format;

import org.jspecify.annotations.NullMarked;
