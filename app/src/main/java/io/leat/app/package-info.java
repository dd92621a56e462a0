/** Composition root: engines, roles, CLI. */
@NullMarked
package io.leat.app;

import org.jspecify.annotations.NullMarked;
