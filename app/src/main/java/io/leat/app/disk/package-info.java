/**
 * The disk's bounds. {@link io.leat.app.disk.DiskGuard} lets the gateway refuse before the disk is
 * full, and lets the log give up what the tables surely have before it refuses at all.
 */
@NullMarked
package io.leat.app.disk;

import org.jspecify.annotations.NullMarked;
