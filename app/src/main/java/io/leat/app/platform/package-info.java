/**
 * The composition root: {@link io.leat.app.platform.Platform} starts the engines, provisions what
 * the blueprints ask for, submits their jobs and opens the gateway, in this order; it stops them in
 * reverse.
 */
@NullMarked
package io.leat.app.platform;

import org.jspecify.annotations.NullMarked;
