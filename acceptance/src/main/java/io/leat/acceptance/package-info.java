/** A story per blueprint on the real engines. */
@NullMarked
package io.leat.acceptance;

import org.jspecify.annotations.NullMarked;
