/**
 * Where output goes: a folder, or a bucket. {@link io.leat.files.place.OutputPlace} stages the
 * parts of an attempt where nobody sees them; what is published becomes visible all at once, with
 * its manifest, and at most once whoever tries.
 */
@NullMarked
package io.leat.files.place;

import org.jspecify.annotations.NullMarked;
