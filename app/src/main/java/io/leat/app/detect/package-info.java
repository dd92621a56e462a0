/**
 * Runs the {@code detect} jobs: what they are made of, where they begin, and from what they go on.
 */
@NullMarked
package io.leat.app.detect;

import org.jspecify.annotations.NullMarked;
