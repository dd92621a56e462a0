/** {@code leat.yaml}: which engines Leat runs on, and its bounds. */
@NullMarked
package io.leat.app.settings;

import org.jspecify.annotations.NullMarked;
