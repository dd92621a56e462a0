/**
 * How files come. {@link io.leat.files.arrival.FolderWatch} and {@link
 * io.leat.files.arrival.BucketWatch} see them and tell the ledger, which keeps each once; {@link
 * io.leat.files.arrival.Inputs} fetches one that is worked on, in the version that was seen.
 */
@NullMarked
package io.leat.files.arrival;

import org.jspecify.annotations.NullMarked;
