/** The commands of {@code ./leat}: each talks to a running Leat over HTTP, or starts one. */
@NullMarked
package io.leat.app.cli;

import org.jspecify.annotations.NullMarked;
