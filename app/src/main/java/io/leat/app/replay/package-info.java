/**
 * Builds processed again from raw, beside what is there, and puts the one in the place of the
 * other.
 *
 * <p>{@link io.leat.app.replay.ReplayWorker} does what is asked for, one after the other. {@link
 * io.leat.app.replay.ShadowBuild} judges the raw rows of a period by today's rules into {@link
 * io.leat.app.replay.ShadowTables}; {@link io.leat.app.replay.IdentityBuckets} tells which ids come
 * first. {@link io.leat.app.replay.Comparison} holds old and new against each other. {@link
 * io.leat.app.replay.ReplaySwitch} writes {@link io.leat.app.replay.LedgerCorrection}s and replaces
 * the rows.
 */
@NullMarked
package io.leat.app.replay;

import org.jspecify.annotations.NullMarked;
