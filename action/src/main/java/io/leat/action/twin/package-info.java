/**
 * A twin of ServiceNow for tests and the demo: {@link io.leat.action.twin.ServiceNowTwin} answers
 * the requests that Leat makes as an instance does, with its bad days ({@link
 * io.leat.action.twin.TwinFaults}), and shows what it holds.
 */
@NullMarked
package io.leat.action.twin;

import org.jspecify.annotations.NullMarked;
