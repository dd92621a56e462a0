/**
 * Tables as a set of files that can be copied elsewhere: {@link io.leat.lake.backup.TableImage}
 * lists what a snapshot consists of, {@link io.leat.lake.backup.RelocatedFiles} reads it where it
 * was copied to, {@link io.leat.lake.backup.TableRestore} makes it a table again, at any place.
 */
@NullMarked
package io.leat.lake.backup;

import org.jspecify.annotations.NullMarked;
